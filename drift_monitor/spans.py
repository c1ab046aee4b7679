"""A score as it counts, and what a stretch of scores covers. Pure."""

import datetime as dt
from dataclasses import dataclass

import msgspec

from contracts.packing import FloatVector

CLOCKS_DIFFER = dt.timedelta(hours=1)
"""By so much at most; where times are further apart the wrong way round, a clock is wrong."""


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """A score that counts: its matrix row and its times."""

    score_id: str
    applied_at: dt.datetime
    scored_at: dt.datetime
    row: FloatVector


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """What a stretch of scores covers; stretches that follow each other merge by `+`.

    `first_id` and `last_id` are by order of arrival, times by the clock. While all its scores are
    `doubtful` so are `opened_at` and `closed_at`; else those of doubtful ones have no part in them.
    """

    size: int
    first_id: str
    last_id: str
    opened_at: dt.datetime
    closed_at: dt.datetime
    first_applied_at: dt.datetime
    last_applied_at: dt.datetime
    doubtful: bool = False

    @classmethod
    def of(cls, one: Counted) -> "Span":
        """The span of a single score; doubtful where it was made before its application."""
        return cls(
            size=1,
            first_id=one.score_id,
            last_id=one.score_id,
            opened_at=one.scored_at,
            closed_at=one.scored_at,
            first_applied_at=one.applied_at,
            last_applied_at=one.applied_at,
            doubtful=one.applied_at - one.scored_at > CLOCKS_DIFFER,
        )

    def __add__(self, later: "Span") -> "Span":
        doubtful = self.doubtful and later.doubtful
        told = [one for one in (self, later) if one.doubtful == doubtful]
        return Span(
            size=self.size + later.size,
            first_id=self.first_id,
            last_id=later.last_id,
            opened_at=min(one.opened_at for one in told),
            closed_at=max(one.closed_at for one in told),
            first_applied_at=min(self.first_applied_at, later.first_applied_at),
            last_applied_at=max(self.last_applied_at, later.last_applied_at),
            doubtful=doubtful,
        )
