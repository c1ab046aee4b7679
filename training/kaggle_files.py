"""The files of a Kaggle folder in whatever form they were downloaded: CSV, gzip, zip or Parquet."""

import csv
import gzip
import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path, PurePosixPath
from typing import TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from training.errors import BadInputError

ARCHIVE = "home-credit-default-risk.zip"
"""All tables in one file, as the competition's page gives them."""

_ENDINGS = (".csv", ".csv.gz", ".csv.zip", ".parquet")
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError)
"""What zipfile raises for a bad archive; the last for a password and for an unknown method."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file that holds a table; `member` is its name inside a zip."""

    path: Path
    member: str | None = None

    def __str__(self) -> str:
        """As errors name it."""
        return f"{self.path}/{self.member}" if self.member else str(self.path)

    @property
    def is_parquet(self) -> bool:
        """Whether rows have numbers, not lines, and columns have types of their own."""
        return self.path.suffix == ".parquet"

    def place(self, line: int) -> str:
        """A row as people find it, given its line in a CSV file, whose header is line 1."""
        return f"row {line - 1}" if self.is_parquet else f"line {line}"


def find_file(folder: Path, table: str) -> TableFile | None:
    """The file of a table; None where there is none.

    Args:
        folder: a folder, or the competition's zip itself.
        table: the table's name.

    Raises:
        BadInputError: no such folder, or a damaged zip.
    """
    if folder.suffix == ".zip" and folder.is_file():
        return _in_zip(folder, table)
    if not folder.is_dir():
        raise BadInputError(f"{folder}: no such folder")
    for path in (folder / f"{table}{ending}" for ending in _ENDINGS):
        if path.is_file():
            return _in_zip(path, table) if path.suffix == ".zip" else TableFile(path)
    archive = folder / ARCHIVE
    return _in_zip(archive, table) if archive.is_file() else None


def where_looked(folder: Path, table: str) -> str:
    """The names that `find_file` tries, for a message."""
    if folder.suffix == ".zip":
        return f"{table}.csv"
    return f"{table}{' or '.join((', '.join(_ENDINGS[:-1]), _ENDINGS[-1]))}, nor {ARCHIVE} with it"


def _in_zip(path: Path, table: str) -> TableFile | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile) as error:
        raise BadInputError(f"{path}: damaged or cut off: {error}") from error
    found = (name for name in names if PurePosixPath(name).name == f"{table}.csv")
    return next((TableFile(path, name) for name in found), None)


def csv_header(file: TableFile) -> tuple[str, ...]:
    """The column names in line 1.

    Raises:
        BadInputError: unreadable, empty, or a name given twice.
    """
    try:
        with _text(file) as lines:
            header = tuple(next(csv.reader(lines), ()))
    except (*_DAMAGED, OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInputError(f"{file}: line 1: {error}") from error
    if not header:
        raise BadInputError(f"{file}: the file is empty")
    _check_single(header, f"{file}: line 1")
    return header


def _check_single(header: Sequence[str], place: str) -> None:
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise BadInputError(f"{place}: column {twice[0]} stands there twice")


@contextmanager
def _text(file: TableFile) -> Iterator[TextIO]:
    if file.member:
        with zipfile.ZipFile(file.path) as archive, archive.open(file.member) as packed:
            yield TextIOWrapper(packed, encoding="utf-8-sig", newline="")
    elif file.path.suffix == ".gz":
        with gzip.open(file.path, "rt", encoding="utf-8-sig", newline="") as unpacked:
            yield unpacked
    else:
        with file.path.open(encoding="utf-8-sig", newline="") as plain:
            yield plain


def parquet_schema(file: TableFile) -> pa.Schema:
    """The columns of a Parquet file and their types.

    Raises:
        BadInputError: damaged, no Parquet, or a name given twice.
    """
    try:
        schema = pq.read_schema(file.path)
    except (OSError, pa.ArrowException) as error:
        raise BadInputError(f"{file}: {error}") from error
    _check_single(schema.names, str(file))
    return schema


@contextmanager
def on_disk(file: TableFile) -> Iterator[Path]:
    """A path that an engine can read, for as long as this lasts.

    A table in a zip is unpacked into a temporary folder that is removed afterwards; errors name the
    zip all the same.

    Raises:
        BadInputError: the zip is damaged.
    """
    if file.member is None:
        yield file.path
        return
    with tempfile.TemporaryDirectory(prefix="creditstream-") as folder:
        path = Path(folder) / PurePosixPath(file.member).name
        _unpack(file, path)
        try:
            yield path
        except BadInputError as error:
            raise BadInputError(str(error).replace(str(path), str(file))) from error


def _unpack(file: TableFile, path: Path) -> None:
    try:
        with (
            zipfile.ZipFile(file.path) as archive,
            archive.open(str(file.member)) as packed,
            path.open("wb") as unpacked,
        ):
            shutil.copyfileobj(packed, unpacked, 1 << 20)
    except _DAMAGED as error:
        raise BadInputError(f"{file}: damaged or cut off: {error}") from error
