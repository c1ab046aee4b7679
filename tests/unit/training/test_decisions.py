import numpy as np
import pytest

from contracts.bundle import DecisionPolicy
from training.decisions import judge_decisions
from training.policy import DEFAULT_POLICY, decide_thresholds, read_policy

ECONOMICS = read_policy(DEFAULT_POLICY).economics
POLICY = DecisionPolicy(approve_below=0.1, decline_from=0.3)


def test_profit_is_what_the_outcomes_earn_worked_out_by_hand() -> None:
    probability, target = np.array([0.05, 0.05, 0.2, 0.2, 0.5]), np.array([0, 1, 0, 1, 1.0])

    found = judge_decisions(ECONOMICS, POLICY, probability, target)

    approved = 0.10 - 0.60
    reviewed = 0.95 * 0.10 - 0.65 * 0.60 - 2 * 0.004
    assert found.realised_profit == pytest.approx((approved + reviewed) / 5)
    assert found.profit_of_approving_all == pytest.approx((2 * 0.10 - 3 * 0.60) / 5)
    assert [one.rows for one in found.shares] == [2, 2, 1]
    assert [one.default_rate.value for one in found.shares if one.default_rate] == [0.5, 0.5, 1]


def test_expected_profit_is_realised_where_the_probabilities_are_true() -> None:
    draw = np.random.default_rng(7)
    probability = draw.beta(1.2, 12, 200_000)
    target = (draw.random(200_000) < probability).astype(np.float64)
    policy = decide_thresholds(ECONOMICS, probability)

    found = judge_decisions(ECONOMICS, policy, probability, target)

    assert found.realised_profit == pytest.approx(found.expected_profit, abs=0.001)
    assert found.realised_profit > found.profit_without_review > found.profit_of_approving_all
    best = max(found.curve, key=lambda point: point.expected)
    assert best.threshold == pytest.approx(found.break_even, abs=0.01)
    assert found.curve[-1].realised == pytest.approx(found.profit_of_approving_all)
    assert found.curve[-1].approved == 1


def test_a_decision_that_falls_to_nobody_has_no_default_rate() -> None:
    found = judge_decisions(ECONOMICS, POLICY, np.array([0.01, 0.02]), np.array([0.0, 1.0]))

    assert [one.default_rate is None for one in found.shares] == [False, True, True]
