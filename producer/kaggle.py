"""Applications of a Kaggle folder, each checked as the stream would check it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from contracts.application import CATEGORICAL, COLUMNS, LoanApplication
from producer.csv_rows import Row, read_rows
from producer.errors import BadInputError

Split: TypeAlias = Literal["train", "test"]

_ID = "SK_ID_CURR"
_WORDS = frozenset(CATEGORICAL)


def read_applications(
    folder: Path, split: Split, *, allow_missing_columns: bool = False
) -> Iterator[LoanApplication]:
    """The applications of `application_<split>.csv` or `.csv.gz`, in the order of the file.

    Raises:
        BadInputError: names the file and the line that cannot be used.
    """
    path = find_file(folder, f"application_{split}")
    optional = COLUMNS if allow_missing_columns else ()
    for row in read_rows(path, (_ID, *COLUMNS), optional=optional):
        yield _application(path, row)


def find_file(folder: Path, table: str) -> Path:
    """The file of a table.

    Raises:
        BadInputError: there is no such folder, or no such file in it.
    """
    if not folder.is_dir():
        raise BadInputError(f"{folder}: no such folder")
    for ending in (".csv", ".csv.gz"):
        if (path := folder / f"{table}{ending}").is_file():
            return path
    raise BadInputError(f"{folder}: no {table}.csv or {table}.csv.gz")


def identifier(path: Path, line: int, text: str) -> int:
    """An application id as a file gives it.

    Raises:
        BadInputError: it is no whole number from 1 on.
    """
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 2**63):
        raise BadInputError(f"{path}: line {line}: {_ID} {text!r} is not an id")
    return int(text)


def _application(path: Path, row: Row) -> LoanApplication:
    columns: dict[str, int | float | str] = {_ID: identifier(path, row.line, row.cells[0])}
    for name, cell in zip(COLUMNS, row.cells[1:], strict=True):
        if cell:
            columns[name] = cell if name in _WORDS else _number(path, row.line, name, cell)
    try:
        return msgspec.convert(columns, LoanApplication)
    except msgspec.ValidationError as error:
        raise BadInputError(f"{path}: line {row.line}: {error}") from error


def _number(path: Path, line: int, column: str, cell: str) -> float:
    if "_" not in cell:  # Python would read 1_000
        with suppress(ValueError):
            return float(cell)
    raise BadInputError(f"{path}: line {line}: {column} {cell!r} is not a number")
