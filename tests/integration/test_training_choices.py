"""Search, bagging, directions and costs through the command itself."""

import csv
from itertools import islice
from pathlib import Path

import msgspec
import optuna
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from runtime.model_registry import ModelRegistry
from runtime.settings import MlflowSettings
from tests.kaggle_tables import write_table
from tests.quick_training import train
from tests.training_rows import a_plan, some_rows
from training.costs import Cost
from training.cross_validation import ALL_ROWS
from training.errors import BadInputError
from training.search import Search, open_storage
from training.search_space import search_space
from training.settings import SETTINGS_FILE, decode_settings
from training.trials import Trial

ALONE = ("--tables", "application", "--no-promote")


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    return MlflowClient(tracking_uri=uri)


def runs(client: MlflowClient) -> list[Run]:
    experiments = [one.experiment_id for one in client.search_experiments()]
    return list(client.search_runs(experiments))


def artifact(client: MlflowClient, run: Run, name: str) -> bytes:
    return Path(client.download_artifacts(run.info.run_id, name)).read_bytes()


def test_a_searched_bagged_and_directed_model_is_registered_with_all_that_was_chosen(
    kaggle: Path, client: MlflowClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = tmp_path / "study.db"
    choices = ("--trials", "2", "--study", str(study), "--bagging", "2", "--monotone")

    assert train(kaggle, *ALONE, *choices) == 0

    found = runs(client)
    nested = [run for run in found if "mlflow.parentRunId" in run.data.tags]
    (parent,) = (run for run in found if "mlflow.parentRunId" not in run.data.tags)
    assert len(nested) == 2 * 3
    assert {run.data.tags["mlflow.parentRunId"] for run in nested} == {parent.info.run_id}
    assert all(run.data.metrics["log_loss"] > 0 for run in nested)
    assert {run.data.tags["part"] for run in nested} == {"fold 1", "fold 2", ALL_ROWS}
    recipe = decode_settings(artifact(client, parent, SETTINGS_FILE)).recipe
    bundle = ModelRegistry(MlflowSettings()).load("1")
    assert bundle.booster.num_trees() == 2 * recipe.choice.rounds
    assert recipe.plan.monotone["EXT_SOURCE_2"] == -1
    (cost,) = msgspec.json.decode(artifact(client, parent, "costs.json"), type=list[Cost])
    assert cost.in_force
    assert cost.restriction.startswith("monotone in")
    assert str(cost) in capsys.readouterr().out


@pytest.mark.usefixtures("client")
def test_a_file_that_is_no_study_is_refused(
    kaggle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = tmp_path / "study.db"
    study.write_text("no database, but long enough to be taken for one" * 100)

    assert train(kaggle, *ALONE, "--trials", "2", "--study", str(study)) == 2

    assert f"{study}: not the file of a study" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"),
    [("--bagging", "0"), ("--trials", "-1"), ("--measure", "luck"), ("--trials", "x")],
)
def test_an_impossible_choice_is_refused(kaggle: Path, option: str, value: str) -> None:
    with pytest.raises(SystemExit) as ended:
        train(kaggle, option, value)

    assert ended.value.code == 2


def test_a_stopped_search_goes_on_from_its_file(tmp_path: Path) -> None:
    rows, file = some_rows(300), tmp_path / "study.db"
    plan = msgspec.structs.replace(a_plan(), inner_folds=2, max_rounds=5)
    space = search_space(300, plan)
    trials: list[Trial] = []
    in_memory = Search(4, space, open_storage(None), lambda _: None)(rows, plan, ALL_ROWS)

    Search(2, space, open_storage(file), lambda _: None)(rows, plan, ALL_ROWS)
    found = Search(4, space, open_storage(file), trials.append)(rows, plan, ALL_ROWS)

    assert found == in_memory
    assert [trial.number for trial in trials] == [0, 1, 2, 3]
    study = optuna.load_study(study_name=ALL_ROWS, storage=open_storage(file))
    assert len(study.trials) == 4
    with pytest.raises(BadInputError, match="other rows"):
        Search(4, space, open_storage(file), trials.append)(some_rows(400), plan, ALL_ROWS)


def test_200_rows_are_too_few_and_it_is_said(
    kaggle: Path, client: MlflowClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (kaggle / "application_train.csv").open(newline="") as file:
        header, *rows = islice(csv.reader(file), 201)
    write_table(tmp_path / "application_train.csv", header, rows)

    assert train(tmp_path, *ALONE) == 2

    said = capsys.readouterr().err
    assert f"{tmp_path}: nothing can be learned from 200 rows with" in said
    assert "trees would grow on " in said
    assert not client.search_model_versions()
