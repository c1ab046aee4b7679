"""The database behind a service's store: SQLite in WAL mode or PostgreSQL, by the address."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

_BUSY_SECONDS = 10.0
_SCHEMA_LOCK = 0x63726564  # any number that no other program locks in this database


class StoreError(RuntimeError):
    """The store cannot be reached, read or written; names the database and the cause."""


def open_database(url: str) -> sa.Engine:
    """An engine for the address; nothing is connected to yet.

    The folder of an SQLite file is made. `postgresql://` means psycopg 3.
    """
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address)
    if address.drivername in {"postgres", "postgresql"}:
        address = address.set(drivername="postgresql+psycopg")
    return sa.create_engine(address, pool_pre_ping=True, connect_args={"connect_timeout": 5})


def _sqlite(address: sa.URL) -> sa.Engine:
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(address, connect_args={"timeout": _BUSY_SECONDS})
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Leave transactions to us, and let readers go on beside the one writer.

    `synchronous=NORMAL` may lose the last transactions with the machine's power, but the positions
    with them: a consumer takes them again.
    """
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _begin_sqlite(connection: sa.Connection) -> None:
    """Take the write lock at once when writing: a reader that turns writer may be refused."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that writes: committed as a whole, or not at all.

    Raises:
        StoreError: the database is away or full; nothing was written. A value that it refuses is
            not told so, but raised as it is: waiting would not mend that.
    """
    ready = engine.execution_options(writes=True)
    with _named(engine, sa.exc.OperationalError), ready.begin() as connection:
        yield connection


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that reads one state of the store.

    Raises:
        StoreError: the database is away or cannot be read.
    """
    with _named(engine, sa.exc.DBAPIError), engine.begin() as connection:
        yield connection


@contextmanager
def _named(engine: sa.Engine, kind: type[sa.exc.DBAPIError]) -> Iterator[None]:
    try:
        yield
    except kind as error:
        place = engine.url.render_as_string(hide_password=True)
        raise StoreError(f"{place}: {_first_line(error.orig)}") from error


def _first_line(cause: object) -> str:
    return str(cause).strip().partition("\n")[0] or type(cause).__name__


def create_tables(engine: sa.Engine, metadata: sa.MetaData) -> None:
    """Create what is missing of the tables; two processes may do so at once.

    Raises:
        StoreError: the database is away, or is none.
    """
    with _named(engine, sa.exc.DBAPIError), writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
        for table in metadata.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in sorted(table.indexes, key=_name):
                connection.execute(CreateIndex(index, if_not_exists=True))


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """An insert that can say what to do on a conflict.

    SQLite and PostgreSQL share the statement, though SQLAlchemy has it for each of them.
    """
    known = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
    return known[connection.dialect.name](table)


def _name(index: sa.Index) -> Any:
    return index.name
