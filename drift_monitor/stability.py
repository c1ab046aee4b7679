"""The population stability index: shown because people ask for it, judged by nobody.

What a value means depends on the bins and on both sample sizes, so each comes with the value that a
clean window exceeds one time in a hundred.

Source: B. Yurdakul, J. Naranjo, Statistical properties of the population stability index, 2020:
times the harmonic size of the samples it is about chi-squared, with bins - 1 degrees of freedom.
"""

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from drift_monitor.columns import IntVector
from drift_monitor.comparison import Profiled
from drift_monitor.profiles import ColumnProfile

_DECILES = np.arange(0.1, 1.0, 0.1)
_CRITICAL_SHARE = 0.01
_SMOOTHING = 0.5  # of a row in every bin: an empty bin must not make the index infinite


@dataclass(frozen=True, slots=True)
class Stability:
    """The index, and what only one clean window in a hundred exceeds."""

    index: float
    critical: float


def stability(one: Profiled) -> Stability:
    """The index over the deciles or the levels, with bins for unseen and missing values."""
    reference, window = _bins(one, one.reference), _bins(one, one.window)
    filled = (reference + window) > 0
    bins = int(filled.sum())
    if bins < 2:  # noqa: PLR2004 - there is nothing to compare
        return Stability(0.0, 0.0)
    before, now = _shares(reference[filled]), _shares(window[filled])
    index = float(((now - before) * np.log(now / before)).sum())
    spread = 1 / one.reference.rows + 1 / one.window.rows
    return Stability(index, spread * _critical(bins - 1))


@functools.cache
def _critical(freedom: int) -> float:
    return float(chi2.isf(_CRITICAL_SHARE, freedom))


def _bins(one: Profiled, sample: ColumnProfile) -> IntVector:
    rest = [sample.unseen, sample.missing]
    if one.column.levels is not None:
        return np.append(sample.counts, rest)
    reference = one.reference.values
    if not len(reference):
        return np.append(len(sample.values), rest)
    ranks = np.ceil(_DECILES * len(reference)).astype(np.intp) - 1
    edges = np.unique(reference[ranks])
    ends = np.searchsorted(sample.values, edges, side="right")
    return np.append(np.diff(ends, prepend=0, append=len(sample.values)), rest)


def _shares(counts: IntVector) -> npt.NDArray[np.float64]:
    smoothed = counts + _SMOOTHING
    shares: npt.NDArray[np.float64] = smoothed / smoothed.sum()
    return shares
