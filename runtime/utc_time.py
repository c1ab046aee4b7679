"""A column for points in time, the same in SQLite and in PostgreSQL."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[dt.datetime]):
    """A point in time, always UTC: SQLite keeps no zone, so it is taken off and put back."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: dt.datetime | None, dialect: sa.Dialect
    ) -> dt.datetime | None:
        """The time in UTC, bare for SQLite."""
        if value is None:
            return None
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self,
        value: dt.datetime | None,
        dialect: sa.Dialect,  # noqa: ARG002 - the base's signature
    ) -> dt.datetime | None:
        """The time with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
