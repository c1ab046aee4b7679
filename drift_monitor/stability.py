"""The population stability index: shown because people ask for it, judged by nobody.

What a value means depends on the bins and on both sample sizes, so each comes with the value that a
clean window exceeds one time in a hundred.

Source: B. Yurdakul, J. Naranjo, Statistical properties of the population stability index, 2020:
times the harmonic size of the samples it is about chi-squared, with bins - 1 degrees of freedom.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from drift_monitor.binning import Binned, binned
from drift_monitor.comparison import Profiled

Doubles = npt.NDArray[np.float64]

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
    (found,) = stabilities([bins])
    return found


def stabilities(columns: Sequence[Binned]) -> list[Stability]:
    """The index of each column, of all at once."""
    width = max((len(one.reference) for one in columns), default=0)
    before, now = np.zeros((len(columns), width)), np.zeros((len(columns), width))
    for at, one in enumerate(columns):
        before[at, : len(one.reference)], now[at, : len(one.window)] = one.reference, one.window
    filled = before + now > 0
    spread = 1 / before.sum(axis=1) + 1 / now.sum(axis=1)
    shares, reference = _shares(now, filled), _shares(before, filled)
    moves = np.log(shares / reference, out=np.zeros_like(shares), where=filled)
    index = ((shares - reference) * moves).sum(axis=1)
    return [
        Stability(value, each * _critical(count - 1)) if count > 1 else Stability(0.0, 0.0)
        for value, each, count in zip(
            index.tolist(), spread.tolist(), filled.sum(axis=1).tolist(), strict=True
        )
    ]


@functools.cache
def _critical(freedom: int) -> float:
    return float(chi2.isf(_CRITICAL_SHARE, freedom))


def _shares(counts: Doubles, filled: npt.NDArray[np.bool_]) -> Doubles:
    """Of the filled bins; the others have one, which no move is counted by."""
    smoothed = np.where(filled, counts + _SMOOTHING, 0.0)
    shares: Doubles = smoothed / smoothed.sum(axis=1, keepdims=True)
    shares[~filled] = 1.0
    return shares
