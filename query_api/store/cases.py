"""Cases as they are read: by one statement, put together once, for clients wait for look-ups."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from contracts import codec
from contracts.events import LoanExplained, LoanScored
from query_api.store.database import reading
from query_api.store.schema import explanations, outcomes, scores

_SCORES_OF_A_CASE = 50
"""The most scores of one application that a case shows; the newest are taken."""

_CASE = (
    sa.select(
        scores.c.event,
        scores.c.in_force,
        explanations.c.event.label("explanation"),
        outcomes.c.defaulted,
        outcomes.c.observed_at,
    )
    .outerjoin(explanations, explanations.c.score_id == scores.c.score_id)
    .outerjoin(outcomes, outcomes.c.application_id == scores.c.application_id)
    .where(scores.c.application_id == sa.bindparam("application_id"))
    .order_by(
        (scores.c.score_id == sa.bindparam("wanted")).desc(),
        scores.c.in_force.desc(),
        scores.c.scored_at.desc(),
        scores.c.score_id.desc(),
    )
    .limit(_SCORES_OF_A_CASE)
)


@dataclass(frozen=True, slots=True)
class StoredScore:
    """A score as it was published, and its explanation if that has come."""

    event: LoanScored
    in_force: bool
    explanation: LoanExplained | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the loan."""

    defaulted: bool
    observed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known of one application; `scores` are newest first and never empty."""

    application_id: int
    scores: tuple[StoredScore, ...]
    outcome: Outcome | None

    def score(self, score_id: str | None = None) -> StoredScore | None:
        """The score of this id; without one the score in force, or else the newest."""
        if score_id is not None:
            return next((one for one in self.scores if one.event.score_id == score_id), None)
        return next((one for one in self.scores if one.in_force), self.scores[0])


def read_case(engine: sa.Engine, application_id: int, wanted: str) -> Case | None:
    """One application with its newest scores, newest first; None where it has none.

    The score in force and the one of the id `wanted` are among them, however old they are.

    Raises:
        StoreError: it cannot be read.
    """
    asked = {"application_id": application_id, "wanted": wanted}
    with reading(engine) as connection:
        rows = connection.execute(_CASE, asked).all()
    if not rows:
        return None
    found = [_stored_score(row.event, row.explanation, in_force=row.in_force) for row in rows]
    found.sort(key=lambda one: (one.event.scored_at, one.event.score_id), reverse=True)
    defaulted, observed_at = rows[0].defaulted, rows[0].observed_at
    outcome = None if observed_at is None else Outcome(defaulted, observed_at)
    return Case(application_id, tuple(found), outcome)


def _stored_score(event: str, explanation: str | None, *, in_force: bool) -> StoredScore:
    return StoredScore(
        event=codec.decode(event.encode(), LoanScored),
        in_force=in_force,
        explanation=codec.decode(explanation.encode(), LoanExplained) if explanation else None,
    )
