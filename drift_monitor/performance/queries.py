"""What the ledger is asked."""

import datetime as dt
from collections.abc import Sequence

import msgspec
import numpy as np
import sqlalchemy as sa

from drift_monitor.performance import schema
from drift_monitor.performance.records import Records, Times
from runtime.database import reading

MOST = 100_000
"""So many of the newest applications are looked at: time and memory stay bounded."""


def read_records(engine: sa.Engine, model_version: str, most: int = MOST) -> Records:
    """The newest applications of a model version, with what is known of them.

    Raises:
        StoreError: the ledger cannot be read.
    """
    scores, outcomes = schema.scores, schema.outcomes
    query = (
        sa.select(
            scores.c.application_id,
            scores.c.applied_at,
            scores.c.scored_at,
            scores.c.probability,
            scores.c.decision,
            scores.c.segment,
            sa.func.coalesce(outcomes.c.defaulted, sa.false()),
            outcomes.c.observed_at,
        )
        .outerjoin(outcomes, outcomes.c.application_id == scores.c.application_id)
        .where(scores.c.model_version == model_version)
        .order_by(scores.c.applied_at.desc())
        .limit(most)
    )
    with reading(engine) as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    ids, applied, scored, probability, decision, segment, defaulted, observed = (
        zip(*rows, strict=True) if rows else ((),) * 8
    )
    return Records(
        np.array(ids, dtype=np.int64),
        _times(applied),
        _times(scored),
        np.array(probability, dtype=np.float64),
        np.array(decision, dtype=np.str_),
        np.array(segment, dtype=np.str_),
        np.array(defaulted, dtype=np.bool_),
        _times(observed),
    )


class JudgedWindow(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict window: from its first score to its last, and whether it raised an alert."""

    window_id: str
    opened_at: dt.datetime
    closed_at: dt.datetime
    alert: bool


def last_windows(engine: sa.Engine, model_version: str, most: int) -> list[JudgedWindow]:
    """The last windows of a version, oldest first."""
    table = schema.windows
    query = (
        sa.select(table.c.window_id, table.c.opened_at, table.c.closed_at, table.c.alert)
        .where(table.c.model_version == model_version)
        .order_by(table.c.closed_at.desc(), table.c.window_id)
        .limit(most)
    )
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    return [
        JudgedWindow(window_id=row[0], opened_at=row[1], closed_at=row[2], alert=row[3])
        for row in reversed(rows)
    ]


def waiting_outcomes(engine: sa.Engine) -> int:
    """Outcomes of applications that no score has come of."""
    scores, outcomes = schema.scores, schema.outcomes
    of_it = sa.exists().where(scores.c.application_id == outcomes.c.application_id)
    with reading(engine) as connection:
        query = sa.select(sa.func.count()).select_from(outcomes).where(~of_it)
        return int(connection.scalar(query) or 0)


def labelled_applications(engine: sa.Engine) -> int:
    """Applications with a score and an outcome."""
    scores, outcomes = schema.scores, schema.outcomes
    both = scores.join(outcomes, outcomes.c.application_id == scores.c.application_id)
    distinct = sa.func.count(sa.distinct(scores.c.application_id))
    with reading(engine) as connection:
        return int(connection.scalar(sa.select(distinct).select_from(both)) or 0)


def model_versions(engine: sa.Engine) -> list[str]:
    """The versions with scores, that of the latest score first."""
    scores = schema.scores
    latest = sa.func.max(scores.c.scored_at)
    query = sa.select(scores.c.model_version).group_by(scores.c.model_version)
    with reading(engine) as connection:
        return list(connection.scalars(query.order_by(latest.desc(), scores.c.model_version)))


def _times(values: Sequence[dt.datetime | None]) -> Times:
    """Times in UTC, to the microsecond, without a zone, as numpy has them."""
    bare = [value.replace(tzinfo=None) if value is not None else None for value in values]
    return np.array(bare, dtype="datetime64[us]")
