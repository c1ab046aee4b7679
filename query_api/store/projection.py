"""Topics into tables: a batch of events is one transaction together with its positions."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec
import sqlalchemy as sa

from contracts.events import DriftReported, LoanExplained, LoanScored, OutcomeObserved
from contracts.records import RawRecord
from query_api.store import schema
from query_api.store.database import reading, writing
from query_api.store.positions import Partition, advance, lock_positions, read_positions
from query_api.store.upserts import (
    store_drift_reports,
    store_explanations,
    store_outcomes,
    store_scores,
)
from runtime.database import insert

E = TypeVar("E", bound=msgspec.Struct)
Projected = tuple[RawRecord, msgspec.Struct]


class Projection:
    """Writes events into the store, each record at most once, whoever delivers it how often."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def adopt(self, cluster_id: str) -> str:
        """The Kafka cluster that the store is filled from: this one, if it is the first."""
        with writing(self._engine) as connection:
            first = insert(connection, schema.origin).values(one=1, cluster_id=cluster_id)
            connection.execute(first.on_conflict_do_nothing())
            filled_from: str = connection.scalars(sa.select(schema.origin.c.cluster_id)).one()
        return filled_from

    def position(self, topic: str, partition: int) -> int | None:
        """The offset after the last record that is in the store; None where none is."""
        place = (topic, partition)
        with reading(self._engine) as connection:
            return read_positions(connection, [place]).get(place)

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
            passed = lock_positions(connection, records)
            new = [event for record, event in events if not _is_passed(record, passed)]
            ignored = store_scores(connection, _of_type(new, LoanScored))
            store_explanations(connection, _of_type(new, LoanExplained))
            store_outcomes(connection, _of_type(new, OutcomeObserved))
            store_drift_reports(connection, _of_type(new, DriftReported))
            advance(connection, records, passed)
        return ignored


def _of_type(events: Sequence[msgspec.Struct], event_type: type[E]) -> list[E]:
    return [event for event in events if isinstance(event, event_type)]


def _is_passed(record: RawRecord, passed: Mapping[Partition, int]) -> bool:
    return record.offset < passed[record.topic, record.partition]
