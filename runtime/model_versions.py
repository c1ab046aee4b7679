"""What services make of the model versions in the stream, loaded when first met, a few kept."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from mlflow.exceptions import MlflowException

from contracts.bundle import IncompatibleBundleError
from contracts.errors import InvalidEvent, Reason
from runtime.model_bundle import ModelBundle

T = TypeVar("T")

_KEPT = 4  # during a change of models two versions are in the stream
_NO_SUCH_VERSION = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")  # MLflow's codes


class Registry(Protocol):
    """What loads a model version."""

    def load(self, version: str) -> ModelBundle:
        """The bundle of a version."""


class ModelVersions(Generic[T]):
    """Model version to whatever `make` makes of its bundle."""

    def __init__(
        self, registry: Registry, model_name: str, make: Callable[[ModelBundle], T]
    ) -> None:
        self._registry, self._model_name, self._make = registry, model_name, make
        self._kept: dict[str, T] = {}

    def of(self, model_name: str, version: str) -> T:
        """What was made of a version.

        Raises:
            InvalidEvent: it is of another model, the registry has no such version, or this code
                cannot read its bundle: an event of it can never be taken.
            MlflowException: the registry is away.
        """
        if model_name != self._model_name:
            raise InvalidEvent(
                Reason.WRONG_VERSION, f"of model {model_name!r}, not of {self._model_name!r}"
            )
        if version not in self._kept:
            self._remember(version, self._load(version))
        return self._kept[version]

    def keep(self, bundle: ModelBundle) -> None:
        """Take a bundle that is loaded already, such as the champion's at the start."""
        self._remember(bundle.version, bundle)

    def _remember(self, version: str, bundle: ModelBundle) -> None:
        self._kept[version] = self._make(bundle)
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]

    def _load(self, version: str) -> ModelBundle:
        try:
            return self._registry.load(version)
        except IncompatibleBundleError as error:
            raise self._unusable(version, str(error)) from error
        except MlflowException as error:
            if error.error_code not in _NO_SUCH_VERSION:
                raise
            raise self._unusable(version, error.message) from error

    def _unusable(self, version: str, why: str) -> InvalidEvent:
        return InvalidEvent(
            Reason.WRONG_VERSION, f"no model {self._model_name!r} version {version!r}: {why}"
        )
