"""What a list of applications is narrowed by."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from contracts.events import Decision
from query_api.store.schema import scores

_LONGEST_ID = 19  # digits of 2**63 - 1


@dataclass(frozen=True, slots=True)
class Filters:
    """All that are given must hold; times and points from (inclusive) and to (exclusive)."""

    decision: Decision | None = None
    model_version: str | None = None
    points_from: float | None = None
    points_to: float | None = None
    scored_from: dt.datetime | None = None
    scored_to: dt.datetime | None = None
    id_prefix: str | None = None

    def conditions(self) -> Iterator[sa.ColumnElement[bool]]:
        """The filters as SQL."""
        if self.decision is not None:
            yield scores.c.decision == self.decision.value
        if self.model_version is not None:
            yield scores.c.model_version == self.model_version
        yield from _between(scores.c.points, self.points_from, self.points_to)
        yield from _between(scores.c.scored_at, self.scored_from, self.scored_to)
        if self.id_prefix is not None:
            yield begins_with(scores.c.application_id, self.id_prefix)


def _between(
    column: sa.Column[object], start: object | None, end: object | None
) -> Iterator[sa.ColumnElement[bool]]:
    if start is not None:
        yield column >= start
    if end is not None:
        yield column < end


def begins_with(column: sa.Column[int], digits: str) -> sa.ColumnElement[bool]:
    """Whether a number begins with these digits.

    Told as ranges, one for each number of further digits: they can use the index on the number,
    which a comparison of texts cannot.
    """
    return sa.or_(*_ranges(column, digits))


def _ranges(column: sa.Column[int], digits: str) -> Iterator[sa.ColumnElement[bool]]:
    for more in range(_LONGEST_ID - len(digits) + 1):
        first = int(digits) * 10**more
        if first < 2**63:
            last = min(first + 10**more - 1, 2**63 - 1)
            yield column.between(first, last)
