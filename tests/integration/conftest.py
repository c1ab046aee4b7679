"""A small Kaggle folder and a model trained on it, once for all suites."""

from pathlib import Path

import pytest

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
