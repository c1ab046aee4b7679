"""What an engine does, and the choice of one by name; the expressions are the same for all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import ibis
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
    """The table with its official columns and types; nothing is read yet.

    A column that the file lacks is null, and so is a whole table that the folder lacks. What a
    Parquet file holds as NaN is null too.
    """
    types = {name: ibis.dtype(ibis_type(kind)) for name, kind in source.schema.items()}
    if path is None:
        return ibis.memtable(ibis.schema(types).to_pyarrow().empty_table())
    table = engine.read(source, path)
    columns = {
        name: _known(table[name]).cast(kind) if name in source.header else ibis.null(kind)
        for name, kind in types.items()
    }
    return table.select(**columns)


def _known(column: ibis.Value) -> ibis.Value:
    return column.isnan().ifelse(ibis.null(), column) if column.type().is_floating() else column
