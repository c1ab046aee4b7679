import numpy as np
import pytest

from training.goodness import calibration_goodness


def outcomes(
    rows: int, seed: int = 7
) -> "tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]":
    draw = np.random.default_rng(seed)
    probability = draw.beta(2, 10, rows)
    return probability, (draw.random(rows) < probability).astype(np.float64)


def test_true_probabilities_fail_as_often_as_the_p_value_says() -> None:
    found = [calibration_goodness(*outcomes(2000, seed)) for seed in range(150)]

    assert 0.01 < np.mean([one.p_value < 0.05 for one in found]) < 0.1
    assert np.mean([one.ece for one in found]) == pytest.approx(
        np.mean([one.ece_of_noise for one in found]), rel=0.05
    )
    assert 0.91 < np.mean([one.slope.low <= 1 <= one.slope.high for one in found]) < 0.99
    assert 0.91 < np.mean([one.intercept.low <= 0 <= one.intercept.high for one in found]) < 0.99


def test_too_extreme_probabilities_are_found_by_their_slope() -> None:
    probability, target = outcomes(20_000)
    log_odds = 2 * np.log(probability / (1 - probability))

    found = calibration_goodness(1 / (1 + np.exp(-log_odds)), target)

    assert found.slope.value == pytest.approx(0.5, abs=0.05)
    assert found.p_value < 1e-9


def test_a_bin_of_certain_outcomes_does_not_divide_by_zero() -> None:
    probability = np.repeat([0.0, 0.5, 1.0], 100)
    target = np.concatenate([np.zeros(100), np.tile([0.0, 1.0], 50), np.ones(100)])

    found = calibration_goodness(probability, target)

    assert found.ece == pytest.approx(0)
    assert np.isfinite(found.statistic)
