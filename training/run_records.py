"""What a run recorded beside its model, read back from MLflow."""

import msgspec

from runtime.settings import MlflowSettings
from training.evaluation import EVALUATION_FILE, Evaluation, decode_evaluation
from training.importance import IMPORTANCE_FILE, Importance
from training.settings import SETTINGS_FILE, Settings, decode_settings
from training.versions import Versions


class RunRecords:
    """The records of one registered version.

    Every method raises as `Versions.artifact`, and `msgspec.DecodeError` where the record is of an
    older form.
    """

    def __init__(self, settings: MlflowSettings, version: str) -> None:
        self._versions, self._version = Versions(settings), version

    def importance(self) -> Importance:
        """What drives the model."""
        return msgspec.json.decode(self._content(IMPORTANCE_FILE), type=Importance)

    def evaluation(self) -> Evaluation:
        """How good it is, out of fold."""
        return decode_evaluation(self._content(EVALUATION_FILE))

    def settings(self) -> Settings:
        """What the run was asked and what it chose."""
        return decode_settings(self._content(SETTINGS_FILE))

    def _content(self, name: str) -> bytes:
        with self._versions.artifact(self._version, name) as path:
            return path.read_bytes()
