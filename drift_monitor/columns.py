"""How each monitored column is read: numbers or levels, and which levels are pooled.

A layout is made once for each model version, from its bundle; profiles of the reference and of
every window are taken by it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contracts.features import DERIVED, feature_names
from contracts.packing import FloatMatrix, FloatVector

IntVector = npt.NDArray[np.intp]

FEW_VALUES = 20
"""A numeric column with at most so many values in the reference is read as a category."""

RARE_SHARE = 0.01
"""Levels below this share of the reference are pooled: their counts in a window are too small."""

RARE = "other"


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """The levels of a column and the bins that they are counted in.

    Attributes:
        values: every level's value in the matrix, ascending; any other value is unseen.
        bins: the bin of each value.
        names: the name of each bin; rare levels share the last one.
    """

    values: FloatVector
    bins: IntVector
    names: tuple[str, ...]

    def name_of(self, value: float) -> str:
        """The name of a value's bin, `unseen` or `missing`."""
        if np.isnan(value):
            return "missing"
        at = int(np.searchsorted(self.values, value))
        known = at < len(self.values) and self.values[at] == value
        return self.names[self.bins[at]] if known else "unseen"


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of the monitored matrix; `levels` is None where it is read as a number."""

    name: str
    tested: bool
    levels: Levels | None


def column_layout(
    names: Sequence[str],
    reference: FloatMatrix,
    categories: Mapping[str, Sequence[str]],
    untested: Collection[str],
) -> tuple[Column, ...]:
    """The layout of a matrix whose columns have these names.

    Args:
        names: of the matrix's columns, in order.
        reference: shape (rows, columns); a missing value is NaN.
        categories: the levels of each category column, in the order of their codes.
        untested: columns that are shown but judged by no test.
    """
    return tuple(
        Column(name, name not in untested, _levels(values, categories.get(name)))
        for name, values in zip(names, reference.T, strict=True)
    )


def application_layout(
    reference: FloatMatrix, categories: Mapping[str, Sequence[str]], untested: Collection[str]
) -> tuple[Column, ...]:
    """The layout of applications alone; features derived from them are shown but not tested."""
    return column_layout(feature_names(()), reference, categories, {*untested, *DERIVED})


def _levels(values: FloatVector, category: Sequence[str] | None) -> Levels | None:
    present = values[~np.isnan(values)]
    if category is not None:
        return _pooled(np.arange(len(category), dtype=np.float32), category, present)
    distinct = np.unique(present)
    if len(distinct) > FEW_VALUES:
        return None
    return _pooled(distinct, [f"{value:g}" for value in distinct], present)


def _pooled(values: FloatVector, names: Sequence[str], present: FloatVector) -> Levels:
    counts = (present[:, None] == values).sum(axis=0)
    kept = counts >= max(RARE_SHARE * len(present), 1)
    bins = np.where(kept, np.cumsum(kept) - 1, kept.sum()).astype(np.intp)
    own = [name for name, keep in zip(names, kept, strict=True) if keep]
    return Levels(values, bins, (*own, RARE) if len(own) < len(names) else tuple(own))
