"""The references of the model versions in the stream, from the registry, a few of them kept."""

from collections.abc import Collection

from drift_monitor.reference import Reference, reference_of
from runtime.model_versions import ModelVersions, Registry


class RegistryReferences:
    """Model version to reference; a new champion brings its own with its first score."""

    def __init__(self, registry: Registry, model_name: str, untested: Collection[str]) -> None:
        self._model_name = model_name
        self._versions = ModelVersions(
            registry, model_name, lambda bundle: reference_of(bundle, untested)
        )

    def __call__(self, version: str) -> Reference:
        """The reference of a version of our model; as `of` otherwise."""
        return self.of(self._model_name, version)

    def of(self, model_name: str, version: str) -> Reference:
        """The reference of a version.

        Raises:
            InvalidEvent: it is of another model, the registry has no such version, or this code
                cannot read its bundle: scores of it can never be judged.
            MlflowException: the registry is away.
        """
        return self._versions.of(model_name, version)
