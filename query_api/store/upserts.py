"""Events into their tables, inside a transaction of the caller; duplicates change nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from contracts import codec
from contracts.events import DriftReported, LoanExplained, LoanScored, OutcomeObserved
from query_api.store import schema
from query_api.store.acceptance import Acceptance, Cell, Change, Standing, accept
from runtime.database import insert


def store_scores(connection: sa.Connection, batch: Sequence[LoanScored]) -> int:
    """Store the scores that count and put them in force; gives how many were ignored."""
    if not batch:
        return 0
    result = accept(batch, _known(connection, batch), _held(connection, batch))
    if result.superseded:
        connection.execute(
            sa.update(schema.scores)
            .where(schema.scores.c.score_id.in_(sorted(result.superseded)))
            .values(in_force=False)
        )
    if result.accepted:
        connection.execute(sa.insert(schema.scores), list(_score_rows(result)))
    _count(connection, result.changes)
    return result.ignored


def _count(connection: sa.Connection, changes: Mapping[Cell, Change]) -> None:
    """Apply the changes to the portfolio, in the order of its keys so that none deadlocks."""
    rows = [
        {
            "day": cell.day,
            "model_version": cell.model_version,
            "decision": cell.decision,
            "points_from": cell.points_from,
            "applications": change.applications,
            "expected_defaults": change.expected_defaults,
        }
        for cell, change in sorted(changes.items(), key=lambda item: item[0])
    ]
    if not rows:
        return
    statement = insert(connection, schema.portfolio)
    sums = {
        name: schema.portfolio.c[name] + statement.excluded[name]
        for name in ("applications", "expected_defaults")
    }
    keys = list(schema.portfolio.primary_key)
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=sums), rows)


def store_explanations(connection: sa.Connection, batch: Sequence[LoanExplained]) -> None:
    """Keep the first explanation of every score; one may come before its score."""
    rows = [
        {
            "score_id": event.score_id,
            "explained_at": event.explained_at,
            "event": _json(event),
        }
        for event in batch
    ]
    _keep_first(connection, schema.explanations, rows)


def store_drift_reports(connection: sa.Connection, batch: Sequence[DriftReported]) -> None:
    """Keep the first report on every window."""
    rows = [
        {
            "window_id": event.window_id,
            "closed_at": event.closed_at,
            "kind": event.window.value,
            "segment": event.segment,
            "event": _json(event),
        }
        for event in batch
    ]
    _keep_first(connection, schema.drift_reports, rows)


def store_outcomes(connection: sa.Connection, batch: Sequence[OutcomeObserved]) -> None:
    """Keep the latest observation of every application: an outcome may be corrected."""
    rows = [
        {
            "application_id": event.application_id,
            "defaulted": event.defaulted,
            "observed_at": event.observed_at,
        }
        for event in batch
    ]
    if not rows:
        return
    statement = insert(connection, schema.outcomes)
    newer = statement.excluded.observed_at > schema.outcomes.c.observed_at
    values = {name: statement.excluded[name] for name in ("defaulted", "observed_at")}
    update = statement.on_conflict_do_update(
        index_elements=[schema.outcomes.c.application_id], set_=values, where=newer
    )
    connection.execute(update, rows)


def _keep_first(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    if rows:
        connection.execute(insert(connection, table).on_conflict_do_nothing(), rows)


def _json(event: msgspec.Struct) -> str:
    return codec.encode(event).decode()


def _known(connection: sa.Connection, batch: Iterable[LoanScored]) -> set[str]:
    ids = sorted({event.score_id for event in batch})
    return set(
        connection.scalars(
            sa.select(schema.scores.c.score_id).where(schema.scores.c.score_id.in_(ids))
        )
    )


def _held(connection: sa.Connection, batch: Iterable[LoanScored]) -> dict[int, Standing]:
    """The scores in force of the batch's applications."""
    ids = sorted({event.application_id for event in batch})
    query = sa.select(schema.scores.c.event).where(
        schema.scores.c.application_id.in_(ids), schema.IN_FORCE
    )
    events = (codec.decode(text.encode(), LoanScored) for text in connection.scalars(query))
    return {event.application_id: Standing.of(event) for event in events}


def _score_rows(result: Acceptance) -> Iterator[dict[str, Any]]:
    for event in result.accepted.values():
        yield {
            "score_id": event.score_id,
            "application_id": event.application_id,
            "purpose": event.purpose.value,
            "in_force": result.is_in_force(event),
            "source_partition": event.source_partition,
            "source_offset": event.source_offset,
            "applied_at": event.applied_at,
            "scored_at": event.scored_at,
            "model_name": event.model_name,
            "model_version": event.model_version,
            "history_status": event.history_status.value,
            "probability": event.probability,
            "points": event.points,
            "decision": event.decision.value,
            "event": _json(event),
        }
