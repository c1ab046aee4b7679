"""The official tables of a Kaggle folder: their columns and types, and the files that hold them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa

from contracts.application import CATEGORICAL, COLUMNS
from training.errors import BadInputError
from training.kaggle_files import TableFile, csv_header, find_file, parquet_schema, where_looked

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
        file: where it stands; None where the folder lacks the table, which was allowed.
        schema: the official columns.
        header: the columns of the file, in its order.
    """

    name: str
    file: TableFile | None
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
        target = {"TARGET": "DOUBLE"} if table == "application_train" else {}
        return {"SK_ID_CURR": "BIGINT"} | target | kinds
    text = files(__package__).joinpath("tables.toml").read_text(encoding="utf-8")
    return {name: _SQL_TYPES[kind] for name, kind in tomllib.loads(text)[table].items()}


def find_table(folder: Path, table: str, allow: Allowances) -> Source:
    """Look a table up in a folder, or in the competition's zip.

    Raises:
        BadInputError: no such folder or file, an unreadable header, a missing column, or a column
            of a wrong type.
    """
    file = find_file(folder, table)
    if file is not None:
        return table_in(file, table, allow)
    if not allow.tables:
        raise BadInputError(f"{folder}: no {where_looked(folder, table)}")
    return Source(table, None, official_schema(table), ())


def table_in(file: TableFile, table: str, allow: Allowances) -> Source:
    """A table in a file, whatever its name; columns that are not the table's are passed over.

    Raises:
        BadInputError: an unreadable header, a missing column, or a column of a wrong type.
    """
    schema = official_schema(table)
    header = _parquet_header(file, schema) if file.is_parquet else csv_header(file)
    source = Source(table, file, schema, header)
    if source.missing and not allow.columns:
        line = "" if file.is_parquet else "line 1: "
        raise BadInputError(f"{file}: {line}missing column {', '.join(source.missing)}")
    return source


def _parquet_header(file: TableFile, schema: Schema) -> tuple[str, ...]:
    found = parquet_schema(file)
    for name, kind in schema.items():
        column = found.field(name).type if name in found.names else pa.null()
        words = kind == "VARCHAR"
        if not (pa.types.is_null(column) or (_is_words(column) if words else _is_number(column))):
            wanted = "words" if words else "numbers"
            raise BadInputError(f"{file}: column {name} is {column}, where {wanted} are wanted")
    return tuple(found.names)


def _is_words(column: pa.DataType) -> bool:
    if pa.types.is_dictionary(column):
        return _is_words(column.value_type)
    return bool(pa.types.is_string(column) or pa.types.is_large_string(column))


def _is_number(column: pa.DataType) -> bool:
    is_one_of = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
    return any(is_one(column) for is_one in is_one_of)


def ibis_type(sql_type: str) -> str:
    """The name of an SQL type in Ibis."""
    names = {"BIGINT": "int64", "INTEGER": "int32", "DOUBLE": "float64", "VARCHAR": "string"}
    return names.get(sql_type, sql_type.lower())
