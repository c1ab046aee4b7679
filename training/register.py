"""Writes a run with its record to MLflow, and at last its model version; no alias moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, ErrorCode

from contracts.bundle import DIGEST_TAG, MANIFEST_FILE
from runtime.model_bundle import read_bundle, sha256
from runtime.settings import MlflowSettings
from training.record_files import BUNDLE
from training.trial_runs import log_trials
from training.trials import Trial
from training.versions import record_tags

EXPERIMENT = "creditstream-training"


@dataclass(frozen=True, slots=True)
class Record:
    """What MLflow keeps of a training run.

    Attributes:
        parameters: settings that the run can be repeated with.
        metrics: figures out of fold.
        tags: fingerprints and versions.
        folder: artifacts; its subfolder `bundle` is the model.
        trials: of the search for parameters, each a nested run.
    """

    parameters: Mapping[str, object]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    folder: Path
    trials: Sequence[Trial] = ()


def check_registry(settings: MlflowSettings) -> None:
    """Reach the registry before hours of training, not after them.

    Raises:
        MlflowException: it is away.
    """
    _experiment(MlflowClient(tracking_uri=settings.tracking_uri), settings)


def register(settings: MlflowSettings, record: Record) -> str:
    """Log the record and make its bundle a new version of the model; no alias moves.

    The version is the last thing that is written, so that a failure leaves none behind.

    Raises:
        MlflowException: the registry is away or refuses; the run, if begun, is marked as failed.
    """
    client = MlflowClient(tracking_uri=settings.tracking_uri)
    run_id = client.create_run(_experiment(client, settings)).info.run_id
    try:
        _log(client, run_id, record)
        version = _new_version(client, settings, run_id, record)
    except BaseException:
        client.set_terminated(run_id, "FAILED")
        raise
    client.set_terminated(run_id, "FINISHED")
    return version


def _experiment(client: MlflowClient, settings: MlflowSettings) -> str:
    found = client.get_experiment_by_name(EXPERIMENT)
    if found is not None:
        return str(found.experiment_id)
    return client.create_experiment(EXPERIMENT, _artifact_location(settings.tracking_uri))


def _artifact_location(tracking_uri: str) -> str | None:
    """Beside the database file, for MLflow's own choice is the folder it happens to run in."""
    if not tracking_uri.startswith("sqlite:///"):
        return None
    database = Path(tracking_uri.removeprefix("sqlite:///")).absolute()
    return (database.parent / "mlruns").as_uri()


def _log(client: MlflowClient, run_id: str, record: Record) -> None:
    client.log_batch(
        run_id,
        metrics=[Metric(name, value, 0, 0) for name, value in record.metrics.items()],
        params=[Param(name, str(value)) for name, value in record.parameters.items()],
        tags=[RunTag(name, value) for name, value in record.tags.items()],
    )
    client.log_artifacts(run_id, str(record.folder))
    log_trials(client, run_id, record.trials)


def _new_version(
    client: MlflowClient, settings: MlflowSettings, run_id: str, record: Record
) -> str:
    bundle = record.folder / BUNDLE
    digest = sha256((bundle / MANIFEST_FILE).read_bytes())
    read_bundle(bundle, settings.model_name, "candidate", digest)
    try:
        client.create_registered_model(settings.model_name)
    except MlflowException as error:
        if error.error_code != ErrorCode.Name(RESOURCE_ALREADY_EXISTS):
            raise
    tags = {**record.tags, **record_tags(record.folder), DIGEST_TAG: digest}
    source = f"runs:/{run_id}/{BUNDLE}"
    version = client.create_model_version(settings.model_name, source, run_id, tags=tags)
    return str(version.version)
