"""What the API and the pages read: cases, lists, drift reports and figures."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from contracts.events import Decision, DriftReported, HistoryStatus
from query_api.store import schema
from query_api.store.cases import Case, read_case
from query_api.store.database import reading
from query_api.store.drift_reports import VERDICTS, Series, read_drift_reports, read_series
from query_api.store.figures import Figures, read_figures
from query_api.store.filters import Filters, begins_with
from query_api.store.paging import Cursor, Page, newest_first, page_of

_FEW = 1_000
_SCORE = sa.select(schema.scores.c.score_id).where(
    schema.scores.c.score_id == sa.bindparam("score_id")
)


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """One line of a list."""

    application_id: int
    score_id: str
    applied_at: dt.datetime
    scored_at: dt.datetime
    points: float
    probability: float
    decision: Decision
    model_name: str
    model_version: str
    history_status: HistoryStatus


class Repository:
    """Reads the store; every method raises StoreError where that cannot be read."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def ping(self) -> None:
        """Return if the store answers and has its tables."""
        with reading(self._engine) as connection:
            connection.execute(sa.select(schema.positions).limit(1))

    def case(self, application_id: int, wanted: str = "") -> Case | None:
        """One application with its newest scores, newest first; None where it has none.

        The score in force and the one of the id `wanted` are among them, however old they are.
        """
        return read_case(self._engine, application_id, wanted)

    def has_score(self, score_id: str) -> bool:
        """Whether the score has come."""
        with reading(self._engine) as connection:
            return connection.execute(_SCORE, {"score_id": score_id}).first() is not None

    def figures(self) -> Figures:
        """The figures over the whole store."""
        return read_figures(self._engine)

    def list_applications(
        self, filters: Filters, limit: int, after: Cursor | None = None
    ) -> Page[ScoreSummary]:
        """The applications by their scores in force, newest first; simulations left out."""
        table = schema.scores
        columns = [table.c[name] for name in ScoreSummary.__slots__]
        query = sa.select(*columns).where(schema.IN_FORCE, *filters.conditions())
        newest = newest_first(query, table.c.scored_at, table.c.score_id, after)
        with reading(self._engine) as connection:
            few = _few_with_prefix(connection, filters.id_prefix)
            if few is not None:
                newest = newest.where(table.c.score_id.in_(few))
            rows = connection.execute(newest.limit(limit + 1)).mappings().all()
        summaries = [_summary(row) for row in rows]
        return page_of(summaries, limit, lambda row: Cursor(row.scored_at, row.score_id))

    def drift_reports(
        self, limit: int, after: Cursor | None = None, series: Series = VERDICTS
    ) -> Page[DriftReported]:
        """The reports on the closed windows of a series, newest first."""
        return read_drift_reports(self._engine, series, limit, after)

    def drift_series(self) -> list[Series]:
        """The series of windows that there are reports of."""
        return read_series(self._engine)


def _few_with_prefix(connection: sa.Connection, id_prefix: str | None) -> Sequence[str] | None:
    """The scores in force of the ids with this prefix, if they are few; None if they are not.

    The list goes by time: where only few ids fit, it would be gone through to its end for them.
    Where many fit, a page of them is found near its beginning.
    """
    if id_prefix is None:
        return None
    query = sa.select(schema.scores.c.score_id).where(
        begins_with(schema.scores.c.application_id, id_prefix), schema.IN_FORCE
    )
    found = connection.scalars(query.limit(_FEW + 1)).all()
    return found if len(found) <= _FEW else None


def _summary(row: sa.RowMapping) -> ScoreSummary:
    return ScoreSummary(
        **{
            **row,
            "decision": Decision(row["decision"]),
            "history_status": HistoryStatus(row["history_status"]),
        }
    )
