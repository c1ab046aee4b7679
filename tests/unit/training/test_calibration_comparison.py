from typing import TypeAlias

import numpy as np
import pytest

from training.calibrate import chosen_method, cross_fitted, fit_calibration, probabilities
from training.calibration_comparison import compare_calibrations

Scores: TypeAlias = "tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]"


def scored(rows: int, bend: float, seed: int = 7) -> Scores:
    """Raw scores whose true log-odds bend at zero."""
    draw = np.random.default_rng(seed)
    raw = draw.normal(0, 2, rows)
    log_odds = 0.5 * raw - 0.5 + bend * np.logaddexp(0, raw)
    return raw, (draw.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(np.float64)


def test_a_bend_is_found_and_a_line_cannot_follow_it() -> None:
    raw, target = scored(100_000, bend=1.5)

    bent = fit_calibration(raw, target, "beta")

    assert bent.slope == pytest.approx(0.5, abs=0.05)
    assert bent.bend == pytest.approx(1.5, abs=0.1)
    fold = np.arange(len(raw)) % 5
    figures = {one.method: one for one in compare_calibrations(raw, target, fold)}
    assert figures["beta"].log_loss < figures["platt"].log_loss < figures["none"].log_loss
    assert figures["beta"].ece < 0.01 < figures["platt"].ece
    assert chosen_method("best", raw, target, fold) == "beta"


def test_the_better_line_is_taken_where_nothing_bends() -> None:
    raw, target = scored(2000, bend=0.0, seed=3)
    fold = np.arange(len(raw)) % 5

    figures = {one.method: one for one in compare_calibrations(raw, target, fold)}

    best = min(("platt", "beta"), key=lambda name: figures[name].log_loss)
    assert chosen_method("best", raw, target, fold) == best
    assert chosen_method("platt", raw, target, fold) == "platt"


def test_only_ties_cost_auc() -> None:
    raw, target = scored(3000, bend=1.0)

    figures = {
        one.method: one for one in compare_calibrations(raw, target, np.arange(len(raw)) % 5)
    }

    for name in ("none", "platt", "beta"):
        assert figures[name].auc_lost == pytest.approx(0, abs=1e-9)
        assert figures[name].distinct > 0.999
    assert figures["isotonic"].distinct < 0.2
    assert figures["isotonic"].auc_lost > 0


def test_a_bend_that_would_turn_back_is_not_taken() -> None:
    draw = np.random.default_rng(7)
    raw = draw.normal(0, 2, 20_000)
    chance = 1 / (1 + np.exp(-(1.5 * raw - 2.5 * np.logaddexp(0, raw) + 1)))  # falls to the right
    target = (draw.random(len(raw)) < chance).astype(np.float64)

    found = fit_calibration(raw, target, "beta")

    assert found.bend == 0
    assert found == fit_calibration(raw, target)


def test_the_bent_curve_keeps_the_order_of_applicants() -> None:
    raw, target = scored(5000, bend=0.8)

    calibrated = probabilities(fit_calibration(raw, target, "beta"), np.sort(raw))

    assert (np.diff(calibrated) >= 0).all()
    assert cross_fitted(raw, target, np.arange(5000) % 4, "beta").mean() == pytest.approx(
        target.mean(), abs=0.01
    )
