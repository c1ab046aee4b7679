"""Keyset paging: a cursor names the last row of a page, so that new rows do not shift the next."""

import base64
import binascii
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from runtime.utc_time import UtcTime

T = TypeVar("T")


class InvalidCursorError(ValueError):
    """A cursor that this service has not made."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place of a row in an order of falling times; ids decide between equal times."""

    time: dt.datetime
    row_id: str

    def encode(self) -> str:
        """The cursor as clients carry it: opaque, safe in an address.

        >>> cursor = Cursor(dt.datetime(2026, 1, 2, tzinfo=dt.UTC), "a")
        >>> Cursor.decode(cursor.encode()) == cursor
        True
        """
        text = f"{self.time.astimezone(dt.UTC).isoformat()} {self.row_id}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """The cursor that `encode` wrote.

        Raises:
            InvalidCursorError: it did not.
        """
        try:
            padded = text + "=" * (-len(text) % 4)
            decoded = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
            time, _, row_id = decoded.partition(" ")
            moment = dt.datetime.fromisoformat(time)
            in_utc = moment.astimezone(dt.UTC)
        except (binascii.Error, OverflowError, ValueError) as error:
            raise InvalidCursorError("not a cursor of this service") from error
        if moment.tzinfo is None or not row_id or "\0" in row_id:
            raise InvalidCursorError("not a cursor of this service")
        return cls(in_utc, row_id)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and where the next page begins; `next_cursor` is None on the last one."""

    rows: Sequence[T]
    next_cursor: str | None = None


def page_of(rows: Sequence[T], limit: int, cursor_of: Callable[[T], Cursor]) -> Page[T]:
    """The page of up to `limit` rows; `rows` holds one more where there is a next page."""
    if len(rows) <= limit:
        return Page(rows)
    return Page(rows[:limit], cursor_of(rows[limit - 1]).encode())


def newest_first(
    query: sa.Select[Any],
    time: sa.Column[dt.datetime],
    row_id: sa.Column[str],
    after: Cursor | None,
) -> sa.Select[Any]:
    """The rows in falling order of time, from the one after the cursor."""
    if after is not None:
        query = query.where(
            sa.tuple_(time, row_id)
            < sa.tuple_(sa.literal(after.time, UtcTime()), sa.literal(after.row_id))
        )
    return query.order_by(time.desc(), row_id.desc())
