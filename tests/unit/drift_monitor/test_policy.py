"""A verdict needs both a small q-value and an effect; an alert needs it again."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift_monitor.columns import Column
from drift_monitor.comparison import Comparison, Profiled, Test
from drift_monitor.policy import (
    DEFAULT_FLOORS,
    Policy,
    alerted_columns,
    by_weight,
    drifted_columns,
    judge,
)
from drift_monitor.profiles import ColumnProfile

_EMPTY = ColumnProfile(rows=1, missing=1)
_p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def a_comparison(
    name: str = "A", test: Test = Test.KS, *, p_value: float = 1e-9, effect: float = 0.5
) -> Comparison:
    profiled = Profiled(Column(name, tested=True, levels=None), _EMPTY, _EMPTY)
    return Comparison(profiled, test, statistic=1.0, p_value=p_value, effect=effect)


def windows(*columns: str) -> list[frozenset[str]]:
    return [frozenset(window) for window in columns]


@pytest.mark.parametrize("test", Test)
def test_a_verdict_needs_the_floor_of_its_test(test: Test) -> None:
    floor = DEFAULT_FLOORS[test]
    (at_floor,) = judge([a_comparison(test=test, effect=floor)], Policy())
    (below,) = judge([a_comparison(test=test, effect=floor * 0.99)], Policy())
    assert (at_floor.drifted, below.drifted) == (True, False)


def test_a_verdict_needs_a_small_q_value() -> None:
    (likely,) = judge([a_comparison(p_value=0.011)], Policy())
    (unlikely,) = judge([a_comparison(p_value=0.009)], Policy())
    assert (likely.drifted, unlikely.drifted) == (False, True)


def test_more_tests_in_a_window_ask_for_a_smaller_p_value() -> None:
    others = [a_comparison(p_value=0.5)] * 9
    alone, among = (
        judge([a_comparison(p_value=0.009)], Policy()),
        judge([a_comparison(p_value=0.009), *others], Policy()),
    )
    assert (alone[0].drifted, among[0].drifted) == (True, False)


@given(_p_values)
def test_q_values_are_those_of_benjamini_and_hochberg(p_values: list[float]) -> None:
    found = [one.q_value for one in judge([a_comparison(p_value=p) for p in p_values], Policy())]
    ranked = sorted(p_values)
    for p_value, q_value in zip(p_values, found, strict=True):
        later = range(ranked.index(p_value), len(ranked))
        expected = min(ranked[at] * len(ranked) / (at + 1) for at in later)
        assert q_value == pytest.approx(min(expected, 1))


@given(_p_values, st.floats(0.001, 0.5))
def test_a_larger_floor_never_finds_more(p_values: list[float], floor: float) -> None:
    draw = np.random.default_rng(len(p_values))
    comparisons = [a_comparison(p_value=p, effect=float(draw.random())) for p in p_values]
    usual = Policy(floors=dict.fromkeys(Test, floor))
    strict = Policy(floors=dict.fromkeys(Test, floor * 1.5))
    assert _count(comparisons, strict) <= _count(comparisons, usual)


def _count(comparisons: Sequence[Comparison], policy: Policy) -> int:
    return sum(one.drifted for one in judge(comparisons, policy))


def test_a_column_may_have_floors_of_its_own() -> None:
    policy = Policy(column_floors={"A": {Test.KS: 0.6}})
    judged = judge([a_comparison("A"), a_comparison("B")], policy)
    assert drifted_columns(judged) == {"B"}


def test_no_tests_give_no_verdicts() -> None:
    assert judge([], Policy()) == []


@pytest.mark.parametrize(
    ("verdicts", "alerted"),
    [
        (windows("A"), ""),
        (windows("A", "A"), "A"),
        (windows("A", "", "A"), "A"),
        (windows("A", "", "", "A"), ""),
        (windows("A", "B"), ""),
        (windows("A", "A", ""), "A"),
        (windows("AB", "B", "A"), "AB"),
        ([], ""),
    ],
)
def test_an_alert_needs_the_same_column_in_two_of_the_last_three_windows(
    verdicts: list[frozenset[str]], alerted: str
) -> None:
    assert alerted_columns(verdicts, Policy()) == frozenset(alerted)


@pytest.mark.parametrize(
    ("effects", "order"),
    [
        ({"A": 0.3, "B": 0.3, "C": 0.3}, "ABC"),
        ({"A": 0.1, "B": 0.3, "C": 0.3}, "BAC"),
        ({"A": 0.1, "B": 0.1, "C": 0.9}, "CAB"),
    ],
)
def test_columns_come_in_order_of_effect_times_importance(
    effects: dict[str, float], order: str
) -> None:
    """The average importance of 2 is added to each: A weighs 6, B 4, and C, not in the trees, 2."""
    judged = judge(
        [a_comparison(name, effect=effect) for name, effect in effects.items()], Policy()
    )
    ordered = by_weight(judged, {"A": 4.0, "B": 2.0, "D": 0.0})
    assert "".join(one.column for one in ordered) == order


def test_effects_of_different_tests_are_ranked_in_units_of_their_floors() -> None:
    judged = judge(
        [a_comparison("KS", Test.KS, effect=0.08), a_comparison("U", Test.UNSEEN, effect=0.04)],
        Policy(),
    )
    assert [one.column for one in by_weight(judged, {})] == ["U", "KS"]
