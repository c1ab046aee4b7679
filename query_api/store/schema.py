"""The tables: each event whole as JSON, with the columns that it is searched by beside it."""

import sqlalchemy as sa

from contracts.events import WindowKind
from runtime.utc_time import UtcTime

metadata = sa.MetaData()

scores = sa.Table(
    "scores",
    metadata,
    sa.Column("score_id", sa.Text, primary_key=True),
    sa.Column("application_id", sa.BigInteger, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    # of all scores of an application the last one, and never a simulation
    sa.Column("in_force", sa.Boolean, nullable=False),
    sa.Column("source_partition", sa.BigInteger, nullable=False),
    sa.Column("source_offset", sa.BigInteger, nullable=False),
    sa.Column("applied_at", UtcTime, nullable=False),
    sa.Column("scored_at", UtcTime, nullable=False),
    sa.Column("model_name", sa.Text, nullable=False),
    sa.Column("model_version", sa.Text, nullable=False),
    sa.Column("history_status", sa.Text, nullable=False),
    sa.Column("probability", sa.Double, nullable=False),
    sa.Column("points", sa.Double, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
)
IN_FORCE = scores.c.in_force.is_(sa.true())
"""Written as in the partial indexes, for SQLite takes one only for the very same expression."""

_NEWEST = (scores.c.scored_at.desc(), scores.c.score_id.desc())


def _index_in_force(name: str, *columns: sa.ColumnElement[object]) -> None:
    sa.Index(name, *columns, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE)


_index_in_force("scores_newest", *_NEWEST)
_index_in_force("scores_newest_by_decision", scores.c.decision, *_NEWEST)
_index_in_force("scores_newest_by_model", scores.c.model_version, *_NEWEST)
_index_in_force("scores_by_application", scores.c.application_id, scores.c.score_id)
sa.Index("scores_of_application", scores.c.application_id, scores.c.scored_at)

explanations = sa.Table(
    "explanations",
    metadata,
    sa.Column("score_id", sa.Text, primary_key=True),
    sa.Column("explained_at", UtcTime, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
)

outcomes = sa.Table(
    "outcomes",
    metadata,
    sa.Column("application_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("defaulted", sa.Boolean, nullable=False),
    sa.Column("observed_at", UtcTime, nullable=False),
)

drift_reports = sa.Table(
    "drift_reports",
    metadata,
    sa.Column("window_id", sa.Text, primary_key=True),
    sa.Column("closed_at", UtcTime, nullable=False),
    # with defaults, for stores and projectors that know of verdict windows alone
    sa.Column("kind", sa.Text, nullable=False, server_default=WindowKind.VERDICT.value),
    sa.Column("segment", sa.Text, nullable=False, server_default=""),
    sa.Column("event", sa.Text, nullable=False),
)
sa.Index(
    "drift_reports_of_series",
    drift_reports.c.kind,
    drift_reports.c.segment,
    drift_reports.c.closed_at.desc(),
    drift_reports.c.window_id.desc(),
)

portfolio = sa.Table(
    "portfolio",
    metadata,
    # counts of the scores in force, kept with them, so that figures cost nothing at any size
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("model_version", sa.Text, primary_key=True),
    sa.Column("decision", sa.Text, primary_key=True),
    sa.Column("points_from", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("applications", sa.BigInteger, nullable=False),
    sa.Column("expected_defaults", sa.Double, nullable=False),
)

origin = sa.Table(
    "origin",
    metadata,
    sa.Column("one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True),
    sa.Column("cluster_id", sa.Text, nullable=False),
)

positions = sa.Table(
    "positions",
    metadata,
    sa.Column("topic", sa.Text, primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("next_offset", sa.BigInteger, nullable=False),
)
