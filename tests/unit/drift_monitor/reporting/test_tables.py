"""A file of applications is read, or refused by the name of what is wrong and where."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from contracts.application import CATEGORICAL, NUMERIC
from drift_monitor.reporting.tables import read_table
from drift_monitor.sample import SampleError
from tests.application_files import some_rows, written


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.csv.zip", "a.parquet"])
def test_every_form_of_a_file_is_read_alike(tmp_path: Path, name: str) -> None:
    frame = some_rows(20, seed=1)
    table = read_table(written(frame, tmp_path / name))
    assert (len(table), table.classes) == (20, 2)
    assert table.columns == {*NUMERIC, *CATEGORICAL}
    assert np.array_equal(table.sample.numeric, frame[list(NUMERIC)].to_numpy(), equal_nan=True)
    assert table.sample.levels[:, 0].tolist() == frame[CATEGORICAL[0]].tolist()


def test_columns_may_be_absent_and_others_are_passed_over(tmp_path: Path) -> None:
    frame = pd.DataFrame({"AMT_CREDIT": [1.0, None], "CODE_GENDER": [None, "F"], "OTHER": [1, 2]})
    table = read_table(written(frame, tmp_path / "a.csv"))
    assert table.columns == {"AMT_CREDIT", "CODE_GENDER"}
    assert table.sample.levels[:, CATEGORICAL.index("CODE_GENDER")].tolist() == [None, "F"]
    assert np.isnan(table.sample.numeric).sum() == 2 * len(NUMERIC) - 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file"),
        (b"", "No columns to parse"),
        (b"AMT_CREDIT\n", "no rows; a distribution takes at least two"),
        (b"AMT_CREDIT\n1\n", "one row; a distribution takes at least two"),
        (b"A,B\n1,2\n", "no application column; the first columns are A, B"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "codec can't decode"),
        (b'AMT_CREDIT\n1\n"2\n', "EOF inside string"),
        (b"<html>\n<body>not found</body>\n</html>\n", "no application column"),
        (b"AMT_CREDIT,AMT_CREDIT\n1,2\n1,2\n", "column AMT_CREDIT stands there twice"),
        (b"AMT_CREDIT\n1\nplenty\n", "row 2, column AMT_CREDIT: 'plenty' is no number"),
        (b"AMT_CREDIT\n1\n2\ninf\n", "row 3, column AMT_CREDIT: 'inf' is no amount"),
        (b"AMT_CREDIT\n-1e39\n2\n", "row 1, column AMT_CREDIT: '-1e[+]39' is no amount"),
        (b"CODE_GENDER,X\n,1\n1,1\n", "row 2, column CODE_GENDER: '1.0' is no level"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "current.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SampleError, match=f"current.csv.*{message}"):
        read_table(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", gzip.compress(b"AMT_CREDIT\n" * 99)[:-9]),
        ("a.csv.gz", b"no gzip"),
        ("a.csv.zip", b"no zip"),
        ("a.parquet", b"no parquet"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SampleError, match=name):
        read_table(tmp_path / name)


def test_text_in_a_column_of_numbers_of_a_parquet_file_is_named(tmp_path: Path) -> None:
    frame = pd.DataFrame({"AMT_CREDIT": ["1", "x"]})
    with pytest.raises(SampleError, match="row 2, column AMT_CREDIT: 'x' is no number"):
        read_table(written(frame, tmp_path / "a.parquet"))
