"""The application tables: read, checked as the scorer checks them, and turned into columns."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from contracts.application import CATEGORICAL, COLUMNS, NUMERIC, LoanApplication
from contracts.features import ApplicationColumns
from training.engines.duckdb import DuckDB
from training.engines.engine import open_table
from training.errors import BadInputError
from training.kaggle_files import TableFile, on_disk
from training.tables import Allowances, Source, find_table, table_in

ID = "SK_ID_CURR"
TARGET = "TARGET"
WITHOUT_OUTCOMES = "application_test"


def read_applications(folder: Path, table: str, allow: Allowances) -> pd.DataFrame:
    """The rows of an application table, ordered by id.

    Raises:
        BadInputError: names the file and the line or column: damaged, an id that is missing or
            given twice, or a value that the scorer would refuse.
    """
    return _read(find_table(folder, table, Allowances(tables=False, columns=allow.columns)))


def read_application_file(path: Path, allow: Allowances) -> pd.DataFrame:
    """The rows of a file of applications, ordered by id; outcomes, if it has any, are passed over.

    Args:
        path: CSV, gzipped CSV or Parquet, under any name.
        allow: what it may lack.

    Raises:
        BadInputError: as `read_applications`.
    """
    return _read(table_in(TableFile(path), WITHOUT_OUTCOMES, allow))


def _read(source: Source) -> pd.DataFrame:
    assert source.file  # noqa: S101 - a missing table was not allowed
    database = DuckDB()
    with on_disk(source.file) as path:
        frame: pd.DataFrame = database.run(open_table(database, source, path)).to_pandas()
    for line, problem in _problems(frame, source.file):
        raise BadInputError(f"{source.file}: {source.file.place(line)}: {problem}")
    if TARGET in frame:
        frame[TARGET] = frame[TARGET].astype(np.int32)
    return frame.sort_values(ID, ignore_index=True)


def check_target(frame: pd.DataFrame, source: Path, least: int) -> None:
    """Refuse a target that nothing can be learned from.

    Args:
        frame: the rows of application_train.
        source: what to name in an error.
        least: how many rows of either class there must be.

    Raises:
        BadInputError: one class has too few rows.
    """
    counts = {value: int((frame[TARGET] == value).sum()) for value in (0, 1)}
    for value, count in counts.items():
        if count < least:
            raise BadInputError(
                f"{source}: TARGET is {value} in {count} of {len(frame)} rows; "
                f"the folds need at least {least}"
            )


def application_columns(frame: pd.DataFrame) -> ApplicationColumns:
    """The frame as `contracts.features` takes it: the very values that a decoded event gives."""
    numeric = np.ascontiguousarray(frame[list(NUMERIC)].to_numpy(dtype=np.float64))
    levels = [_levels(frame[name]) for name in CATEGORICAL]
    return ApplicationColumns(numeric, levels)


def _levels(column: "pd.Series[str]") -> list[str | None]:
    return [level if isinstance(level, str) else None for level in column]


def seen_levels(columns: ApplicationColumns) -> dict[str, tuple[str, ...]]:
    """The category map: for every category the levels that occur, sorted; a code is a place."""
    named = zip(CATEGORICAL, columns.levels, strict=True)
    return {
        name: tuple(sorted({one for one in levels if one is not None})) for name, levels in named
    }


def _problems(frame: pd.DataFrame, file: TableFile) -> Iterator[tuple[int, str]]:
    """Lines that cannot be used, each with what is wrong; the header is line 1."""
    yield from _of_ids(frame[ID], file)
    if TARGET in frame:
        wrong = ~frame[TARGET].isin((0, 1))
        yield from _first(wrong, lambda at: f"{TARGET} is {frame[TARGET][at]:g}, not 0 or 1")
    for name in COLUMNS:
        yield from _of_column(frame[name])


def _of_ids(ids: "pd.Series[int]", file: TableFile) -> Iterator[tuple[int, str]]:
    yield from _first(~(ids >= 1), lambda at: f"{ID} is {ids[at]}, not an id from 1 on")
    seen: dict[int, int] = {}

    def twice(at: int) -> str:
        seen.update((one, line) for line, one in enumerate(ids[:at], start=2))
        return f"{ID} {ids[at]} stands in {file.place(seen[ids[at]])} already"

    yield from _first(ids.duplicated(), twice)


def _of_column(column: "pd.Series[Any]") -> Iterator[tuple[int, str]]:
    """Hold the extremes of a column against the contract: if they pass, all between them do."""
    for value in _extremes(column):
        try:
            msgspec.convert({ID: 1, column.name: value}, LoanApplication)
        except msgspec.ValidationError as error:
            problem = f"{column.name} is {value!r}: {error}"
            yield from _first(column == value, _saying(problem))


def _extremes(column: "pd.Series[Any]") -> list[float | str]:
    present = column.dropna()
    if present.empty:
        return []
    if column.name in CATEGORICAL:
        return [max(present.unique(), key=len)]
    positive = present[present > 0]
    least_positive = [float(positive.min())] if len(positive) else []
    return [float(present.min()), *least_positive, float(present.max())]


def _saying(problem: str) -> Callable[[int], str]:
    return lambda _: problem


def _first(wrong: "pd.Series[bool]", problem: Callable[[int], str]) -> Iterator[tuple[int, str]]:
    for at in np.flatnonzero(wrong)[:1]:
        yield int(at) + 2, problem(int(at))
