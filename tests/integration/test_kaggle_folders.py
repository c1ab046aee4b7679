"""A Kaggle folder in every form it is downloaded in, good and bad, gives the same or one line."""

import gzip
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from producer.__main__ import main as producer
from training.__main__ import main
from training.engines.duckdb import DuckDB
from training.engines.engine import open_table
from training.histories.aggregation import HISTORY_FEATURES
from training.histories.file import read_histories
from training.kaggle_files import ARCHIVE, on_disk
from training.tables import APPLICATION_TABLES, HISTORY_TABLES, Allowances, find_table

TABLES = (*APPLICATION_TABLES, *HISTORY_TABLES)


@pytest.fixture(scope="module")
def kaggle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kaggle")
    assert producer(["synthesize", "--out", str(folder), "--applicants", "300"]) == 0
    return folder


@pytest.fixture
def data(kaggle: Path, tmp_path: Path) -> Path:
    """A copy of the folder, to be changed."""
    return Path(shutil.copytree(kaggle, tmp_path / "data"))


def histories(folder: Path, *options: str) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """What the command makes of a folder; fails where the command does."""
    with tempfile.TemporaryDirectory() as target:
        out = Path(target) / "histories.parquet"
        assert main(["histories", "--data", str(folder), "--out", str(out), *options]) == 0
        return read_histories(out).features


@pytest.fixture(scope="module")
def expected(kaggle: Path) -> bytes:
    return histories(kaggle).tobytes()


def as_gzip(folder: Path) -> Path:
    for path in list(folder.glob("*.csv")):
        path.with_suffix(".csv.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    return folder


def as_single_zips(folder: Path) -> Path:
    for path in list(folder.glob("*.csv")):
        with zipfile.ZipFile(f"{path}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, path.name)
        path.unlink()
    return folder


def as_archive(folder: Path) -> Path:
    with zipfile.ZipFile(folder / ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in list(folder.glob("*.csv")):
            archive.write(path, path.name)
            path.unlink()
    return folder


def as_the_archive_itself(folder: Path) -> Path:
    return as_archive(folder) / ARCHIVE


def as_parquet(folder: Path) -> Path:
    for path in list(folder.glob("*.csv")):
        pd.read_csv(path, keep_default_na=False, na_values=[""]).to_parquet(
            path.with_suffix(".parquet")
        )
        path.unlink()
    return folder


FORMS = (as_gzip, as_single_zips, as_archive, as_the_archive_itself, as_parquet)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_tables(
    form: Callable[[Path], Path], kaggle: Path, data: Path
) -> None:
    folder = form(data)

    for table in TABLES:
        assert rows_of(folder, table).equals(rows_of(kaggle, table)), table


def rows_of(folder: Path, table: str) -> pa.Table:
    engine, source = DuckDB(), find_table(folder, table, Allowances())
    assert source.file
    with on_disk(source.file) as path:
        return engine.run(open_table(engine, source, path))


def test_the_archive_gives_the_same_histories_and_nothing_that_was_unpacked_is_left(
    data: Path, expected: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(work))

    assert histories(as_archive(data)).tobytes() == expected

    assert list(work.iterdir()) == []


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def damaged_inside(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[300:400] = bytes(100)
    path.write_bytes(content)


def in_parquet(folder: Path, table: str, **columns: pa.Array) -> None:
    path = folder / f"{table}.parquet"
    found = pq.read_table(path)
    for name, values in columns.items():
        found = found.set_column(found.column_names.index(name), name, values)
    pq.write_table(found, path)


def repeated(folder: Path, value: object, table: str = "bureau") -> pa.Array:
    return pa.array([value] * pq.read_metadata(folder / f"{table}.parquet").num_rows)


def without(folder: Path, table: str, column: str) -> None:
    path = folder / f"{table}.parquet"
    pq.write_table(pq.read_table(path).drop_columns([column]), path)


Damage = Callable[[Path], object]
DAMAGED: dict[str, tuple[Callable[[Path], Path], Damage, tuple[str, ...]]] = {
    "a zip cut off": (as_archive, lambda data: cut(data / ARCHIVE), (ARCHIVE, "cut off")),
    "the zip itself cut off": (as_the_archive_itself, cut, (ARCHIVE, "cut off")),
    "a table's zip cut off": (
        as_single_zips,
        lambda data: cut(data / "bureau.csv.zip"),
        ("bureau.csv.zip", "cut off"),
    ),
    "a zip damaged inside": (
        as_single_zips,
        lambda data: damaged_inside(data / "bureau.csv.zip"),
        ("bureau.csv.zip/bureau.csv",),
    ),
    "a zip without the table": (
        as_the_archive_itself,
        lambda path: zipfile.ZipFile(path, "w").close(),
        (ARCHIVE, "no bureau.csv"),
    ),
    "no zip at all": (
        as_single_zips,
        lambda data: (data / "bureau.csv.zip").write_text("none"),
        ("bureau.csv.zip", "not a zip file"),
    ),
    "Parquet cut off": (
        as_parquet,
        lambda data: cut(data / "bureau.parquet"),
        ("bureau.parquet: ",),
    ),
    "Parquet with words for numbers": (
        as_parquet,
        lambda data: in_parquet(data, "bureau", DAYS_CREDIT=repeated(data, "long ago")),
        ("bureau.parquet: column DAYS_CREDIT is string, where numbers are wanted",),
    ),
    "Parquet with numbers for words": (
        as_parquet,
        lambda data: in_parquet(data, "bureau", CREDIT_TYPE=repeated(data, 3)),
        ("bureau.parquet: column CREDIT_TYPE is int64, where words are wanted",),
    ),
    "Parquet that lacks a column": (
        as_parquet,
        lambda data: without(data, "bureau", "DAYS_CREDIT"),
        ("bureau.parquet: missing column DAYS_CREDIT",),
    ),
    "a fraction in Parquet where whole numbers are wanted": (
        as_parquet,
        lambda data: in_parquet(data, "bureau", DAYS_CREDIT=repeated(data, -7.5)),
        ("bureau.parquet: column DAYS_CREDIT holds -7.5, which is no INTEGER",),
    ),
    "a number in Parquet that is out of range": (
        as_parquet,
        lambda data: in_parquet(data, "bureau", DAYS_CREDIT=repeated(data, -99999999999)),
        ("bureau.parquet: column DAYS_CREDIT holds -99999999999, which is no INTEGER",),
    ),
    "an amount in Parquet without an end": (
        as_parquet,
        lambda data: in_parquet(data, "bureau", AMT_CREDIT_SUM=repeated(data, float("inf"))),
        ("bureau.parquet: column AMT_CREDIT_SUM holds inf, which is no DECIMAL(18,3)",),
    ),
    "an id twice in Parquet": (
        as_parquet,
        lambda data: in_parquet(
            data, "application_test", SK_ID_CURR=repeated(data, 9, "application_test")
        ),
        ("application_test.parquet: row 2: SK_ID_CURR 9 stands in row 1 already",),
    ),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_folder_ends_with_code_2_and_one_line_that_names_it(
    case: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form, damage, words = DAMAGED[case]
    folder = form(data)
    damage(folder)

    assert main(["histories", "--data", str(folder), "--out", str(tmp_path / "h.parquet")]) == 2

    said = capsys.readouterr().err
    assert all(word in said for word in words), said
    assert said.count("\n") == 1
    assert not (tmp_path / "h.parquet").exists()


def test_an_error_inside_a_zip_names_the_zip_and_the_line(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.read_csv(data / "bureau.csv", dtype=str, keep_default_na=False)
    table.loc[7, "DAYS_CREDIT"] = "long ago"
    table.to_csv(data / "bureau.csv", index=False)
    archive = as_the_archive_itself(data)

    assert main(["histories", "--data", str(archive), "--out", str(tmp_path / "h.parquet")]) == 2

    said = capsys.readouterr().err
    assert f"{archive}/bureau.csv: line 9: " in said
    assert "DAYS_CREDIT" in said


def test_a_missing_table_stops_unless_allowed_and_its_features_are_named(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "bureau_balance.csv").unlink()
    arguments = ["histories", "--data", str(data), "--out", str(tmp_path / "h.parquet")]

    assert main(arguments) == 2
    assert "no bureau_balance.csv" in capsys.readouterr().err

    assert main([*arguments, "--allow-missing-tables"]) == 0
    assert "no bureau_balance: missing for everyone are" in capsys.readouterr().out
    found = read_histories(tmp_path / "h.parquet").features
    assert np.isnan(found[:, HISTORY_FEATURES.index("BUREAU_BALANCE_WORST_MAX")]).all()
    assert not np.isnan(found[:, HISTORY_FEATURES.index("BUREAU_COUNT")]).all()


def test_a_column_without_a_value_gives_missing_features(data: Path) -> None:
    table = pd.read_csv(data / "bureau.csv", dtype=str, keep_default_na=False)
    table["AMT_ANNUITY"] = ""
    table.to_csv(data / "bureau.csv", index=False)

    found = histories(data)

    assert np.isnan(found[:, HISTORY_FEATURES.index("BUREAU_ANNUITY_MEAN")]).all()


def test_histories_of_strangers_are_left_out_and_counted(
    data: Path, expected: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.read_csv(data / "credit_card_balance.csv", dtype=str, keep_default_na=False)
    stranger = table.iloc[:1].assign(SK_ID_CURR="999999", SK_ID_PREV="9")
    pd.concat([table, stranger]).to_csv(data / "credit_card_balance.csv", index=False)

    out = tmp_path / "h.parquet"
    assert main(["histories", "--data", str(data), "--out", str(out)]) == 0

    assert "; 1 others are in the tables alone" in capsys.readouterr().out
    assert read_histories(out).features.tobytes() == expected


AFTER = {
    "bureau": ("DAYS_CREDIT", "1"),
    "bureau_balance": ("MONTHS_BALANCE", "1"),
    "previous_application": ("DAYS_DECISION", "1"),
    "POS_CASH_balance": ("MONTHS_BALANCE", "1"),
    "credit_card_balance": ("MONTHS_BALANCE", "1"),
    "installments_payments": ("DAYS_INSTALMENT", "1"),
}


def test_records_dated_after_the_application_move_nothing(data: Path, expected: bytes) -> None:
    for table, (column, day) in AFTER.items():
        path = data / f"{table}.csv"
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        pd.concat([rows, rows.iloc[:3].assign(**{column: day})]).to_csv(path, index=False)

    assert histories(data).tobytes() == expected
