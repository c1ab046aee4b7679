import msgspec
import pytest

from tests.training_options import some_options
from training.parameters import MANY_ROWS


@pytest.mark.parametrize(("rows", "folds"), [(MANY_ROWS - 1, 5), (MANY_ROWS, 3)])
def test_many_rows_take_fewer_outer_folds(rows: int, folds: int) -> None:
    options = msgspec.structs.replace(some_options(), folds=None)
    assert options.outer_folds(rows) == folds


@pytest.mark.parametrize("rows", [900, MANY_ROWS])
def test_folds_that_are_asked_for_are_taken(rows: int) -> None:
    assert msgspec.structs.replace(some_options(), folds=4).outer_folds(rows) == 4
