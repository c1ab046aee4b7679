"""A store of millions of scores, made by SQL from one real one and its explanation."""

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import msgspec
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from bench.peers.assignment import Assignment
from bench.peers.work import open_work
from bench.stage import Stage
from contracts.codec import decode, encode
from contracts.events import LoanExplained, LoanScored
from contracts.records import RawRecord
from contracts.topics import APPLICATIONS
from explainer.explanations import Explainer, ScoredRecord
from query_api.store.schema import explanations, scores
from runtime.attributions import LightGBMEngine

WHOLE_EVERY = 100
"""One score in so many holds the model's input and has an explanation, as every real one does:
those are looked up. All of them would take ten times the disk, and an index is no deeper for it."""

_ID, _SCORE = 987_654_321_987, "the-score-id"
_TO_BUILD = """
    PRAGMA page_size = 4096;
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -524288;
"""
"""A store that is cut short is thrown away: what guards one from that would write it twice."""

_NUMBERED = """
    WITH RECURSIVE numbered(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbered WHERE n < :count),
    named AS (SELECT n, printf('00000000-0000-4000-8000-%012d', n) AS score_id FROM numbered)
"""
_SCORES = f"""
    {_NUMBERED}
    INSERT INTO scores (
        score_id, application_id, purpose, in_force, source_partition, source_offset, applied_at,
        scored_at, model_name, model_version, history_status, probability, points, decision, event
    )
    SELECT
        score_id, n, 'decision', 1, n % 4, n / 4,
        datetime(:begin, n || ' seconds') || '.000000',
        datetime(:begin, n || ' seconds') || '.000000',
        :model_name, :model_version, :history_status, :probability, :points, :decision,
        replace(
            replace(
                CASE n % :whole_every WHEN 0 THEN :whole ELSE :short END,
                :id_there, CAST(n AS TEXT)
            ),
            :score_there, score_id
        )
    FROM named
"""  # noqa: S608 - no text from elsewhere
_EXPLANATIONS = f"""
    {_NUMBERED}
    INSERT INTO explanations (score_id, explained_at, event)
    SELECT
        score_id, datetime(:begin, n || ' seconds') || '.000000',
        replace(replace(:explained, :id_there, CAST(n AS TEXT)), :score_there, score_id)
    FROM named WHERE n % :whole_every = 0
"""  # noqa: S608 - no text from elsewhere


def stored_scores(stage: Stage, count: int) -> Path:
    """A store of `count` scores, of the applications 1 to `count`; kept for the next run."""
    folder, began = stage.material.folder, f"scores-{count}-"
    path = folder / f"{began}{_digest()}.db"
    if not path.exists():
        for outdated in folder.glob(f"{began}*"):
            outdated.unlink()
        unfinished = folder / f"{began}unfinished.db"
        fill(unfinished, count, *_one_score(stage))
        unfinished.rename(path)
    return path


def _digest() -> str:
    """What the store is made by; that what an event holds may change as well is in the folder."""
    text = "".join([*_definitions(), _SCORES, _EXPLANATIONS])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _definitions() -> Iterator[str]:
    """The tables, and behind them the indexes."""
    dialect = sqlite.dialect()
    for table in (scores, explanations):
        yield str(CreateTable(table).compile(dialect=dialect))
    for index in sorted(scores.indexes, key=lambda one: str(one.name)):
        yield str(CreateIndex(index).compile(dialect=dialect))


def fill(path: Path, count: int, scored: LoanScored, explained: LoanExplained) -> None:
    """Make a store of `count` scores that tell what this one tells, and their explanations."""
    definitions = list(_definitions())
    tables = [each for each in definitions if "CREATE TABLE" in each]
    indexes = [each for each in definitions if "INDEX" in each]
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(_TO_BUILD + ";".join(tables))
        for statement in (_SCORES, _EXPLANATIONS):
            database.execute(statement, _parameters(count, scored, explained))
        for statement in (*indexes, "ANALYZE"):
            database.execute(statement)


def _parameters(count: int, scored: LoanScored, explained: LoanExplained) -> Mapping[str, object]:
    named = {"application_id": _ID, "score_id": _SCORE}
    scored = msgspec.structs.replace(scored, **named)
    short = msgspec.structs.replace(scored, features="")
    return {
        "count": count,
        "begin": "2026-01-01 00:00:00",
        "whole_every": WHOLE_EVERY,
        "whole": encode(scored).decode(),
        "short": encode(short).decode(),
        "explained": encode(msgspec.structs.replace(explained, **named)).decode(),
        "id_there": str(_ID),
        "score_there": _SCORE,
        "model_name": scored.model_name,
        "model_version": scored.model_version,
        "history_status": scored.history_status.value,
        "probability": scored.probability,
        "points": scored.points,
        "decision": scored.decision.value,
    }


def _one_score(stage: Stage) -> tuple[LoanScored, LoanExplained]:
    """The score of one application, without a history, and why it is so."""
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
    scored = decode(open_work(told)([record])[0].value, LoanScored)
    bundle = stage.material.model()
    explainer = Explainer(bundle, LightGBMEngine(bundle.booster))
    taken = explainer.model_input(scored)[None]
    [explained] = explainer.explain([ScoredRecord(scored, record)], taken, dt.datetime.now(dt.UTC))
    return scored, explained
