"""Whether other applicants get other scores: the population stability index. Pure."""

import msgspec
import numpy as np
from scipy.stats import chi2

from training.evaluate import Doubles

BINS = 10
_LEAST = 0.5
"""Counts below are taken for so much, or an empty bin would make the index infinite."""


class StabilityBin(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of a bin of the probability; the last bin includes its upper end."""

    low: float
    high: float
    expected: float
    actual: float


class Stability(msgspec.Struct, frozen=True, kw_only=True):
    """The scores of some applicants against those of the training rows.

    Attributes:
        psi: the population stability index.
        critical: what it exceeds in one of twenty cases where nothing has shifted, at these sizes.
        expected_rows: the training rows, scored out of fold.
        actual_rows: the other applicants.
        bins: tenths of the training rows.
    """

    psi: float
    critical: float
    expected_rows: int
    actual_rows: int
    bins: tuple[StabilityBin, ...]


def stability(expected: Doubles, actual: Doubles) -> Stability:
    """Compare two sets of probabilities over tenths of the first.

    Source: B. Yurdakul and J. Naranjo, Statistical properties of the population stability index,
    2020, for the critical value.
    """
    inner = np.quantile(expected, np.linspace(0, 1, BINS + 1)[1:-1])
    edges = np.unique(np.concatenate([[0.0], inner, [1.0]]))
    shares = [_shares(values, edges) for values in (expected, actual)]
    psi = float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
    sizes = 1 / len(expected) + 1 / len(actual)
    degrees = max(len(edges) - 2, 1)
    return Stability(
        psi=psi,
        critical=float(chi2.ppf(0.95, degrees) * sizes),
        expected_rows=len(expected),
        actual_rows=len(actual),
        bins=tuple(
            StabilityBin(low=float(low), high=float(high), expected=float(one), actual=float(other))
            for low, high, one, other in zip(edges[:-1], edges[1:], *shares, strict=True)
        ),
    )


def _shares(values: Doubles, edges: Doubles) -> Doubles:
    counts = np.maximum(np.histogram(values, edges)[0], _LEAST)
    shares: Doubles = counts / counts.sum()
    return shares
