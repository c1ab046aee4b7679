"""The references of the model versions in the stream, from the registry, a few of them kept."""

from collections.abc import Collection, Sequence

from contracts.errors import InvalidEvent, Reason
from drift_monitor.reference import Reference, reference_of
from drift_monitor.segments import version_and_segment
from runtime.model_versions import ModelVersions, Registry


class RegistryReferences:
    """Model version to reference; a new champion brings its own with its first score."""

    def __init__(
        self,
        registry: Registry,
        model_name: str,
        untested: Collection[str],
        watched: Sequence[str] = (),
    ) -> None:
        """`watched` are the columns whose levels are segments."""
        self._model_name = model_name
        self._versions = ModelVersions(
            registry, model_name, lambda bundle: reference_of(bundle, untested, watched)
        )

    def __call__(self, version: str) -> Reference:
        """The reference of a version of our model, or of the place of a segment; else as `of`.

        Raises:
            InvalidEvent: the segment is not watched, besides the reasons of `of`.
        """
        number, segment = version_and_segment(version)
        whole = self.of(self._model_name, number)
        if not segment:
            return whole
        if segment not in whole.segments:
            raise InvalidEvent(
                Reason.WRONG_VERSION, f"segment {segment} of version {number} is not watched"
            )
        return whole.segments[segment]

    def of(self, model_name: str, version: str) -> Reference:
        """The reference of a version.

        Raises:
            InvalidEvent: it is of another model, the registry has no such version, or this code
                cannot read its bundle: scores of it can never be judged.
            MlflowException: the registry is away.
        """
        return self._versions.of(model_name, version)
