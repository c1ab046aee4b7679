"""What is known of a sample of rows, column by column: enough for every test and figure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from contracts.packing import FloatMatrix, FloatVector
from drift_monitor.columns import Column, IntVector, Levels
from drift_monitor.normal_scores import Scale, own_scale

_TENTHS = np.arange(1, 10)
_NO_COUNTS: IntVector = np.empty(0, dtype=np.intp)
_NO_VALUES: FloatVector = np.empty(0, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class ColumnProfile:
    """One column of a sample.

    Attributes:
        rows: of the sample.
        missing: rows without a value.
        unseen: rows with a level that the layout does not know.
        values: of a number, what is present, ascending.
        counts: of a category, the rows in each bin of the layout.
    """

    rows: int
    missing: int
    unseen: int = 0
    values: FloatVector = field(default_factory=lambda: _NO_VALUES)
    counts: IntVector = field(default_factory=lambda: _NO_COUNTS)

    @property
    def present(self) -> int:
        """Rows with a value, unseen levels among them."""
        return self.rows - self.missing

    @property
    def missing_share(self) -> float:
        """Share of the rows without a value."""
        return self.missing / self.rows

    @property
    def unseen_share(self) -> float:
        """Share of the rows with an unseen level."""
        return self.unseen / self.rows

    @cached_property
    def tenths(self) -> FloatVector:
        """Where the tenths of its values end, ascending; fewer than nine where values repeat."""
        if not len(self.values):
            return self.values
        edges: FloatVector = np.unique(self.values[-(-_TENTHS * len(self.values) // 10) - 1])
        return edges

    @cached_property
    def by_own_tenths(self) -> IntVector:
        """`by_edges` of its own tenths; a reference keeps it."""
        return self.by_edges(self.tenths)

    def by_edges(self, edges: FloatVector) -> IntVector:
        """Rows in the bins that end at these edges, beyond the last, unseen, and missing."""
        last = len(edges)
        bins = np.empty(last + 3, dtype=np.intp)
        ends = self.values.searchsorted(edges, side="right")
        bins[:last], bins[last:] = ends, (len(self.values), self.unseen, self.missing)
        bins[1 : last + 1] -= ends
        return bins

    @cached_property
    def by_level(self) -> IntVector:
        """Rows with each level of the layout, unseen, and missing."""
        return np.append(self.counts, [self.unseen, self.missing])

    @cached_property
    def scale(self) -> Scale:
        """Of the normal scores of its values, of which there must be one; a reference keeps it."""
        return own_scale(self.values)


def profile(columns: Sequence[Column], matrix: FloatMatrix) -> tuple[ColumnProfile, ...]:
    """The profile of each column of a matrix of at least one row, shape (rows, columns)."""
    ascending = np.sort(np.ascontiguousarray(matrix.T), axis=1)  # NaN goes to the end
    present = (~np.isnan(ascending)).sum(axis=1)
    return tuple(
        _profile(column.levels, len(matrix), values[:count])
        for column, values, count in zip(columns, ascending, present.tolist(), strict=True)
    )


def _profile(levels: Levels | None, rows: int, values: FloatVector) -> ColumnProfile:
    missing = rows - len(values)
    if levels is None:
        return ColumnProfile(rows, missing, values=values)
    ends = np.searchsorted(values, levels.values, side="right")
    of_value = ends - np.searchsorted(values, levels.values, side="left")
    counts = np.bincount(levels.bins, weights=of_value, minlength=len(levels.names))
    unseen = len(values) - int(of_value.sum())
    return ColumnProfile(rows, missing, unseen, counts=counts.astype(np.intp))
