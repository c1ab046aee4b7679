"""Sketches merge by adding; their shares are exact and their KS distance is within its error."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.packing import FloatMatrix
from drift_monitor.columns import column_layout
from drift_monitor.detectors import ks_distance
from drift_monitor.profiles import profile
from drift_monitor.sketches import SketchLayout, ks_at_cuts, sketch_layout, sketched_profile
from tests.drift import NAN

NAMES = ("NUMBER", "HEAPED", "LEVEL")
LEVELS = {"LEVEL": ["a", "b", "c"]}


def rows(count: int, seed: int, shift: float = 0.0) -> FloatMatrix:
    """A number, one with a heap at 0, a category with an unseen level; missing values in each."""
    draw = np.random.default_rng(seed)
    values: npt.NDArray[np.float64] = draw.normal(shift, size=(count, 3))
    values[:, 1] = np.maximum(values[:, 1], 0)
    values[:, 2] = draw.integers(0, 4 if seed else 3, count)
    values[draw.random((count, 3)) < 0.1] = NAN
    return values.astype(np.float32)


REFERENCE = rows(3000, 0)
COLUMNS = column_layout(NAMES, REFERENCE, LEVELS, ())
PROFILES = profile(COLUMNS, REFERENCE)
LAYOUT = sketch_layout(COLUMNS, PROFILES)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_the_sketch_of_all_rows_is_the_sum_of_those_of_its_parts(sizes: list[int]) -> None:
    matrix = rows(sum(sizes), 1)
    parts = np.split(matrix, np.cumsum(sizes)[:-1])
    merged = sum((LAYOUT.count(part) for part in parts), start=LAYOUT.empty())
    assert np.array_equal(merged, LAYOUT.count(matrix))


def test_shares_of_levels_missing_and_unseen_values_are_exact() -> None:
    matrix = rows(500, 2)
    exact = profile(COLUMNS, matrix)
    counts = LAYOUT.count(matrix)
    for laid, expected in zip(LAYOUT.columns, exact, strict=True):
        found = sketched_profile(laid, 500, counts)
        assert (found.missing, found.unseen) == (expected.missing, expected.unseen)
        assert found.counts.tolist() == expected.counts.tolist()


@given(st.integers(1, 400), st.integers(1, 10_000), st.floats(-3, 3))
def test_the_ks_distance_is_too_low_by_no_more_than_its_error(
    count: int, seed: int, shift: float
) -> None:
    matrix = rows(count, seed, shift)
    exact = profile(COLUMNS, matrix)
    counts = LAYOUT.count(matrix)
    for at in range(2):
        if exact[at].present:
            true = ks_distance(PROFILES[at].values, exact[at].values)
            distance, error = ks_at_cuts(LAYOUT.columns[at], counts)
            assert distance - 1e-9 <= true <= distance + error + 1e-9
            assert error <= 0.02


def test_a_sketch_does_not_grow_with_its_rows() -> None:
    assert LAYOUT.count(rows(10, 1)).nbytes == LAYOUT.count(rows(5000, 1)).nbytes == 1288


def test_a_number_is_shown_by_values_spread_as_the_counted_ones() -> None:
    matrix = rows(4000, 3, shift=0.5)
    shown = sketched_profile(LAYOUT.columns[0], 4000, LAYOUT.count(matrix)).values
    assert float(np.median(shown)) == pytest.approx(float(np.nanmedian(matrix[:, 0])), abs=0.05)
    assert len(shown) == 100


def test_infinite_values_are_counted_at_the_ends_and_missing_columns_have_one_bin() -> None:
    matrix = np.array([[np.inf, -np.inf, NAN]], dtype=np.float32)
    counts = LAYOUT.count(matrix)
    assert counts[LAYOUT.columns[0].stop - 3] == 1
    assert counts[LAYOUT.columns[1].start] == 1
    nothing = np.full((5, 1), NAN, dtype=np.float32)
    columns = column_layout(["NONE"], nothing, {}, ())
    empty: SketchLayout = sketch_layout(columns, profile(columns, nothing))
    assert sketched_profile(empty.columns[0], 1, empty.count(nothing[:1])).missing == 1
