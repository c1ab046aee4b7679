"""The one statement that SQLite and PostgreSQL share, though SQLAlchemy has it for each of them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """An insert that can say what to do on a conflict."""
    known = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
    return known[connection.dialect.name](table)
