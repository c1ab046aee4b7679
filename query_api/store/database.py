"""The store's database: how every service opens one, and the tables of this one."""

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn

from query_api.store.schema import metadata
from runtime.database import StoreError, create_tables, open_database, reading, writing

__all__ = ["StoreError", "create_schema", "open_database", "reading", "writing"]


def create_schema(engine: sa.Engine) -> None:
    """Create what is missing, columns of an earlier store among it; two processes may at once.

    Raises:
        StoreError: the database is away, or is none.
    """
    with reading(engine) as connection:
        earlier = bool(_missing_columns(connection))
    if earlier:
        with writing(engine) as connection:
            for column in _missing_columns(connection):
                _add(connection, column)
    create_tables(engine, metadata)


def _missing_columns(connection: sa.Connection) -> list[sa.Column[object]]:
    """The columns that tables of the store lack; tables that are not there lack none."""
    store = sa.inspect(connection)
    there = set(store.get_table_names())
    tables = [table for table in metadata.sorted_tables if table.name in there]
    held = {table.name: {one["name"] for one in store.get_columns(table.name)} for table in tables}
    return [one for table in tables for one in table.columns if one.name not in held[table.name]]


def _add(connection: sa.Connection, column: sa.Column[object]) -> None:
    """Writers of SQLite take turns; in PostgreSQL another process may have been faster."""
    once = "IF NOT EXISTS " if connection.dialect.name == "postgresql" else ""
    told = CreateColumn(column).compile(dialect=connection.dialect)
    connection.execute(sa.text(f"ALTER TABLE {column.table.name} ADD COLUMN {once}{told}"))
