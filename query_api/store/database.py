"""The store's database: how every service opens one, and the tables of this one."""

import sqlalchemy as sa

from query_api.store.schema import metadata
from runtime.database import StoreError, create_tables, open_database, reading, writing

__all__ = ["StoreError", "create_schema", "open_database", "reading", "writing"]


def create_schema(engine: sa.Engine) -> None:
    """Create what is missing; two processes may do so at once."""
    create_tables(engine, metadata)
