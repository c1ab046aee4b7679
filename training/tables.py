"""The files of a Kaggle folder as typed Ibis tables; errors name file, line and column."""

import csv
import gzip
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias

import duckdb
import ibis
import pyarrow as pa

from contracts.application import CATEGORICAL, COLUMNS
from training.errors import BadInputError

Schema: TypeAlias = Mapping[str, str]
"""The columns of a table, in their order, each with its SQL type."""

APPLICATION_TABLES = ("application_train", "application_test")
HISTORY_TABLES = (
    "bureau",
    "bureau_balance",
    "previous_application",
    "POS_CASH_balance",
    "credit_card_balance",
    "installments_payments",
)

_SQL_TYPES = {
    "id": "BIGINT",
    "count": "INTEGER",
    "days": "INTEGER",
    "money": "DECIMAL(18,3)",
    "rate": "DECIMAL(18,9)",
    "level": "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class Allowances:
    """What a folder may lack; what is missing reads as unknown."""

    tables: bool = False
    columns: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A table's file and what its header says.

    Attributes:
        name: the table.
        path: its file; None where the folder lacks the table, which was allowed.
        schema: the official columns.
        header: the columns of the file, in its order.
    """

    name: str
    path: Path | None
    schema: Schema
    header: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The official columns that the file lacks."""
        return tuple(column for column in self.schema if column not in self.header)


@cache
def official_schema(table: str) -> Schema:
    """The columns of a table of the competition."""
    if table in APPLICATION_TABLES:
        kinds = {name: "VARCHAR" if name in CATEGORICAL else "DOUBLE" for name in COLUMNS}
        target = {"TARGET": "INTEGER"} if table == "application_train" else {}
        return {"SK_ID_CURR": "BIGINT"} | target | kinds
    text = files(__package__).joinpath("tables.toml").read_text(encoding="utf-8")
    return {name: _SQL_TYPES[kind] for name, kind in tomllib.loads(text)[table].items()}


def find_table(folder: Path, table: str, allow: Allowances) -> Source:
    """Look a table up in a folder: `<table>.csv` or `<table>.csv.gz`.

    Raises:
        BadInputError: no such folder or file, an unreadable header, or a missing column.
    """
    if not folder.is_dir():
        raise BadInputError(f"{folder}: no such folder")
    candidates = [folder / f"{table}{ending}" for ending in (".csv", ".csv.gz")]
    path = next((one for one in candidates if one.is_file()), None)
    schema = official_schema(table)
    if path is None:
        if not allow.tables:
            raise BadInputError(f"{folder}: no {table}.csv or {table}.csv.gz")
        return Source(table, None, schema, ())
    source = Source(table, path, schema, _header(path))
    if source.missing and not allow.columns:
        raise BadInputError(f"{path}: line 1: missing column {', '.join(source.missing)}")
    return source


def _header(path: Path) -> tuple[str, ...]:
    opened: Callable[..., object] = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", newline="") as file:  # type: ignore[attr-defined]
            header = tuple(next(csv.reader(file), ()))
    except (EOFError, OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInputError(f"{path}: line 1: {error}") from error
    if not header:
        raise BadInputError(f"{path}: the file is empty")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise BadInputError(f"{path}: line 1: column {twice[0]} stands there twice")
    return header


def open_table(database: ibis.BaseBackend, source: Source) -> ibis.Table:
    """The table with its official columns; nothing is read yet.

    A column that the file lacks is null, and so is a whole table that the folder lacks.
    """
    if source.path is None:
        return _empty(database, source.schema)
    types = {name: source.schema.get(name, "VARCHAR") for name in source.header}
    table = database.read_csv(
        str(source.path), columns=types, header=True, auto_detect=False, delim=",", quote='"'
    )
    nulls = {name: ibis.null(ibis_type(source.schema[name])) for name in source.missing}
    return table.mutate(**nulls).select(*source.schema)


def ibis_type(sql_type: str) -> str:
    """The name of an SQL type in Ibis."""
    names = {"BIGINT": "int64", "INTEGER": "int32", "DOUBLE": "float64", "VARCHAR": "string"}
    return names.get(sql_type, sql_type.lower())


def _empty(database: ibis.BaseBackend, schema: Schema) -> ibis.Table:
    types = ibis.schema({name: ibis_type(kind) for name, kind in schema.items()})
    return database.create_table(ibis.util.gen_name("missing"), schema=types, temp=True)


def run(table: ibis.Table) -> pa.Table:
    """Compute a table.

    Raises:
        BadInputError: a file that it reads is damaged.
    """
    try:
        return table.to_pyarrow()
    except duckdb.Error as error:
        raise BadInputError(_in_words(str(error))) from error


_PATH = re.compile(r"^\s*file = (?P<path>.+)$|GZIP stream: (?P<gzip>\S+)", re.MULTILINE)
_LINE = re.compile(r"CSV Error on Line: (?P<line>\d+)")
_PROBLEM = re.compile(
    r"^(?P<problem>Expected Number of Columns.*|Error when converting.*|.*unterminated quote.*)$",
    re.MULTILINE | re.IGNORECASE,
)


def _in_words(message: str) -> str:
    """DuckDB's page-long message in one line: file, line, problem."""
    path, line = _PATH.search(message), _LINE.search(message)
    problem = _PROBLEM.search(message)
    parts = [
        (path["path"] or path["gzip"]) if path else "",
        f"line {line['line']}" if line else "",
        problem["problem"] if problem else message.splitlines()[0],
    ]
    return ": ".join(part for part in parts if part)
