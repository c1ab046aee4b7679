"""A small Kaggle folder and a model trained on it, once for all suites."""

import shutil
from pathlib import Path

import pytest
from mlflow import MlflowClient

from producer.__main__ import main as producer
from runtime.settings import MlflowSettings
from tests.quick_training import APPLICANTS, train


@pytest.fixture(scope="session")
def kaggle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small synthetic Kaggle folder."""
    folder = tmp_path_factory.mktemp("kaggle")
    size = ("--applicants", str(APPLICANTS), "--test-share", "0.1", "--seed", "5")
    assert producer(["synthesize", "--out", str(folder), *size]) == 0
    return folder


@pytest.fixture(scope="session")
def trained(kaggle: Path, tmp_path_factory: pytest.TempPathFactory) -> MlflowSettings:
    """A registry with a model of all seven tables."""
    folder = tmp_path_factory.mktemp("registry")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        assert train(kaggle) == 0
        return MlflowSettings()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's database without a run; to make one takes seconds."""
    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    MlflowClient(tracking_uri=f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def registry(
    empty_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> MlflowSettings:
    """An empty registry that the commands find."""
    shutil.copy(empty_database, tmp_path / "mlflow.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    return MlflowSettings()
