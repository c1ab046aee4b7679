"""A store of millions of scores, made by SQL from one real one."""

from pathlib import Path

import msgspec
import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from bench.peers.assignment import Assignment
from bench.peers.work import open_work
from bench.stage import Stage
from contracts.codec import decode, encode
from contracts.events import LoanScored
from contracts.records import RawRecord
from contracts.topics import APPLICATIONS
from query_api.store.database import create_schema, open_database, writing
from query_api.store.schema import scores

WHOLE_EVERY = 100
"""One score in so many holds the model's input, as every real one does: those are looked up. All
of them would take ten times the disk, and an index is no deeper for it."""

_ID, _SCORE = 987_654_321_987, "the-score-id"
_ROWS = sa.text(
    """
    WITH RECURSIVE numbered(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbered WHERE n < :count)
    INSERT INTO scores (
        score_id, application_id, purpose, in_force, source_partition, source_offset, applied_at,
        scored_at, model_name, model_version, history_status, probability, points, decision, event
    )
    SELECT
        printf('00000000-0000-4000-8000-%012d', n), n, 'decision', 1, n % 4, n / 4,
        datetime(:begin, n || ' seconds') || '.000000',
        datetime(:begin, n || ' seconds') || '.000000',
        :model_name, :model_version, :history_status, :probability, :points, :decision,
        replace(
            replace(
                CASE n % :whole_every WHEN 0 THEN :whole ELSE :short END,
                :application_id, CAST(n AS TEXT)
            ),
            :score_id, printf('00000000-0000-4000-8000-%012d', n)
        )
    FROM numbered
    """
)


def fill(path: Path, stage: Stage, count: int) -> None:
    """Make an SQLite store of `count` scores, of the applications 1 to `count`."""
    engine = open_database(f"sqlite:///{path}")
    scored = msgspec.structs.replace(_one_score(stage), application_id=_ID, score_id=_SCORE)
    with writing(engine) as connection:
        connection.execute(CreateTable(scores))
        connection.execute(_ROWS, _parameters(scored, count))
        for index in scores.indexes:
            connection.execute(CreateIndex(index))
        connection.exec_driver_sql("ANALYZE")
    create_schema(engine)
    engine.dispose()


def _parameters(scored: LoanScored, count: int) -> dict[str, object]:
    short = msgspec.structs.replace(scored, features="")
    return {
        "count": count,
        "begin": "2026-01-01 00:00:00",
        "whole_every": WHOLE_EVERY,
        "whole": encode(scored).decode(),
        "short": encode(short).decode(),
        "application_id": str(_ID),
        "score_id": _SCORE,
        "model_name": scored.model_name,
        "model_version": scored.model_version,
        "history_status": scored.history_status.value,
        "probability": scored.probability,
        "points": scored.points,
        "decision": scored.decision.value,
    }


def _one_score(stage: Stage) -> LoanScored:
    """The score of one application, without a history."""
    told = Assignment(
        bootstrap=stage.bootstrap,
        source="",
        target="",
        group="",
        model=stage.material.bundle,
        histories=stage.folder / "no-histories",
        state=stage.folder,
        mode="score",
        trees="LightGBM",
    )
    record = RawRecord(
        APPLICATIONS.name, 0, 0, str(stage.ids[0]).encode(), stage.values[0], timestamp_ms=1
    )
    return decode(open_work(told)([record])[0].value, LoanScored)
