"""Rates of alarms and of detection, with their intervals. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from drift_monitor.policy import Policy, alerted_columns

Run = Sequence[frozenset[str]]
"""The drifted columns of windows that follow each other."""

_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something happened."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """The share of the times."""
        return self.count / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """The exact (Clopper-Pearson) 95 % interval of the share."""
        found = binomtest(self.count, self.of).proportion_ci(_CONFIDENCE, method="exact")
        return float(found.low), float(found.high)


def verdict_rate(runs: Sequence[Run]) -> Rate:
    """Windows with a verdict on any column."""
    windows = [window for run in runs for window in run]
    return Rate(sum(map(bool, windows)), len(windows))


def alert_rate(runs: Sequence[Run], policy: Policy) -> Rate:
    """Windows at whose close an alert stands on any column."""
    alerts = [
        bool(alerted_columns(run[: at + 1], policy)) for run in runs for at in range(len(run))
    ]
    return Rate(sum(alerts), len(alerts))


def found_rate(runs: Sequence[Run], column: str) -> Rate:
    """Runs whose first window has a verdict on the column."""
    return Rate(sum(column in run[0] for run in runs), len(runs))


def reached_rate(runs: Sequence[Run], column: str) -> Rate:
    """Runs, each up to the window where the column drifts, that came to such a window."""
    return Rate(sum(column in run[-1] for run in runs), len(runs))


def alerted_rate(runs: Sequence[Run], column: str, policy: Policy) -> Rate:
    """Runs that end with an alert on the column."""
    return Rate(sum(column in alerted_columns(run, policy) for run in runs), len(runs))
