from pathlib import Path

import pytest

from training.kaggle_files import TableFile


@pytest.mark.parametrize(
    ("file", "name", "place"),
    [
        (TableFile(Path("data/bureau.csv")), "data/bureau.csv", "line 9"),
        (TableFile(Path("all.zip"), "bureau.csv"), "all.zip/bureau.csv", "line 9"),
        (TableFile(Path("bureau.parquet")), "bureau.parquet", "row 8"),
    ],
)
def test_errors_name_a_file_and_a_row_as_people_find_them(
    file: TableFile, name: str, place: str
) -> None:
    assert (str(file), file.place(9)) == (name, place)
