"""Expected performance is what outcomes show where the probabilities are the true ones."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from contracts.bundle import Calibration
from contracts.events import Estimate, ExpectedPerformance
from drift_monitor.performance.cbpe import (
    doubted,
    expected_auc,
    expected_performance,
    probabilities,
)
from drift_monitor.performance.ranks import Doubles, areas

APPROVE_BELOW, DECLINE_FROM = 0.1, 0.25
WINDOWS, SIZE = 200, 1000


def a_window(draw: np.random.Generator) -> Doubles:
    """True probabilities as a scorer's are spread: about 8 % defaults, an AUC of about 0.75."""
    log_odds = draw.normal(-2.9, 1.05, SIZE)
    return 1 / (1 + np.exp(-log_odds))


def expected(probability: Doubles) -> ExpectedPerformance:
    approved, declined = probability < APPROVE_BELOW, probability >= DECLINE_FROM
    return expected_performance(probability, approved=approved, declined=declined)


def inside(estimate: Estimate | None, value: float) -> bool:
    assert estimate is not None
    return estimate.low <= value <= estimate.high


def test_it_meets_what_is_realised_on_windows_of_the_true_probabilities() -> None:
    """The error is over the mean realised AUC of each window: one draw alone is noise."""
    draw = np.random.default_rng(5)
    errors: list[float] = []
    covered: dict[str, list[bool]] = defaultdict(list)
    for _ in range(WINDOWS):
        window = a_window(draw)
        told = expected(window)
        labels = draw.random((200, SIZE)) < window
        realised = areas(window, labels)
        assert told.auc is not None
        errors.append(told.auc.value - float(realised.mean()))
        outcome = labels[0]
        covered["auc"].append(inside(told.auc, float(realised[0])))
        covered["default_rate"].append(inside(told.default_rate, outcome.mean()))
        declined, approved = window >= DECLINE_FROM, window < APPROVE_BELOW
        covered["precision"].append(inside(told.precision, outcome[declined].mean()))
        covered["approved"].append(inside(told.approved_default_rate, outcome[approved].mean()))
    assert np.abs(errors).mean() <= 0.01
    shares = {name: float(np.mean(found)) for name, found in covered.items()}
    assert [name for name, share in shares.items() if not 0.9 <= share <= 0.99] == []


def test_of_two_it_is_worked_out_by_hand() -> None:
    assert expected_auc(np.array([0.5, 0.5])) == 0.5
    wins, losses = 0.9 * 0.9, 0.1 * 0.1
    assert expected_auc(np.array([0.1, 0.9])) == pytest.approx(wins / (wins + losses))


@given(
    arrays.arrays(np.float64, st.integers(2, 40), elements=st.floats(0.01, 0.99)).map(
        lambda values: np.round(values, 2)
    )
)
def test_the_expected_area_is_the_mean_over_all_pairs(values: Doubles) -> None:
    above = (values[:, None] > values) + 0.5 * (values[:, None] == values)
    weight = values[:, None] * (1 - values)
    np.fill_diagonal(weight, 0)
    assert expected_auc(values) == pytest.approx((above * weight).sum() / weight.sum())


def test_what_cannot_be_expected_is_left_out() -> None:
    nobody = expected(np.zeros(50))
    assert nobody.auc is None
    assert nobody.precision is None
    assert nobody.recall is None
    assert nobody.default_rate == Estimate(value=0.0, low=0.0, high=0.0)
    assert nobody.approval_rate == 1
    certain = expected(np.ones(50))
    assert certain.auc is None
    assert certain.approved_default_rate is None


def test_one_row_has_a_default_rate_and_no_auc() -> None:
    one = expected(np.array([0.5]))
    assert one.auc is None
    assert one.default_rate == Estimate(value=0.5, low=0.0, high=1.0)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 1.5])
def test_what_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="2 values are not all probabilities"):
        expected(np.array([0.5, wrong]))
    with pytest.raises(ValueError, match="0 values"):
        expected(np.array([]))


def test_the_same_window_gives_the_same_figures() -> None:
    window = a_window(np.random.default_rng(1))
    assert expected(window) == expected(window)


def test_doubts_add_up() -> None:
    trusted = expected(np.array([0.1, 0.2]))
    assert trusted.doubts == ()
    assert doubted(trusted).doubts == ()
    once = doubted(trusted, calibration=True)
    assert once.doubts == ("calibration",)
    assert doubted(once, covariates=True).doubts == ("covariates", "calibration")


def test_raw_scores_become_probabilities_by_the_models_own_calibration() -> None:
    calibration = Calibration(slope=2.0, intercept=-1.0)
    found = probabilities(np.array([0.0, 3.0], dtype=np.float32), calibration)
    assert found.tolist() == [calibration.probability(0.0), calibration.probability(3.0)]
