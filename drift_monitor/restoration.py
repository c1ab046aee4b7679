"""A column of a window as the reference has it, with as little changed as that takes. Pure.

Numbers keep their order: the window's smallest becomes the reference's smallest. Of levels, and of
missing values, only the surplus rows change. So a column that has not moved stays as it is, and
what ties it to the other columns of a row is kept, which draws from the reference would break.
"""

import numpy as np
import numpy.typing as npt

from contracts.packing import FloatVector

Places = npt.NDArray[np.intp]


def restored(
    values: FloatVector, reference: FloatVector, draw: np.random.Generator, *, levels: bool
) -> FloatVector:
    """The values with the reference's distribution.

    Args:
        values: of the window; a missing one is NaN.
        reference: of the reference, at least one.
        draw: chooses the rows that change where any might.
        levels: whether the values are levels, in no order.
    """
    wanted = _resized(reference, len(values))
    return _as_levels(values, wanted, draw) if levels else _as_numbers(values, wanted, draw)


def _resized(reference: FloatVector, size: int) -> FloatVector:
    """So many values, evenly spread over the reference's, ascending; the missing ones last."""
    places = (np.arange(size) + 0.5) * (len(reference) / size)
    resized: FloatVector = np.sort(reference)[places.astype(np.intp)]
    return resized


def _as_levels(values: FloatVector, wanted: FloatVector, draw: np.random.Generator) -> FloatVector:
    """Rows of levels that are too many take the levels that are too few."""
    found, codes = np.unique(np.append(values, wanted), return_inverse=True)
    now, then = np.split(codes, [len(values)])
    have, want = (np.bincount(side, minlength=len(found)) for side in (now, then))
    order = draw.permutation(len(values))
    surplus = order[_place_within(now[order]) >= want[now[order]]]
    changed = values.copy()
    changed[surplus] = found[
        draw.permutation(np.repeat(np.arange(len(found)), _lacking(have, want)))
    ]
    return changed


def _lacking(have: Places, want: Places) -> Places:
    return np.maximum(want - have, 0)


def _place_within(codes: Places) -> Places:
    """Of each element how many equal ones are before it."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    places = np.empty_like(codes)
    places[order] = np.arange(len(codes)) - np.searchsorted(ordered, ordered, side="left")
    return places


def _as_numbers(values: FloatVector, wanted: FloatVector, draw: np.random.Generator) -> FloatVector:
    """As many missing as wanted; the rows that stay present take the wanted values in order."""
    numbers = wanted[~np.isnan(wanted)]
    present, missing = (draw.permutation(np.flatnonzero(at)) for at in _sides(values))
    kept, filled = present[: len(numbers)], missing[: max(len(numbers) - len(present), 0)]
    changed = np.full_like(values, np.nan)
    into_filled = draw.choice(len(numbers), len(filled), replace=False)
    changed[filled] = numbers[into_filled]
    ordered = kept[np.argsort(values[kept], kind="stable")]
    changed[ordered] = np.delete(numbers, into_filled)
    return changed


def _sides(values: FloatVector) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    missing = np.isnan(values)
    return ~missing, missing
