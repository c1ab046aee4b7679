"""What a run recorded beside its model, read back from MLflow."""

import tempfile
from pathlib import Path

import mlflow.artifacts
import msgspec
from mlflow import MlflowClient

from runtime.settings import MlflowSettings
from training.evaluation import EVALUATION_FILE, Evaluation, decode_evaluation
from training.importance import IMPORTANCE_FILE, Importance
from training.settings import SETTINGS_FILE, Settings, decode_settings


class RunRecords:
    """The records of one registered version.

    Every method raises `MlflowException` where the run keeps no such record or the registry is
    away, and `msgspec.DecodeError` where the record is of an older form.
    """

    def __init__(self, settings: MlflowSettings, version: str) -> None:
        """Look a version up.

        Raises:
            MlflowException: there is none, or the registry is away.
        """
        client = MlflowClient(tracking_uri=settings.tracking_uri)
        self._tracking_uri = settings.tracking_uri
        self._run_id = client.get_model_version(settings.model_name, version).run_id

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
        with tempfile.TemporaryDirectory() as folder:
            path = mlflow.artifacts.download_artifacts(
                run_id=self._run_id,
                artifact_path=name,
                dst_path=folder,
                tracking_uri=self._tracking_uri,
            )
            return Path(path).read_bytes()
