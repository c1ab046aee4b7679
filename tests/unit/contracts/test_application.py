import csv
import gzip
from pathlib import Path

import pytest

from contracts.application import CATEGORICAL, COLUMNS, NUMERIC


def test_the_columns_are_those_of_the_table() -> None:
    assert len(COLUMNS) == 120
    assert (COLUMNS[0], COLUMNS[-1]) == ("NAME_CONTRACT_TYPE", "AMT_REQ_CREDIT_BUREAU_YEAR")


def test_every_column_is_a_number_or_a_category() -> None:
    assert len(CATEGORICAL) == 16
    assert len(NUMERIC) == 104
    assert set(CATEGORICAL) | set(NUMERIC) == set(COLUMNS)


@pytest.mark.parametrize(("name", "first"), [("train", 2), ("test", 1)])
def test_the_columns_stand_in_the_order_of_the_real_table(
    sample_dir: Path, name: str, first: int
) -> None:
    with gzip.open(sample_dir / f"application_{name}.csv.gz", "rt") as table:
        header = next(csv.reader(table))
    assert tuple(header[first:]) == COLUMNS
