"""What an engine does, and the choice of one by name; the expressions are the same for all."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa

from training.engines.duckdb import DuckDB
from training.errors import BadInputError
from training.tables import Source, ibis_type

DUCKDB, LOCAL_SPARK, SPARK_MASTER = "duckdb", "local", "spark://"


class Engine(Protocol):
    """Reads a table's file lazily and computes expressions over it."""

    def read(self, source: Source, path: Path) -> ibis.Table:
        """The file as a table of its own columns; nothing is read yet."""

    def run(self, table: ibis.Table) -> pa.Table:
        """Compute a table.

        Raises:
            BadInputError: a file that it reads is damaged.
        """


@contextmanager
def connect(name: str) -> Iterator[Engine]:
    """The engine of this name: `duckdb`, `local` (Spark in this process) or `spark://host:port`.

    Raises:
        BadInputError: Spark is asked for, and is not installed or does not start.
    """
    if name == DUCKDB:
        yield DuckDB()
        return
    try:
        from training.engines.spark import spark  # noqa: PLC0415 - optional: `make spark`
    except ImportError as error:
        raise BadInputError(f"--engine {name}: {error}; `make spark` installs it") from error
    with spark(name) as engine:
        yield engine


def open_table(engine: Engine, source: Source, path: Path | None) -> ibis.Table:
    """The table with its official columns and types; of a file, CSV is not read yet.

    A column that the file lacks is null, and so is a whole table that the folder lacks. What a
    Parquet file holds as NaN is null too.

    Raises:
        BadInputError: a Parquet file holds a number that the column's type cannot; a CSV file is
            held against the types while it is read.
    """
    types = {name: ibis.dtype(ibis_type(kind)) for name, kind in source.schema.items()}
    if path is None:
        return ibis.memtable(ibis.schema(types).to_pyarrow().empty_table())
    table = engine.read(source, path)
    known = {name: _known(table[name]) for name in types if name in source.header}
    if path.suffix == ".parquet":
        _refuse_misfits(engine, source, table, {name: (known[name], types[name]) for name in known})
    columns = {
        name: known[name].cast(kind) if name in known else ibis.null(kind)
        for name, kind in types.items()
    }
    return table.select(**columns)


def _known(column: ibis.Value) -> ibis.Value:
    return column.isnan().ifelse(ibis.null(), column) if column.type().is_floating() else column


def _refuse_misfits(
    engine: Engine,
    source: Source,
    table: ibis.Table,
    columns: Mapping[str, tuple[ibis.Value, dt.DataType]],
) -> None:
    """Casts would round a fraction in silence, and name no file for a number out of range."""
    misfits = {
        name: column.max(where=misfit)
        for name, (column, kind) in columns.items()
        if (misfit := _misfit(column, kind)) is not None
    }
    found = engine.run(table.aggregate(**misfits)).to_pylist()[0] if misfits else {}
    for name, value in found.items():
        if value is not None:
            what = source.schema[name]
            raise BadInputError(f"{source.file}: column {name} holds {value}, which is no {what}")


def _misfit(column: ibis.Value, kind: dt.DataType) -> ibis.Value | None:
    """Whether a number is none of the type; None where all are."""
    given = column.type()
    if given == kind or not given.is_numeric() or kind.is_floating():
        return None
    if kind.is_decimal():
        return column.cast("float64").abs() >= 10.0 ** (kind.precision - kind.scale)
    outside = column.cast("float64").abs() >= 2.0 ** (8 * kind.nbytes - 1)
    return outside if given.is_integer() else outside | (column != column.floor())
