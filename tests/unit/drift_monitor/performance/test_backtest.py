"""The backtest finds estimates right where probabilities are, and off where they are not."""

import numpy as np
import pytest
from scipy.special import expit

from drift_monitor.performance.backtest import Known, backtest

ODDS = np.random.default_rng(2).normal(-2.9, 1.05, 5_000)


def test_true_probabilities_are_met() -> None:
    found = backtest(Known(expit(ODDS), expit(ODDS)), size=1_000, windows=100, seed=3)
    assert found.error < 0.004
    assert abs(found.bias) < 0.001
    assert found.error < found.single_error
    assert found.realised == pytest.approx(0.75, abs=0.02)
    assert 0.9 <= found.auc.share <= 0.99
    assert 0.9 <= found.default_rate.share <= 0.99


def test_probabilities_too_sure_of_themselves_promise_too_much() -> None:
    found = backtest(Known(expit(1.5 * ODDS + 1.3), expit(ODDS)), size=1_000, windows=40, seed=3)
    assert found.bias == pytest.approx(found.error)
    assert found.bias > 0.05
    assert found.auc.share < 0.5


def test_a_window_that_has_no_auc_is_refused() -> None:
    nobody = np.full(50, 1e-9)
    with pytest.raises(ValueError, match="windows of 20 rows have too few defaults for an AUC"):
        backtest(Known(nobody, nobody), size=20, windows=2, seed=3)


def test_more_rows_than_there_are_are_refused() -> None:
    with pytest.raises(ValueError, match="larger sample than population"):
        backtest(Known(expit(ODDS), expit(ODDS)), size=6_000, windows=1, seed=3)
