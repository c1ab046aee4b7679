"""Sketches of long windows: counts in bins that the reference fixes, so that they merge by adding.

A number is counted in bins cut at quantiles of the reference, a category by its bins; missing and
unseen values are counted besides. A sketch does not grow with the rows it has seen. Shares are
exact. A KS distance is exact at the cuts; in between it can be larger by no more than the mass that
lies within one bin, of the reference or of the window, whichever is less: the stated error.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contracts.packing import FloatMatrix, FloatVector
from drift_monitor.binning import Binned, binned
from drift_monitor.columns import Column, IntVector, Levels
from drift_monitor.comparison import Profiled
from drift_monitor.profiles import ColumnProfile

Counts = npt.NDArray[np.int64]

_BINS = 100
_TENTHS = np.arange(1, 10)
_EXTRA = 2  # unseen and missing, behind the bins of each column


@dataclass(frozen=True, slots=True, eq=False)
class SketchColumn:
    """How one column is counted.

    Attributes:
        levels: of a category.
        cuts: of a number, ascending: a bin ends at each, and one lies beyond the last.
        inside: of a number, reference rows in each bin that has more than one value.
        reference: reference rows in each bin.
        start: where the column's counts begin.
        stop: where they end, with unseen and missing values.
    """

    levels: Levels | None
    cuts: FloatVector
    inside: IntVector
    reference: IntVector
    start: int
    stop: int


@dataclass(frozen=True, slots=True, eq=False)
class SketchLayout:
    """How the columns of one reference are counted."""

    columns: tuple[SketchColumn, ...]

    @property
    def size(self) -> int:
        """Counts in a sketch."""
        return self.columns[-1].stop

    def empty(self) -> Counts:
        """The sketch of no rows."""
        return np.zeros(self.size, dtype=np.int64)

    def count(self, matrix: FloatMatrix) -> Counts:
        """The sketch of some rows, shape (rows, columns)."""
        counts = self.empty()
        for column, values in zip(self.columns, matrix.T, strict=True):
            counts[column.start : column.stop] = _counted(column, values)
        return counts


def sketch_layout(columns: Sequence[Column], profiles: Sequence[ColumnProfile]) -> SketchLayout:
    """The layout for a reference's columns, given what they look like in it."""
    laid: list[SketchColumn] = []
    start = 0
    for column, of_reference in zip(columns, profiles, strict=True):
        laid.append(_laid(column.levels, of_reference, start))
        start = laid[-1].stop
    return SketchLayout(tuple(laid))


def ks_at_cuts(column: SketchColumn, counts: Counts) -> tuple[float, float]:
    """The KS distance of a number at the cuts, and by how much the true one may exceed it.

    Neither side may be empty.
    """
    window = counts[column.start : column.stop - _EXTRA]
    before, now = column.reference / column.reference.sum(), window / window.sum()
    distance = float(np.abs(np.cumsum(before) - np.cumsum(now)).max())
    error = float(np.minimum(column.inside / column.reference.sum(), now).max())
    return distance, error


def sketched_profile(column: SketchColumn, rows: int, counts: Counts) -> ColumnProfile:
    """What tests of shares need of a column; of a number one value for each filled bin's end."""
    *bins, unseen, missing = counts[column.start : column.stop].tolist()
    if column.levels is not None:
        return ColumnProfile(rows, missing, unseen, counts=np.array(bins, dtype=np.intp))
    return ColumnProfile(rows, missing, values=_quantiles(column, np.array(bins)))


def sketched_bins(one: Profiled, laid: SketchColumn, counts: Counts) -> Binned:
    """The bins of a column whose window is a sketch; those of a number end at its cuts."""
    if laid.levels is not None:
        return binned(one)
    before = np.cumsum(laid.reference)
    now = np.cumsum(counts[laid.start : laid.stop - _EXTRA])
    ends = np.unique(np.searchsorted(before, -(-_TENTHS * before[-1] // 10)))
    ends = ends[ends < len(laid.cuts)]
    reference, window = (
        np.append(
            np.diff(up_to[ends], prepend=0, append=up_to[-1]), [sample.unseen, sample.missing]
        )
        for up_to, sample in ((before, one.reference), (now, one.window))
    )
    return Binned(one.column, laid.cuts[ends], reference, window)


def _laid(levels: Levels | None, reference: ColumnProfile, start: int) -> SketchColumn:
    if levels is not None:
        none = np.empty(0, dtype=np.float32), np.empty(0, dtype=np.intp)
        stop = start + len(reference.counts) + _EXTRA
        return SketchColumn(levels, *none, reference.counts, start, stop)
    values = reference.values
    ranks = np.ceil(np.arange(1, _BINS) / _BINS * len(values)).astype(np.intp) - 1
    cuts = _cuts(values, values[ranks]) if len(values) else values
    ends = np.searchsorted(values, cuts, "right")
    bins = np.diff(ends, prepend=0, append=len(values))
    single = np.nextafter(cuts[1:], np.float32(-np.inf)) <= cuts[:-1]  # bins that hold one value
    inside = bins.copy()
    inside[1:-1][single] = 0
    return SketchColumn(None, cuts, inside, bins, start, start + len(bins) + _EXTRA)


def _cuts(values: FloatVector, quantiles: FloatVector) -> FloatVector:
    """The quantiles; a value that fills more than a bin has a bin of its own."""
    cuts = np.unique(quantiles)
    heap = np.searchsorted(values, cuts, "right") - np.searchsorted(values, cuts, "left")
    before = np.nextafter(cuts[heap > len(values) / _BINS], np.float32(-np.inf))
    both: FloatVector = np.unique(np.append(cuts, before))
    return both


def _counted(column: SketchColumn, values: FloatVector) -> IntVector:
    present = values[~np.isnan(values)]
    missing = len(values) - len(present)
    if column.levels is None:
        bins = np.searchsorted(column.cuts, present, "left")
        return np.append(np.bincount(bins, minlength=len(column.reference)), [0, missing])
    at = np.searchsorted(column.levels.values, present)
    known = at < len(column.levels.values)
    known[known] = column.levels.values[at[known]] == present[known]
    bins = np.bincount(column.levels.bins[at[known]], minlength=len(column.reference))
    return np.append(bins, [len(present) - int(known.sum()), missing])


def _quantiles(column: SketchColumn, bins: Counts) -> FloatVector:
    """About as many values as there are bins, spread as the counted ones are."""
    total = int(bins.sum())
    if not total or not len(column.cuts):
        return column.cuts[:0]
    ends = np.append(column.cuts, column.cuts[-1])
    wanted = (np.arange(_BINS) + 0.5) / _BINS * total
    values: FloatVector = ends[np.searchsorted(np.cumsum(bins), wanted)]
    return values
