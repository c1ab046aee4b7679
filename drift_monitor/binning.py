"""A column's rows by bin, in the reference and in a window: what indices and pictures are made of.

Numbers fall into the tenths of the reference, levels into those of the layout; unseen and missing
values have a bin each.
"""

import itertools
from dataclasses import dataclass

from contracts.packing import FloatVector
from drift_monitor.columns import Column, IntVector
from drift_monitor.comparison import Profiled
from drift_monitor.words import number_in_words

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
    edges = one.reference.tenths
    if one.column.levels is not None:
        return Binned(one.column, edges, one.reference.by_level, one.window.by_level)
    return Binned(one.column, edges, one.reference.by_own_tenths, one.window.by_edges(edges))


def _ranges(edges: FloatVector) -> tuple[str, ...]:
    if not len(edges):
        return ("any",)
    ends = [number_in_words(float(edge)) for edge in edges]
    inner = (f"{low} to {high}" for low, high in itertools.pairwise(ends))
    return (f"up to {ends[0]}", *inner, f"above {ends[-1]}")
