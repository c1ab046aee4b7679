"""The ledger on disk: scores, outcomes and windows; taking anything twice changes nothing.

A batch is in the ledger before the monitor's positions move past it. Nothing is lost by a kill in
between: the batch comes again.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from contracts.events import DriftReported, LoanScored, OutcomeObserved, WindowKind
from drift_monitor.performance import schema
from runtime.database import create_tables, insert, open_database, writing

_MOST_VARIABLES = 10_000  # SQLite takes some 32,000 in a statement


@dataclass(frozen=True, slots=True)
class Predicted:
    """A score to remember, and the segment that its application is of; empty where unknown."""

    score: LoanScored
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch of outcomes.

    Attributes:
        new: of applications without one.
        repeated: that say again what is known.
        reversed: that contradict an earlier one and replace it.
        late: that contradict a later one and are left out.
    """

    new: int = 0
    repeated: int = 0
    reversed: int = 0
    late: int = 0


class Ledger:
    """The ledger of one deployment, in SQLite or PostgreSQL.

    Raises:
        StoreError: the database is away, full or damaged; nothing of the call was kept.
    """

    def __init__(self, url: str) -> None:
        self.engine = open_database(url)
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _outlast_power)
        create_tables(self.engine, schema.metadata)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def take_scores(self, batch: Sequence[Predicted]) -> None:
        """Remember scores: the first under an id, the last application of an applicant."""
        if not batch:
            return
        with writing(self.engine) as connection:
            statement = insert(connection, schema.scores)
            held, offered = schema.scores.c, statement.excluded
            update = statement.on_conflict_do_update(
                index_elements=list(schema.scores.primary_key),
                set_={column.name: offered[column.name] for column in held},
                where=offered.applied_at > held.applied_at,
            )
            connection.execute(update, [_score_row(one) for one in batch])

    def take_outcomes(self, batch: Sequence[OutcomeObserved]) -> Taken:
        """Remember outcomes; of several of an application the one that was observed last.

        An outcome may come before its score: it waits.
        """
        if not batch:
            return Taken()
        with writing(self.engine) as connection:
            known = _known(connection, [one.application_id for one in batch])
            taken, changed = _sort(batch, known)
            if changed:
                statement = insert(connection, schema.outcomes)
                offered = statement.excluded
                update = statement.on_conflict_do_update(
                    index_elements=[schema.outcomes.c.application_id],
                    set_={"defaulted": offered.defaulted, "observed_at": offered.observed_at},
                )
                connection.execute(update, [_outcome_row(one) for one in changed])
        return taken

    def take_windows(self, reports: Sequence[DriftReported]) -> None:
        """Remember which scores made a window, so that its outcomes can be held against it.

        Of verdict windows of all applications alone: they follow each other and do not overlap.
        """
        rows = [
            {
                "window_id": report.window_id,
                "model_version": report.model_version,
                "opened_at": report.opened_at,
                "closed_at": report.closed_at,
                "alert": report.alert or bool(report.drifting),
            }
            for report in reports
            if report.window is WindowKind.VERDICT and not report.segment
        ]
        if not rows:
            return
        with writing(self.engine) as connection:
            connection.execute(insert(connection, schema.windows).on_conflict_do_nothing(), rows)


def _outlast_power(connection: sqlite3.Connection, _record: object) -> None:
    """Positions lie in another file, which may outlast this one's last transactions otherwise."""
    connection.execute("PRAGMA synchronous=FULL")


def _known(connection: sa.Connection, ids: Sequence[int]) -> dict[int, OutcomeObserved]:
    table, wanted = schema.outcomes, sorted(set(ids))
    known = {}
    for first in range(0, len(wanted), _MOST_VARIABLES):
        some = wanted[first : first + _MOST_VARIABLES]
        query = sa.select(table).where(table.c.application_id.in_(some))
        for application_id, defaulted, observed_at in connection.execute(query):
            known[application_id] = OutcomeObserved(
                application_id=application_id, defaulted=defaulted, observed_at=observed_at
            )
    return known


def _sort(
    batch: Sequence[OutcomeObserved], known: dict[int, OutcomeObserved]
) -> tuple[Taken, list[OutcomeObserved]]:
    """What becomes of each outcome in turn, and those that stand at the end and are to be kept."""
    counts = {"new": 0, "repeated": 0, "reversed": 0, "late": 0}
    standing: dict[int, OutcomeObserved] = {}
    for one in batch:
        held = standing.get(one.application_id) or known.get(one.application_id)
        if held is None:
            fate = "new"
        elif held.defaulted == one.defaulted:
            fate = "repeated"
        else:
            fate = "reversed" if one.observed_at > held.observed_at else "late"
        counts[fate] += 1
        if held is None or one.observed_at > held.observed_at:
            standing[one.application_id] = one
    return Taken(**counts), list(standing.values())


def _score_row(one: Predicted) -> dict[str, object]:
    score = one.score
    return {
        "application_id": score.application_id,
        "model_version": score.model_version,
        "score_id": score.score_id,
        "applied_at": score.applied_at,
        "scored_at": score.scored_at,
        "probability": score.probability,
        "decision": score.decision.value,
        "segment": one.segment,
    }


def _outcome_row(one: OutcomeObserved) -> dict[str, object]:
    return {
        "application_id": one.application_id,
        "defaulted": one.defaulted,
        "observed_at": one.observed_at,
    }
