"""The statistical tests, by scipy or by alibi-detect; the only module that may import the latter.

alibi-detect is under the Business Source License 1.1: not for production. The scipy backend gives
the same p-values (alibi-detect rounds them to float32).
"""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
from scipy import stats

from contracts.packing import FloatVector
from drift_monitor.columns import IntVector
from drift_monitor.ks_tail import ks_tail

Backend = Literal["scipy", "alibi"]
Doubles = npt.NDArray[np.float64]
Pair = tuple[FloatVector, FloatVector]
"""The present values of a column, ascending: of the reference, of the window; neither empty."""
Counts = tuple[IntVector, IntVector]
"""Rows by bin: of the reference, of the window; neither without rows."""
Events = tuple[int, int, int, int]
"""Events and rows of the reference, events and rows of the window."""
Outcome = tuple[Doubles, Doubles]
"""Statistics and p-values, one of each for every column."""

_ALIBI_LEVEL = 0.05  # detectors ask for one; only their p-values are used


class BackendMissingError(RuntimeError):
    """The backend that the settings ask for is not installed."""


class Detectors(Protocol):
    """Two-sample tests of many columns at once."""

    def ks(self, pairs: Sequence[Pair]) -> Outcome:
        """Kolmogorov-Smirnov, two-sided, asymptotic."""

    def chi_squared(self, tables: Sequence[Counts]) -> Outcome:
        """Pearson's chi-squared of homogeneity, with Yates' correction where two bins are filled.

        With one filled bin there is nothing to compare: statistic 0, p-value 1.
        """

    def fisher(self, tables: Sequence[Events]) -> Outcome:
        """Fisher's exact test for a larger share of events in the window."""


class ScipyDetectors:
    """The tests over all columns at once; for production."""

    def ks(self, pairs: Sequence[Pair]) -> Outcome:
        """As `scipy.stats.ks_2samp(..., method="asymp")`, for sorted samples; see `ks_tail`."""
        distances = np.array([ks_distance(*pair) for pair in pairs])
        return distances, ks_p_values(distances, *_sizes(pairs))

    def chi_squared(self, tables: Sequence[Counts]) -> Outcome:
        """As `scipy.stats.chi2_contingency` without the bins that are empty in both samples."""
        width = max((len(counts) for counts, _ in tables), default=0)
        observed = np.zeros((len(tables), 2, width))
        for at, (reference, window) in enumerate(tables):
            observed[at, 0, : len(reference)] = reference
            observed[at, 1, : len(window)] = window
        filled = observed.sum(axis=1, keepdims=True)
        rows = observed.sum(axis=2, keepdims=True)
        expected = filled * rows / rows.sum(axis=1, keepdims=True)
        freedom = (filled[:, 0] > 0).sum(axis=1) - 1
        gaps = expected - observed
        yates = np.where(freedom == 1, 0.5, 0.0)[:, None, None]
        gaps = np.sign(gaps) * np.maximum(np.abs(gaps) - yates, 0)
        terms = np.divide(np.square(gaps), expected, out=np.zeros_like(gaps), where=expected > 0)
        statistic = terms.sum(axis=(1, 2))
        p_values = stats.chi2.sf(statistic, np.maximum(freedom, 1))
        return np.where(freedom > 0, statistic, 0.0), np.where(freedom > 0, p_values, 1.0)

    def fisher(self, tables: Sequence[Events]) -> Outcome:
        """As `scipy.stats.fisher_exact(..., alternative="greater")`; the statistic is the share."""
        in_reference, reference, in_window, window = np.array(tables, dtype=float).reshape(-1, 4).T
        total, events = reference + window, in_reference + in_window
        p_values = stats.hypergeom.sf(in_window - 1, total, events, window)
        return in_window / window, np.clip(p_values, 0, 1)


class AlibiDetectors:
    """The same tests by alibi-detect's KSDrift, ChiSquareDrift and FETDrift, column by column."""

    def __init__(self) -> None:
        try:
            from alibi_detect import cd  # noqa: PLC0415 - optional, and slow to import
        except ImportError as error:
            raise BackendMissingError(
                "DRIFT_MONITOR_BACKEND is alibi, but alibi-detect is not installed"
            ) from error
        self._cd = cd

    def ks(self, pairs: Sequence[Pair]) -> Outcome:
        """By KSDrift."""
        scores = [self._score(self._cd.KSDrift, *pair) for pair in pairs]
        return _columns(scores)

    def chi_squared(self, tables: Sequence[Counts]) -> Outcome:
        """By ChiSquareDrift, on rows made from the counts."""
        scores = []
        for reference, window in tables:
            if ((reference + window) > 0).sum() > 1:
                rows = np.repeat(np.arange(len(reference)), reference)
                of_window = np.repeat(np.arange(len(window)), window)
                scores.append(self._score(self._cd.ChiSquareDrift, rows, of_window))
            else:
                scores.append((0.0, 1.0))
        return _columns(scores)

    def fisher(self, tables: Sequence[Events]) -> Outcome:
        """By FETDrift; the statistic is the share, as in the other backend."""
        scores = []
        for in_reference, reference, in_window, window in tables:
            rows = np.arange(reference) < in_reference
            of_window = np.arange(window) < in_window
            _, p_value = self._score(self._cd.FETDrift, rows, of_window, alternative="greater")
            scores.append((in_window / window, p_value))
        return _columns(scores)

    @staticmethod
    def _score(
        detector: type, reference: npt.NDArray[Any], window: npt.NDArray[Any], **options: str
    ) -> tuple[float, float]:
        """Statistic and p-value of one column."""
        fitted = detector(reference[:, None], p_val=_ALIBI_LEVEL, **options)
        p_values, statistics = fitted.feature_score(reference[:, None], window[:, None])
        return float(statistics[0]), float(p_values[0])


def detectors(backend: Backend) -> Detectors:
    """The tests of a backend.

    Raises:
        BackendMissingError: alibi-detect is asked for and not installed.
    """
    return AlibiDetectors() if backend == "alibi" else ScipyDetectors()


def ks_p_values(distances: Doubles, reference: Sequence[int], window: Sequence[int]) -> Doubles:
    """Asymptotic p-values of KS distances between samples of these sizes."""
    sizes, totals = np.multiply(reference, window), np.add(reference, window)
    effective = np.round(np.divide(sizes, totals))
    p_values = ks_tail(distances, np.maximum(effective, 1))
    return np.where(effective < 1, 1.0, p_values)  # one value against one


def _sizes(pairs: Sequence[Pair]) -> tuple[list[int], list[int]]:
    return [len(reference) for reference, _ in pairs], [len(window) for _, window in pairs]


def ks_distance(reference: FloatVector, window: FloatVector) -> float:
    """The largest gap between two empirical distribution functions, of sorted samples.

    The window's function is flat between its values, so the gap is largest at one of them or just
    before it; only those places are looked at. Of equal values the first and the last one tell
    where the function jumps, and those between are nearer to the reference's.
    """
    below = reference.searchsorted(window, side="left") / len(reference)
    up_to = reference.searchsorted(window, side="right") / len(reference)
    steps = np.arange(len(window) + 1) / len(window)
    return float(max((steps[1:] - up_to).max(), (below - steps[:-1]).max(), 0.0))


def _columns(scores: Sequence[tuple[float, float]]) -> Outcome:
    both = np.array(scores, dtype=np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]
