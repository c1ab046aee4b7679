"""A column's rows by bin, in the reference and in a window: what indices and pictures are made of.

Numbers fall into the tenths of the reference, levels into those of the layout; unseen and missing
values have a bin each.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from contracts.packing import FloatVector
from drift_monitor.columns import Column, IntVector
from drift_monitor.comparison import Profiled
from drift_monitor.profiles import ColumnProfile
from drift_monitor.words import number_in_words

_TENTHS = np.arange(1, 10)
_REST = ("unseen", "missing")


@dataclass(frozen=True, slots=True, eq=False)
class Binned:
    """Rows by bin; the last two bins are those of unseen and of missing values.

    Attributes:
        column: whose values these are.
        edges: of a number, where its bins end, ascending; one more bin lies beyond the last.
        reference: rows in each bin.
        window: rows in each bin.
    """

    column: Column
    edges: FloatVector
    reference: IntVector
    window: IntVector

    def names(self) -> tuple[str, ...]:
        """What the bins are called."""
        levels = self.column.levels
        return (*(_ranges(self.edges) if levels is None else levels.names), *_REST)


def binned(one: Profiled) -> Binned:
    """The bins of a column, filled from its profiles."""
    edges = tenths(one.reference.values)
    return Binned(
        one.column, edges, _counted(one, one.reference, edges), _counted(one, one.window, edges)
    )


def tenths(ascending: FloatVector) -> FloatVector:
    """Where the tenths of some values end; fewer than nine places where values repeat."""
    if not len(ascending):
        return ascending
    ranks = -(-_TENTHS * len(ascending) // 10) - 1
    edges: FloatVector = np.unique(ascending[ranks])
    return edges


def _counted(one: Profiled, sample: ColumnProfile, edges: FloatVector) -> IntVector:
    rest = [sample.unseen, sample.missing]
    if one.column.levels is not None:
        return np.append(sample.counts, rest)
    ends = np.searchsorted(sample.values, edges, side="right")
    return np.append(np.diff(ends, prepend=0, append=len(sample.values)), rest)


def _ranges(edges: FloatVector) -> tuple[str, ...]:
    if not len(edges):
        return ("any",)
    ends = [number_in_words(float(edge)) for edge in edges]
    inner = (f"{low} to {high}" for low, high in itertools.pairwise(ends))
    return (f"up to {ends[0]}", *inner, f"above {ends[-1]}")
