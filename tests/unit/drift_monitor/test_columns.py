"""Columns are read as numbers or levels by what the reference holds."""

from collections.abc import Sequence

import numpy as np

from drift_monitor.columns import FEW_VALUES, RARE, Levels, column_layout
from tests.drift import NAN, floats


def levels_of(values: Sequence[float], category: Sequence[str] | None = None) -> Levels | None:
    categories = {} if category is None else {"COLUMN": category}
    (column,) = column_layout(["COLUMN"], floats(*values)[:, None], categories, ())
    return column.levels


def test_a_numeric_column_with_few_values_is_a_category() -> None:
    assert levels_of(range(FEW_VALUES)) is not None
    assert levels_of(range(FEW_VALUES + 1)) is None


def test_missing_values_are_no_values() -> None:
    levels = levels_of([0, 1, NAN, NAN])
    assert levels is not None
    assert levels.values.tolist() == [0, 1]


def test_levels_are_named_by_the_category_map_and_values_by_themselves() -> None:
    named, plain = levels_of([0, 1, 1], ["cash", "revolving"]), levels_of([0.5, 2, 2])
    assert named is not None
    assert named.names == ("cash", "revolving")
    assert plain is not None
    assert plain.names == ("0.5", "2")


def test_rare_levels_and_levels_the_reference_lacks_share_the_last_bin() -> None:
    levels = levels_of([0] * 500 + [1] * 499 + [2], ["often", "also", "rare", "absent"])
    assert levels is not None
    assert levels.names == ("often", "also", RARE)
    assert levels.bins.tolist() == [0, 1, 2, 2]


def test_a_level_at_the_rare_share_keeps_its_own_bin() -> None:
    levels = levels_of([0] * 990 + [1] * 10)
    assert levels is not None
    assert levels.names == ("0", "1")


def test_a_column_without_any_value_has_no_levels() -> None:
    levels = levels_of([NAN, NAN])
    assert levels is not None
    assert (len(levels.values), levels.names) == (0, ())


def test_untested_columns_are_marked() -> None:
    layout = column_layout(["A", "B"], np.zeros((3, 2), dtype=np.float32), {}, {"B"})
    assert [(column.name, column.tested) for column in layout] == [("A", True), ("B", False)]
