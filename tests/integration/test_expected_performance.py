"""What is expected of a model of our own, held against the truth of applicants it has not seen."""

import pytest

from drift_monitor.performance.backtest import Known, backtest
from drift_monitor.performance.known import read_known
from producer.__main__ import main as producer
from training.__main__ import main as training

_APPLICANTS = "40000"
"""A calibration is as good as its defaults are many: of a half or a third of them the expected AUC
is off by more than 0.01 as often as not."""


@pytest.fixture(scope="module")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> Known:
    """Applicants of the same laws, scored by a model that was trained and calibrated as usual."""
    folder = tmp_path_factory.mktemp("held-out")
    ours, others, scores = folder / "ours", folder / "others", folder / "scores.parquet"
    for data, seed in ((ours, "101"), (others, "202")):
        size = ("--applicants", _APPLICANTS, "--seed", seed)
        assert producer(["synthesize", "--out", str(data), *size]) == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        assert training(["train", "--data", str(ours), "--override", "only its estimates"]) == 0
        asked = ("--data", str(others), "--table", "application_train", "--out", str(scores))
        assert training(["score", *asked]) == 0
    return read_known(scores, others / "truth.csv")


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("size", [1_000, 10_000])
def test_the_expected_auc_is_met(held_out: Known, size: int) -> None:
    found = backtest(held_out, size, windows=200, seed=7)
    assert found.error <= 0.01
    assert found.realised > 0.75
    assert 0.9 <= found.auc.share <= 0.99
