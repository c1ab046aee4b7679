"""The ledger's tables: what was predicted, what came true, and the windows that were judged."""

import sqlalchemy as sa

from runtime.utc_time import UtcTime

metadata = sa.MetaData()

scores = sa.Table(
    "ledger_scores",
    metadata,
    # of each model version the last score of an application
    sa.Column("application_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("model_version", sa.Text, primary_key=True),
    sa.Column("score_id", sa.Text, nullable=False),
    sa.Column("applied_at", UtcTime, nullable=False),
    sa.Column("scored_at", UtcTime, nullable=False),
    sa.Column("probability", sa.Double, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("segment", sa.Text, nullable=False),
)
sa.Index("ledger_scores_newest", scores.c.model_version, scores.c.applied_at.desc())
sa.Index("ledger_scores_by_time", scores.c.model_version, scores.c.scored_at)

outcomes = sa.Table(
    "ledger_outcomes",
    metadata,
    sa.Column("application_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("defaulted", sa.Boolean, nullable=False),
    sa.Column("observed_at", UtcTime, nullable=False),
)

windows = sa.Table(
    "ledger_windows",
    metadata,
    sa.Column("window_id", sa.Text, primary_key=True),
    sa.Column("model_version", sa.Text, nullable=False),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("closed_at", UtcTime, nullable=False),
    sa.Column("alert", sa.Boolean, nullable=False),
)
