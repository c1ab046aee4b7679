"""How far columns are from the reference, by the measures that people ask for; judged by nobody."""

import functools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from contracts.events import ColumnDistance, Distribution
from contracts.packing import FloatVector
from drift_monitor.binning import Binned, binned
from drift_monitor.columns import IntVector
from drift_monitor.comparison import Profiled, Test
from drift_monitor.detectors import Doubles, ks_distance
from drift_monitor.policy import Judged
from drift_monitor.rounding import rounded
from drift_monitor.stability import Stability

_MOST = 1_000  # columns told of in a report: a fifth of what the topic allows
_DRAWN = 24  # columns whose distributions a report holds
_DIGITS = 4
_FEW = 20_000  # values, whose pairing takes half a megabyte

Pairing = tuple[IntVector, IntVector, Doubles]
"""Places in one sample, places in another, and the share of each pair of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What is measured of a column beside its tests.

    Attributes:
        bins: of the column.
        stability: over these bins.
        wasserstein: distance, where it is known.
    """

    bins: Binned
    stability: Stability
    wasserstein: float | None = None


def column_distances(
    judged: Sequence[Judged], measure: Callable[[str], Measured]
) -> tuple[ColumnDistance, ...]:
    """The distances of the tested columns, in the order of their tests.

    Those with a verdict and the weightiest others have their distribution with them.

    Args:
        judged: all tests, in order of weight.
        measure: a column's name to what is measured of it.
    """
    distances = {
        one.column: one.comparison.effect for one in judged if one.comparison.test is Test.KS
    }
    names = tuple(dict.fromkeys(one.column for one in judged))[:_MOST]
    drawn = drawn_columns(judged)
    return tuple(
        _distance(measure(name), distances.get(name), drawn=name in drawn) for name in names
    )


def measures_of(
    profiled: Sequence[Profiled], stability: Mapping[str, Stability]
) -> Callable[[str], Measured]:
    """How columns are measured whose values and stability indices are all known."""
    by_name = {one.column.name: one for one in profiled}
    return lambda name: _measured(by_name[name], stability[name])


def drawn_columns(judged: Sequence[Judged], least: int = _DRAWN) -> frozenset[str]:
    """The columns whose distributions are worth showing: those with a verdict, then the weightiest.

    Args:
        judged: all tests, in order of weight.
        least: how many columns are drawn where fewer have a verdict; no more than twice as many.
    """
    drifted = dict.fromkeys(one.column for one in judged if one.drifted)
    order = [*drifted, *(one.column for one in judged)]
    return frozenset(list(dict.fromkeys(order))[: min(max(least, len(drifted)), 2 * least)])


def all_distances(
    profiled: Sequence[Profiled], stability: Mapping[str, Stability], drawn: Collection[str]
) -> Iterator[ColumnDistance]:
    """The distances of every column, tested or not."""
    for one in profiled:
        name = one.column.name
        numbers = one.column.levels is None and len(one.reference.values) and len(one.window.values)
        ks = ks_distance(one.reference.values, one.window.values) if numbers else None
        yield _distance(_measured(one, stability[name]), ks, drawn=name in drawn)


def wasserstein(reference: FloatVector, window: FloatVector) -> float | None:
    """Wasserstein's distance of two ascending samples, in standard deviations of the reference.

    It is the area between the two quantile functions. None where one is empty, the reference
    does not spread, or a value is infinite.
    """
    if not (len(reference) and len(window)):
        return None
    ends = (reference[0], window[0], reference[-1], window[-1])
    spread = float(reference.std(dtype=np.float64)) if np.isfinite(ends).all() else 0.0
    if not spread:
        return None
    of_reference, of_window, shares = _pairing(len(reference), len(window))
    gaps = np.subtract(reference[of_reference], window[of_window], dtype=np.float64)
    return float(shares @ np.abs(gaps)) / spread


def _paired(rows: int, size: int) -> Pairing:
    """Which values of two ascending samples lie at the same quantiles, and over what share."""
    ends = np.union1d(np.arange(1, rows + 1) * size, np.arange(1, size + 1) * rows)
    shares = np.diff(ends, prepend=0) / (rows * size)
    return (ends - 1) // size, (ends - 1) // rows, shares


_paired_few = functools.lru_cache(maxsize=64)(_paired)
_paired_many = functools.lru_cache(maxsize=4)(_paired)


def _pairing(rows: int, size: int) -> Pairing:
    """`_paired`, kept: many columns have the same sizes. All that is kept takes some 60 MB."""
    kept = _paired_few if rows + size <= _FEW else _paired_many
    return kept(rows, size)


def _measured(one: Profiled, stability: Stability) -> Measured:
    numbers = one.column.levels is None
    area = wasserstein(one.reference.values, one.window.values) if numbers else None
    return Measured(binned(one), stability, area)


def _distance(measured: Measured, ks: float | None, *, drawn: bool) -> ColumnDistance:
    """What is told of a column; `drawn` says whether its distribution is among it."""
    bins, index, area = measured.bins, measured.stability, measured.wasserstein
    return ColumnDistance(
        column=bins.column.name,
        psi=_figure(index.index),
        psi_critical=_figure(index.critical),
        ks=None if ks is None else _figure(ks),
        wasserstein=None if area is None else _figure(area),
        total_variation=_figure(_total_variation(bins.reference, bins.window)),
        missing_reference=_figure(float(bins.reference[-1] / bins.reference.sum())),
        missing_window=_figure(float(bins.window[-1] / bins.window.sum())),
        distribution=_distribution(bins) if drawn else None,
    )


def _total_variation(reference: IntVector, window: IntVector) -> float:
    return float(np.abs(reference / reference.sum() - window / window.sum()).sum() / 2)


def _distribution(bins: Binned) -> Distribution:
    """Shares by bin, those left out that are empty in both samples."""
    filled = (bins.reference + bins.window) > 0
    reference, window = (
        tuple(map(_figure, (counts / counts.sum())[filled].tolist()))
        for counts in (bins.reference, bins.window)
    )
    kept = tuple(name for name, keep in zip(bins.names(), filled.tolist(), strict=True) if keep)
    return Distribution(bins=kept, reference=reference, window=window)


def _figure(value: float) -> float:
    return rounded(value, _DIGITS)
