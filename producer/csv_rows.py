"""Rows of a CSV file, plain or gzipped; every complaint names the file and the line."""

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from producer.errors import BadInputError

_UNREADABLE = (EOFError, OSError, UnicodeDecodeError, csv.Error, zlib.error)


@dataclass(frozen=True, slots=True)
class Row:
    """The wanted cells of one line, in the order they were asked for; "" where there is none."""

    line: int
    cells: list[str]


def read_rows(path: Path, wanted: Sequence[str], *, optional: Sequence[str] = ()) -> Iterator[Row]:
    """The wanted columns of every row, found by the header; other columns are passed over.

    Args:
        path: the file; gzipped where its name ends in `.gz`.
        wanted: the columns, in the order in which rows give them.
        optional: those of them that the file may lack.

    Raises:
        BadInputError: no such file, not CSV, cut off, a column missing, a row too short or long.
    """
    lines = _lines(path)
    header = next(lines, None)
    if header is None:
        raise BadInputError(f"{path}: the file is empty")
    places = _places(path, header.cells, wanted, optional)
    for row in lines:
        if len(row.cells) != len(header.cells):
            raise BadInputError(
                f"{path}: line {row.line}: {len(row.cells)} cells, "
                f"where the header has {len(header.cells)}"
            )
        yield Row(row.line, ["" if place is None else row.cells[place] for place in places])


def _places(
    path: Path, header: list[str], wanted: Sequence[str], optional: Sequence[str]
) -> list[int | None]:
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise BadInputError(f"{path}: line 1: column {twice[0]} stands there twice")
    found = {name: place for place, name in enumerate(header)}
    if missing := [name for name in wanted if name not in found and name not in optional]:
        raise BadInputError(f"{path}: line 1: missing column {', '.join(missing)}")
    return [found.get(name) for name in wanted]


def _lines(path: Path) -> Iterator[Row]:
    """Every line that is not blank."""
    line = 0
    try:
        with _opened(path) as text:
            reader = csv.reader(text, strict=True)
            for cells in reader:
                line = reader.line_num
                if cells:
                    yield Row(line, cells)
    except _UNREADABLE as error:
        where = f"{path}: after line {line}" if line else f"{path}"
        raise BadInputError(f"{where}: {_in_words(error)}") from error


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _in_words(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "the gzip stream is cut off"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)
