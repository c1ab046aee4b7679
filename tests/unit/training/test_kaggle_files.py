import lzma
import random
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from training.errors import BadInputError
from training.kaggle_files import TableFile, csv_header, on_disk
from training.tables import Allowances, find_table


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


def test_a_parquet_file_with_a_column_twice_is_refused(tmp_path: Path) -> None:
    ids = pa.array([1], pa.int64())
    table = pa.Table.from_arrays([ids, ids], names=["SK_ID_CURR", "SK_ID_CURR"])
    pq.write_table(table, tmp_path / "bureau.parquet")

    with pytest.raises(BadInputError, match=r"bureau\.parquet: column SK_ID_CURR stands .* twice"):
        find_table(tmp_path, "bureau", Allowances())


def damaged_zip(path: Path) -> TableFile:
    """A zip by LZMA whose packed bytes are overwritten; the directory at its end is whole."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("bureau.csv", random.Random(5).randbytes(4000))
    content = bytearray(path.read_bytes())
    content[60:3000] = b"\xff" * 2940
    path.write_bytes(content)
    return TableFile(path, "bureau.csv")


def test_a_damaged_zip_by_lzma_is_named(tmp_path: Path) -> None:
    file = damaged_zip(tmp_path / "bureau.csv.zip")
    with zipfile.ZipFile(file.path) as archive, pytest.raises(lzma.LZMAError):
        archive.read("bureau.csv")

    with pytest.raises(BadInputError, match=r"bureau\.csv\.zip/bureau\.csv: "):
        csv_header(file)
    with pytest.raises(BadInputError, match="damaged or cut off"), on_disk(file):
        pytest.fail("it was unpacked")
