"""Rates count windows and runs, and say how sure they are."""

import pytest

from drift_monitor.policy import Policy
from drift_monitor.rates import Rate, alert_rate, alerted_rate, found_rate, verdict_rate

RUNS = [
    [frozenset("A"), frozenset("A"), frozenset[str]()],
    [frozenset[str](), frozenset("B"), frozenset("A")],
]


def test_every_window_counts_for_verdicts() -> None:
    assert verdict_rate(RUNS) == Rate(4, 6)


def test_every_window_at_whose_close_an_alert_stands_counts() -> None:
    assert alert_rate(RUNS, Policy()) == Rate(2, 6)


def test_a_column_is_found_in_the_first_window_and_alerted_at_the_end() -> None:
    assert found_rate(RUNS, "A") == Rate(1, 2)
    assert alerted_rate(RUNS, "A", Policy()) == Rate(1, 2)
    assert alerted_rate(RUNS, "B", Policy()) == Rate(0, 2)


def test_the_interval_is_exact() -> None:
    """Nothing in 300: the rule of three, sharpened to two sides, gives 1.2 %."""
    low, high = Rate(0, 300).interval
    assert low == 0
    assert high == pytest.approx(1 - 0.025 ** (1 / 300))
