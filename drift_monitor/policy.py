"""When a difference counts as drift, and when drift becomes an alert.

A verdict on a column needs both: a small q-value (Benjamini-Hochberg over every test of the
window) and an effect that matters. An alert needs the same column in k of the last n windows.

Source: Y. Benjamini, Y. Hochberg, Controlling the false discovery rate, 1995.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import false_discovery_control

from drift_monitor.comparison import Comparison, Test
from drift_monitor.sequential import Sequential

Floors = Mapping[Test, float]

DEFAULT_FLOORS: Floors = {
    Test.KS: 0.07,
    Test.LEVELS: 0.04,
    Test.MISSING: 0.05,
    Test.UNSEEN: 0.01,
}

LEAST_ROWS = 100
"""In fewer rows a classifier finds next to nothing: all columns together are not tested."""


@dataclass(frozen=True, slots=True)
class Multivariate:
    """When the rows of a day count as told from the reference's.

    Attributes:
        level: the largest p-value of a verdict.
        floor: the least area under the ROC curve of a verdict.
    """

    level: float = 0.001
    floor: float = 0.55


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds.

    Attributes:
        false_discovery_rate: a verdict needs a q-value of at most this.
        floors: the least effect of each test.
        column_floors: other floors for some columns.
        needed: verdicts on a column, among the last `among` windows, that raise an alert.
        among: see `needed`.
        sequential: what counts as slow drift.
        multivariate: when a day counts as told from the reference.
    """

    false_discovery_rate: float = 0.01
    floors: Floors = field(default_factory=lambda: DEFAULT_FLOORS)
    column_floors: Mapping[str, Floors] = field(default_factory=dict)
    needed: int = 2
    among: int = 3
    sequential: Sequential = field(default_factory=Sequential)
    multivariate: Multivariate = field(default_factory=Multivariate)

    def floor(self, column: str, test: Test) -> float:
        """The least effect that counts for a column."""
        return self.column_floors.get(column, {}).get(test, self.floors[test])


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A comparison with its q-value and the verdict on it.

    `strength` is the effect in units of its floor, so that different tests can be ranked together.
    """

    comparison: Comparison
    q_value: float
    strength: float
    drifted: bool

    @property
    def column(self) -> str:
        """The column's name."""
        return self.comparison.profiled.column.name


def judge(comparisons: Sequence[Comparison], policy: Policy) -> list[Judged]:
    """The verdict on each comparison of one window: all of its tests, for they share the rate."""
    if not comparisons:
        return []
    q_values = false_discovery_control([one.p_value for one in comparisons], method="bh")
    return [
        _judged(one, q_value, policy)
        for one, q_value in zip(comparisons, np.asarray(q_values).tolist(), strict=True)
    ]


def _judged(comparison: Comparison, q_value: float, policy: Policy) -> Judged:
    floor = policy.floor(comparison.profiled.column.name, comparison.test)
    drifted = q_value <= policy.false_discovery_rate and comparison.effect >= floor
    return Judged(comparison, q_value, comparison.effect / floor, drifted)


def drifted_columns(judged: Sequence[Judged]) -> frozenset[str]:
    """The columns with a verdict."""
    return frozenset(one.column for one in judged if one.drifted)


def alerted_columns(windows: Sequence[frozenset[str]], policy: Policy) -> frozenset[str]:
    """The columns with an alert, given the drifted columns of all windows so far, oldest first."""
    counts = Counter(column for window in windows[-policy.among :] for column in window)
    return frozenset(column for column, count in counts.items() if count >= policy.needed)


def by_weight(judged: Sequence[Judged], importance: Mapping[str, float]) -> list[Judged]:
    """The comparisons in order of strength times the model's importance, the weightiest first.

    To a column's own importance that of an average feature is added: a column that the trees do not
    take may still act through features derived from it.
    """
    average = sum(importance.values()) / len(importance) if importance else 1.0

    def weight(one: Judged) -> float:
        return (importance.get(one.column, 0.0) + average) * one.strength

    return sorted(judged, key=weight, reverse=True)
