"""A profile counts every row once: as a value, a level, unseen or missing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from contracts.features import UNSEEN
from contracts.packing import FloatMatrix
from drift_monitor.columns import column_layout
from drift_monitor.profiles import ColumnProfile, profile
from tests.drift import NAN, floats

_values = st.sampled_from([NAN, UNSEEN, 0.0, 1.0, 2.0, float("inf")])
_matrices = arrays.arrays(np.float32, st.tuples(st.integers(1, 40), st.just(3)), elements=_values)


def category_profile(values: list[float]) -> ColumnProfile:
    reference = floats(0, 0, 1, 1)[:, None]
    layout = column_layout(["COLUMN"], reference, {"COLUMN": ["a", "b"]}, ())
    (found,) = profile(layout, floats(*values)[:, None])
    return found


def test_a_missing_level_and_an_unseen_one_are_told_apart() -> None:
    found = category_profile([0, 0, 1, UNSEEN, NAN, NAN])
    assert (found.counts.tolist(), found.unseen, found.missing) == ([2, 1], 1, 2)
    assert (found.present, found.unseen_share, found.missing_share) == (4, 1 / 6, 2 / 6)


def test_numbers_are_kept_ascending_without_the_missing() -> None:
    reference = np.arange(30, dtype=np.float32)[:, None]
    (found,) = profile(column_layout(["COLUMN"], reference, {}, ()), floats(3, NAN, -1, 2)[:, None])
    assert found.values.tolist() == [-1, 2, 3]
    assert (found.rows, found.missing, found.unseen) == (4, 1, 0)


@given(_matrices, _matrices)
def test_every_row_is_counted_exactly_once(reference: FloatMatrix, window: FloatMatrix) -> None:
    layout = column_layout(["A", "B", "C"], reference, {"B": ["x", "y"]}, ())
    for found in profile(layout, window):
        counted = len(found.values) + found.counts.sum() + found.unseen + found.missing
        assert counted == found.rows == len(window)


@given(_matrices)
def test_nothing_is_unseen_in_the_reference_of_a_numeric_column(reference: FloatMatrix) -> None:
    layout = column_layout(["A", "B", "C"], reference, {}, ())
    assert all(found.unseen == 0 for found in profile(layout, reference))
