"""The references of the model versions in the stream, from the registry, a few of them kept."""

from collections.abc import Collection
from typing import Protocol

from mlflow.exceptions import MlflowException

from contracts.bundle import IncompatibleBundleError
from contracts.errors import InvalidEvent, Reason
from drift_monitor.reference import Model, Reference, reference_of

_KEPT = 4  # during a change of models two versions are in the stream
_NO_SUCH_VERSION = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")  # MLflow's codes


class Registry(Protocol):
    """What loads a model version."""

    def load(self, version: str) -> Model:
        """The bundle of a version."""


class RegistryReferences:
    """Model version to reference; a new champion brings its own with its first score."""

    def __init__(self, registry: Registry, model_name: str, untested: Collection[str]) -> None:
        self._registry, self._model_name, self._untested = registry, model_name, untested
        self._kept: dict[str, Reference] = {}

    def __call__(self, version: str) -> Reference:
        """The reference of a version.

        Raises:
            InvalidEvent: the registry has no such version, or this code cannot read its bundle:
                scores of it can never be judged.
            MlflowException: the registry is away.
        """
        if version not in self._kept:
            self._kept[version] = self._load(version)
            if len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
        return self._kept[version]

    def check(self, model_name: str) -> None:
        """Refuse scores of another model.

        Raises:
            InvalidEvent: says which.
        """
        if model_name != self._model_name:
            raise InvalidEvent(
                Reason.WRONG_VERSION, f"a score of model {model_name!r}, not {self._model_name!r}"
            )

    def _load(self, version: str) -> Reference:
        try:
            return reference_of(self._registry.load(version), self._untested)
        except IncompatibleBundleError as error:
            raise self._unusable(version, str(error)) from error
        except MlflowException as error:
            if error.error_code not in _NO_SUCH_VERSION:
                raise
            raise self._unusable(version, error.message) from error

    def _unusable(self, version: str, why: str) -> InvalidEvent:
        return InvalidEvent(
            Reason.WRONG_VERSION, f"no reference of {self._model_name!r} version {version!r}: {why}"
        )
