"""Topics into tables: a batch of events is one transaction together with its positions."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from contracts import codec
from contracts.events import DriftReported, LoanExplained, LoanScored, OutcomeObserved
from contracts.records import RawRecord
from query_api.store import schema
from query_api.store.acceptance import Acceptance, Cell, Change, Standing, accept
from query_api.store.database import reading, writing

E = TypeVar("E", bound=msgspec.Struct)
Projected = tuple[RawRecord, msgspec.Struct]
_Partition = tuple[str, int]


class Projection:
    """Writes events into the store, each record at most once, whoever delivers it how often."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._insert: Callable[[sa.Table], Any] = (
            postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        )

    def adopt(self, cluster_id: str) -> str:
        """The Kafka cluster that the store is filled from: this one, if it is the first."""
        first = self._insert(schema.origin).values(one=1, cluster_id=cluster_id)
        with writing(self._engine) as connection:
            connection.execute(first.on_conflict_do_nothing())
            filled_from: str = connection.scalars(sa.select(schema.origin.c.cluster_id)).one()
        return filled_from

    def position(self, topic: str, partition: int) -> int | None:
        """The offset after the last record that is in the store; None where none is."""
        with reading(self._engine) as connection:
            return _positions(connection, {(topic, partition)}).get((topic, partition))

    def apply(self, events: Sequence[Projected], records: Sequence[RawRecord]) -> int:
        """Store the events of a batch and, in the same transaction, that `records` are done.

        Records that the store has passed already are left out: two projectors that hold the same
        partition for a moment do no harm to each other.

        Returns:
            How many scores were ignored, for they were duplicates or late.

        Raises:
            StoreError: nothing of the batch is stored.
        """
        with writing(self._engine) as connection:
            passed = self._lock_positions(connection, records)
            new = [event for record, event in events if not _is_passed(record, passed)]
            ignored = self._store_scores(connection, list(_of_type(new, LoanScored)))
            self._store_explanations(connection, list(_of_type(new, LoanExplained)))
            self._store_outcomes(connection, list(_of_type(new, OutcomeObserved)))
            self._store_drift_reports(connection, list(_of_type(new, DriftReported)))
            self._advance(connection, records, passed)
        return ignored

    def _lock_positions(
        self, connection: sa.Connection, records: Sequence[RawRecord]
    ) -> Mapping[_Partition, int]:
        """The positions of the batch's partitions, held until the transaction ends."""
        partitions = {(record.topic, record.partition) for record in records}
        rows = [
            {"topic": topic, "partition": partition, "next_offset": 0}
            for topic, partition in sorted(partitions)
        ]
        if rows:
            insert = self._insert(schema.positions).on_conflict_do_nothing()
            connection.execute(insert, rows)
        return _positions(connection, partitions, lock=True)

    def _advance(
        self,
        connection: sa.Connection,
        records: Iterable[RawRecord],
        passed: Mapping[_Partition, int],
    ) -> None:
        reached = dict(passed)
        for record in records:
            place = (record.topic, record.partition)
            reached[place] = max(reached[place], record.offset + 1)
        moved = [
            {"at_topic": topic, "at_partition": partition, "next_offset": offset}
            for (topic, partition), offset in sorted(reached.items())
            if offset != passed[topic, partition]
        ]
        if moved:
            connection.execute(
                sa.update(schema.positions).where(
                    schema.positions.c.topic == sa.bindparam("at_topic"),
                    schema.positions.c.partition == sa.bindparam("at_partition"),
                ),
                moved,
            )

    def _store_scores(self, connection: sa.Connection, batch: Sequence[LoanScored]) -> int:
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
        self._count(connection, result.changes)
        return result.ignored

    def _count(self, connection: sa.Connection, changes: Mapping[Cell, Change]) -> None:
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
        insert = self._insert(schema.portfolio)
        sums = {
            name: schema.portfolio.c[name] + insert.excluded[name]
            for name in ("applications", "expected_defaults")
        }
        keys = list(schema.portfolio.primary_key)
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=sums), rows)

    def _store_explanations(
        self, connection: sa.Connection, batch: Sequence[LoanExplained]
    ) -> None:
        rows = [
            {
                "score_id": event.score_id,
                "explained_at": event.explained_at,
                "event": _json(event),
            }
            for event in batch
        ]
        self._keep_first(connection, schema.explanations, rows)

    def _store_drift_reports(
        self, connection: sa.Connection, batch: Sequence[DriftReported]
    ) -> None:
        rows = [
            {"window_id": event.window_id, "closed_at": event.closed_at, "event": _json(event)}
            for event in batch
        ]
        self._keep_first(connection, schema.drift_reports, rows)

    def _store_outcomes(self, connection: sa.Connection, batch: Sequence[OutcomeObserved]) -> None:
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
        insert = self._insert(schema.outcomes)
        newer = insert.excluded.observed_at > schema.outcomes.c.observed_at
        values = {name: insert.excluded[name] for name in ("defaulted", "observed_at")}
        update = insert.on_conflict_do_update(
            index_elements=[schema.outcomes.c.application_id], set_=values, where=newer
        )
        connection.execute(update, rows)

    def _keep_first(
        self, connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        if rows:
            connection.execute(self._insert(table).on_conflict_do_nothing(), rows)


def _of_type(events: Iterable[msgspec.Struct], event_type: type[E]) -> Iterator[E]:
    return (event for event in events if isinstance(event, event_type))


def _json(event: msgspec.Struct) -> str:
    return codec.encode(event).decode()


def _is_passed(record: RawRecord, passed: Mapping[_Partition, int]) -> bool:
    return record.offset < passed[record.topic, record.partition]


def _positions(
    connection: sa.Connection, partitions: set[_Partition], *, lock: bool = False
) -> dict[_Partition, int]:
    """The positions of the partitions that have one, read in the order of their keys."""
    table = schema.positions
    query = (
        sa.select(table)
        .where(sa.tuple_(table.c.topic, table.c.partition).in_(sorted(partitions)))
        .order_by(table.c.topic, table.c.partition)
    )
    rows = connection.execute(query.with_for_update() if lock else query)
    return {(row.topic, row.partition): row.next_offset for row in rows}


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
