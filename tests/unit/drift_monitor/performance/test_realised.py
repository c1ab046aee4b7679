"""What outcomes show: against known results, and with intervals that hold what they should."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from contracts.events import Estimate
from drift_monitor.performance.cbpe import Mask
from drift_monitor.performance.economics import Economics, profits
from drift_monitor.performance.ranks import Doubles
from drift_monitor.performance.realised import Realised, auc_gain, realised

ECONOMICS = Economics(
    margin=0.1, loss_given_default=0.6, review_cost=0.01, review_finds=0.5, review_rejects=0.2
)


def a_sample(seed: int, size: int = 2000) -> tuple[Doubles, Mask]:
    draw = np.random.default_rng(seed)
    probability = 1 / (1 + np.exp(-draw.normal(-2.0, 1.2, size)))
    return probability, draw.random(size) < probability


def found(probability: Doubles, defaulted: Mask) -> Realised:
    return realised(probability, defaulted, np.zeros(len(defaulted)))


def inside(estimate: Estimate | None, value: float) -> bool:
    assert estimate is not None
    return estimate.low <= value <= estimate.high


def test_figures_are_those_of_scikit_learn() -> None:
    probability, defaulted = a_sample(1)
    probability = np.round(probability, 2)  # ties
    told = found(np.clip(probability, 0.01, 0.99), defaulted)
    assert told.auc is not None
    assert told.auc.value == pytest.approx(roc_auc_score(defaulted, probability))
    assert told.brier is not None
    clipped = np.clip(probability, 0.01, 0.99)
    assert told.brier.value == pytest.approx(brier_score_loss(defaulted, clipped))
    odds = np.log(clipped / (1 - clipped))[:, None]
    line = LogisticRegression(C=np.inf, tol=1e-10).fit(odds, defaulted)
    assert told.slope is not None
    assert told.intercept is not None
    assert told.slope.value == pytest.approx(line.coef_[0, 0], abs=1e-4)
    assert told.intercept.value == pytest.approx(line.intercept_[0], abs=1e-4)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """The default rate, slope, intercept and AUC of two hundred calibrated samples."""
    probability, _ = a_sample(2, size=1000)
    draw = np.random.default_rng(3)
    samples = [found(probability, draw.random(1000) < probability) for _ in range(200)]
    areas = [one.auc.value for one in samples if one.auc is not None]
    truths = {
        "default_rate": probability.mean(),
        "slope": 1.0,
        "intercept": 0.0,
        "auc": float(np.mean(areas)),
    }
    shares = {
        name: np.mean([inside(getattr(one, name), truth) for one in samples])
        for name, truth in truths.items()
    }
    assert [name for name, share in shares.items() if not 0.9 <= share <= 0.99] == []
    assert sum(one.calibration_off for one in samples) <= 2


@pytest.mark.parametrize("odds", [0.5, 2.0])
def test_probabilities_that_are_off_are_told(odds: float) -> None:
    probability, defaulted = a_sample(4)
    wrong = odds * probability / (1 - probability + odds * probability)
    assert not found(probability, defaulted).calibration_off
    assert found(wrong, defaulted).calibration_off


@pytest.mark.parametrize("defaulted", [True, False])
def test_one_class_only_has_no_auc_and_no_line(*, defaulted: bool) -> None:
    told = found(np.array([0.1, 0.2, 0.3]), np.full(3, defaulted))
    assert (told.auc, told.slope, told.intercept) == (None, None, None)
    assert told.default_rate is not None
    assert told.default_rate.value == float(defaulted)


def test_scores_that_part_the_classes_have_no_line_and_an_auc_of_no_certainty() -> None:
    told = found(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True]))
    assert told.slope is None
    assert told.auc == Estimate(value=1.0, low=0.0, high=1.0)


def test_certain_probabilities_are_finite_figures() -> None:
    told = found(np.array([0.0, 1.0, 0.0, 1.0]), np.array([False, True, True, False]))
    assert told.brier is not None
    assert told.brier.value == 0.5
    assert told.auc is not None


def test_nothing_and_one_row() -> None:
    assert found(np.array([]), np.array([], dtype=bool)) == Realised(labelled=0, defaults=0)
    one = found(np.array([0.4]), np.array([True]))
    assert (one.labelled, one.defaults, one.auc) == (1, 1, None)


def test_profit_follows_decisions_and_outcomes() -> None:
    decisions = np.array(["approve", "approve", "refer", "refer", "decline"])
    outcomes = np.array([False, True, False, True, True])
    expected = [0.1, -0.6, 0.8 * 0.1 - 0.01, -0.5 * 0.6 - 0.01, 0.0]
    assert profits(ECONOMICS, decisions, outcomes).tolist() == pytest.approx(expected)


def test_a_better_challenger_gains_and_an_equal_one_does_not() -> None:
    probability, defaulted = a_sample(5)
    noisy = np.random.default_rng(6).permutation(probability)
    gain = auc_gain(noisy, probability, defaulted)
    assert gain is not None
    assert gain.low > 0
    ours, theirs = roc_auc_score(defaulted, noisy), roc_auc_score(defaulted, probability)
    assert gain.value == pytest.approx(theirs - ours)
    assert auc_gain(probability, probability, defaulted) == Estimate(value=0.0, low=0.0, high=0.0)
    assert auc_gain(probability, probability, np.zeros(len(defaulted), dtype=bool)) is None
