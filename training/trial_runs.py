"""The trials of a search as nested runs of MLflow."""

from collections.abc import Mapping, Sequence

from mlflow import MlflowClient
from mlflow.entities import Metric, Param
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID, MLFLOW_RUN_NAME

from training.trials import Trial


def log_trials(client: MlflowClient, parent_id: str, trials: Sequence[Trial]) -> None:
    """Log every trial as a run below its parent, named by its part and number.

    Raises:
        MlflowException: the tracking server is away or refuses.
    """
    if not trials:
        return
    experiment_id = client.get_run(parent_id).info.experiment_id
    for trial in trials:
        tags = {MLFLOW_PARENT_RUN_ID: parent_id, **_tags(trial)}
        run_id = client.create_run(experiment_id, tags=tags).info.run_id
        client.log_batch(
            run_id,
            metrics=[Metric(name, value, 0, 0) for name, value in _metrics(trial).items()],
            params=[Param(name, str(value)) for name, value in trial.parameters.items()],
        )
        client.set_terminated(run_id, "FINISHED")


def _tags(trial: Trial) -> Mapping[str, str]:
    return {
        MLFLOW_RUN_NAME: f"{trial.part}, trial {trial.number + 1}",
        "part": trial.part,
        "pruned": str(trial.rounds is None).lower(),
    }


def _metrics(trial: Trial) -> Mapping[str, float]:
    found = {"log_loss": trial.loss, "seconds": trial.seconds}
    return found if trial.rounds is None else {**found, "trees": trial.rounds}
