import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp
from sklearn.metrics import roc_auc_score

from training.evaluate import (
    auc_interval,
    calibration_error,
    kolmogorov_smirnov,
    quality,
    reliability,
)


def outcomes(
    rows: int, seed: int = 7
) -> "tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]":
    """Probabilities, and outcomes that come with just these probabilities."""
    draw = np.random.default_rng(seed)
    probability = draw.beta(2, 10, rows)
    return probability, (draw.random(rows) < probability).astype(np.float64)


SCORED = st.lists(
    st.tuples(st.sampled_from([0.1, 0.2, 0.3, 0.5, 0.9]), st.sampled_from([0.0, 1.0])),
    min_size=4,
    max_size=60,
).filter(lambda rows: 1 < sum(target for _, target in rows) < len(rows) - 1)


@given(SCORED)
def test_the_ks_distance_is_the_two_sample_statistic(rows: list[tuple[float, float]]) -> None:
    scores, target = (np.array(column) for column in zip(*rows, strict=True))

    expected = ks_2samp(scores[target == 1], scores[target == 0], method="asymp").statistic

    assert kolmogorov_smirnov(scores, target) == pytest.approx(expected)


@given(SCORED)
def test_the_auc_lies_in_its_interval_and_both_within_bounds(
    rows: list[tuple[float, float]],
) -> None:
    scores, target = (np.array(column) for column in zip(*rows, strict=True))

    found = auc_interval(scores, target)

    assert found.value == pytest.approx(roc_auc_score(target, scores))
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_interval_of_the_auc_covers_the_truth_as_often_as_it_says() -> None:
    probability, target = outcomes(400_000)
    truth = roc_auc_score(target, probability)
    samples = np.arange(400_000).reshape(400, 1000)

    intervals = [auc_interval(probability[rows], target[rows]) for rows in samples]
    covered = np.mean([one.low <= truth <= one.high for one in intervals])

    assert 0.92 <= covered <= 0.98


def test_true_probabilities_have_a_small_calibration_error_and_shifted_ones_do_not() -> None:
    probability, target = outcomes(200_000)

    assert calibration_error(probability, target) < 0.003
    assert calibration_error(probability + 0.05, target) == pytest.approx(0.05, abs=0.003)


def test_reliability_bins_hold_equal_counts_in_rising_order() -> None:
    probability, target = outcomes(1003)

    bins = reliability(probability, target)

    assert {one.rows for one in bins} == {100, 101}
    assert [one.predicted for one in bins] == sorted(one.predicted for one in bins)
    assert all(one.observed.low <= one.observed.value <= one.observed.high for one in bins)


def test_a_bin_without_defaults_still_has_an_upper_bound() -> None:
    (only,) = reliability(np.full(50, 0.01), np.zeros(50), bins=1)

    assert only.observed.low == pytest.approx(0)
    assert 0.03 < only.observed.high < 0.12


def test_figures_are_those_of_the_same_rows() -> None:
    probability, target = outcomes(5000)

    found = quality(probability, target)

    assert found.rows == 5000
    assert found.gini == pytest.approx(2 * found.auc.value - 1)
    assert found.default_rate == target.mean()
    assert found.brier == pytest.approx(np.mean((probability - target) ** 2))
    assert set(found.as_metrics()) >= {"auc", "auc_low", "auc_high", "ks", "ece", "log_loss"}
