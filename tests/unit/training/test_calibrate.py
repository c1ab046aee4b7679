import numpy as np
import pytest

from training.calibrate import (
    WorthlessScoresError,
    cross_fitted,
    fit_calibration,
    probabilities,
)


def scored(
    rows: int, slope: float, intercept: float, seed: int = 7
) -> "tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]":
    draw = np.random.default_rng(seed)
    raw = draw.normal(-2, 1, rows)
    chance = 1 / (1 + np.exp(-(slope * raw + intercept)))
    return raw, (draw.random(rows) < chance).astype(np.float64)


def test_the_line_behind_the_outcomes_is_found() -> None:
    raw, target = scored(200_000, slope=0.7, intercept=-0.3)

    line = fit_calibration(raw, target)

    assert line.slope == pytest.approx(0.7, abs=0.03)
    assert line.intercept == pytest.approx(-0.3, abs=0.06)


def test_the_mean_probability_is_the_default_rate() -> None:
    raw, target = scored(5000, slope=1.4, intercept=0.5)

    calibrated = probabilities(fit_calibration(raw, target), raw)

    assert calibrated.mean() == pytest.approx(target.mean(), abs=1e-4)


def test_scores_that_order_outcomes_the_wrong_way_are_refused() -> None:
    raw, target = scored(5000, slope=1.0, intercept=0.0)

    with pytest.raises(WorthlessScoresError, match="do not order"):
        fit_calibration(-raw, target)


def test_the_outcomes_of_a_fold_have_no_part_in_its_own_probabilities() -> None:
    raw, target = scored(2000, slope=1.0, intercept=0.0)
    fold = np.arange(2000) % 4
    before = cross_fitted(raw, target, fold)
    flipped = np.where(fold == 2, 1 - target, target)

    after = cross_fitted(raw, flipped, fold)

    assert (before[fold == 2] == after[fold == 2]).all()
    assert (before[fold != 2] != after[fold != 2]).all()
