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

from drift_monitor.binning import Binned, binned
from drift_monitor.columns import IntVector
from drift_monitor.comparison import Profiled

_CRITICAL_SHARE = 0.01
_SMOOTHING = 0.5  # of a row in every bin: an empty bin must not make the index infinite


@dataclass(frozen=True, slots=True)
class Stability:
    """The index, and what only one clean window in a hundred exceeds."""

    index: float
    critical: float


def stability(one: Profiled) -> Stability:
    """The index over the tenths of the reference or the levels, unseen and missing values."""
    return stability_of(binned(one))


def stability_of(bins: Binned) -> Stability:
    """The index over bins, of which those that are empty in both samples do not count."""
    filled = (bins.reference + bins.window) > 0
    count = int(filled.sum())
    if count < 2:  # noqa: PLR2004 - there is nothing to compare
        return Stability(0.0, 0.0)
    before, now = _shares(bins.reference[filled]), _shares(bins.window[filled])
    index = float(((now - before) * np.log(now / before)).sum())
    spread = 1 / bins.reference.sum() + 1 / bins.window.sum()
    return Stability(index, float(spread) * _critical(count - 1))


@functools.cache
def _critical(freedom: int) -> float:
    return float(chi2.isf(_CRITICAL_SHARE, freedom))


def _shares(counts: IntVector) -> npt.NDArray[np.float64]:
    smoothed = counts + _SMOOTHING
    shares: npt.NDArray[np.float64] = smoothed / smoothed.sum()
    return shares
