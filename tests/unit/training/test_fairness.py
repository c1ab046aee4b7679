import numpy as np
import pytest

from contracts.bundle import DecisionPolicy
from training.fairness import FairnessGroup, by_group, ratio
from training.gate_rules import GateRules

POLICY = DecisionPolicy(approve_below=0.1, decline_from=0.3)
APPROVED, REFERRED, DECLINED = 0.05, 0.2, 0.5


def groups(*decided: tuple[str, int, int, int]) -> dict[str, FairnessGroup]:
    """Groups of so many approved, referred and declined; the last of each kind defaulted."""
    labels, risks, target = [], [], []
    for level, *counts in decided:
        for risk, count in zip((APPROVED, REFERRED, DECLINED), counts, strict=True):
            labels += [level] * count
            risks += [risk] * count
            target += [0.0] * (count - 1) + [1.0] * (count > 0)
    found = by_group(
        np.array(risks), np.array(target), POLICY, {"colour": np.array(labels)}, GateRules()
    )
    return {one.level: one for one in found}


def test_ratios_are_those_worked_out_by_hand() -> None:
    found = groups(("blue", 300, 50, 50), ("green", 240, 60, 100))

    green = found["green"]
    assert found["blue"].reference
    assert green.approval.value == pytest.approx(0.6)
    assert green.approval_ratio is not None
    assert green.approval_ratio.value == pytest.approx(0.6 / 0.75)
    assert green.declined.value == pytest.approx(0.25)
    assert green.opportunity is not None
    assert green.opportunity.value == pytest.approx(239 / 397)
    assert green.opportunity_ratio is not None
    assert green.opportunity_ratio.value == pytest.approx(239 / 397 / (299 / 397))
    assert green.predicted == pytest.approx((240 * 0.05 + 60 * 0.2 + 100 * 0.5) / 400)
    assert green.observed.value == pytest.approx(3 / 400)


def test_a_small_group_is_marked_and_never_the_measure_of_others() -> None:
    found = groups(("few", 90, 0, 0), ("many", 500, 300, 200))

    assert found["few"].small
    assert not found["few"].reference
    assert found["many"].reference


def test_where_all_groups_are_small_one_is_still_compared_with() -> None:
    found = groups(("few", 9, 1, 1), ("fewer", 2, 1, 1))

    assert found["few"].reference
    assert all(one.small for one in found.values())


def test_a_group_that_nobody_is_approved_of_has_no_ratio() -> None:
    found = groups(("none", 0, 200, 200), ("some", 300, 50, 50))

    assert found["none"].approval_ratio is None
    assert found["none"].approval.value == 0


def test_the_interval_of_a_ratio_covers_it_as_often_as_it_says() -> None:
    draw = np.random.default_rng(7)
    counts = zip(draw.binomial(300, 0.6, 2000), draw.binomial(900, 0.75, 2000), strict=True)

    found = [ratio((int(one), 300), (int(other), 900)) for one, other in counts]

    covered = [one is not None and one.low <= 0.8 <= one.high for one in found]
    assert 0.935 <= np.mean(covered) <= 0.965
