"""The loop on a broker in memory: what is committed is stored, dead letters are confirmed first."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from contracts import codec
from contracts.events import EVENT_TYPES
from contracts.headers import cloud_event_headers, new_traceparent
from contracts.records import RawRecord
from contracts.topics import DRIFT, EXPLANATIONS, OUTCOMES, SCORES, Topic
from query_api.projector import TOPICS, Worker
from query_api.settings import SERVICE, ProjectorSettings
from query_api.store.database import StoreError, open_database
from query_api.store.projection import Projection
from runtime.producer import DeliveryFailedError
from runtime.service import Service
from tests.desk import Store
from tests.fakes import FakeBroker, FakeConsumer
from tests.published import NOON, a_drift_report, a_score, an_explanation, an_outcome

_DEAD_LETTERS = SCORES.dead_letters(SERVICE)


class LastRound(FakeConsumer):
    """Stops the service once everything has been read, or when it is held."""

    on_end: Callable[[], None]

    def poll_batch(self, size: int, wait: float) -> list[RawRecord]:
        batch = super().poll_batch(size, wait)
        if not batch:
            self.on_end()
        return batch

    def idle(self, wait: float) -> None:
        super().idle(wait)
        self.on_end()


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker()


@pytest.fixture
def run(broker: FakeBroker, store: Store, tmp_path: Path) -> Callable[..., Service]:
    def once(*, dead_letter_limit: int = 100, projection: Projection | None = None) -> Service:
        projection = projection or store.projection
        service = Service(
            SERVICE, host="127.0.0.1", port=0, stall_seconds=60, dead_letter_limit=dead_letter_limit
        )
        consumer = LastRound(broker, SERVICE, TOPICS, projection.position)
        consumer.on_end = service.stopping.set
        settings = ProjectorSettings(state_dir=tmp_path, batch_size=4)
        with contextlib.closing(service._server.socket):  # nobody asks it for its health
            Worker(
                settings,
                service,
                consumer=consumer,
                producer=broker.producer(SERVICE),
                projection=projection,
            ).run()
        return service

    return once


def _publish(broker: FakeBroker, topic: Topic, *events: msgspec.Struct) -> None:
    producer = broker.producer("test")
    for event in events:
        headers = cloud_event_headers(
            event_id="id",
            event_type=EVENT_TYPES[type(event)],
            source="test",
            subject="",
            time=NOON,
            traceparent=new_traceparent(),
        )
        key = str(getattr(event, "application_id", "window"))
        producer.send(topic, key, codec.encode(event), headers)
    producer.flush_or_raise()


def _publish_bytes(broker: FakeBroker, value: bytes | None, count: int = 1) -> None:
    producer = broker.producer("test")
    for _ in range(count):
        producer.send(SCORES, "100001", value, [])
    producer.flush_or_raise()


def test_every_topic_reaches_the_store(
    broker: FakeBroker, store: Store, run: Callable[..., Service]
) -> None:
    score = a_score()
    _publish(broker, SCORES, score)
    _publish(broker, EXPLANATIONS, an_explanation(score))
    _publish(broker, OUTCOMES, an_outcome(defaulted=True))
    _publish(broker, DRIFT, a_drift_report())
    run()
    case = store.repository.case(100_001)
    assert case is not None
    assert case.scores[0].event == score
    assert case.scores[0].explanation == an_explanation(score)
    assert case.outcome is not None
    assert list(store.repository.drift_reports(5).rows) == [a_drift_report()]


def test_what_was_projected_is_committed(broker: FakeBroker, run: Callable[..., Service]) -> None:
    _publish(broker, SCORES, *(a_score(offset=offset) for offset in range(9)))
    run()
    assert sum(broker.committed.values()) == 9


def test_it_goes_on_from_the_store_and_not_from_the_commits(
    broker: FakeBroker, store: Store, run: Callable[..., Service]
) -> None:
    _publish(broker, SCORES, *(a_score(offset=offset) for offset in range(6)))
    run()
    broker.committed.clear()
    _publish(broker, SCORES, a_score(offset=6))
    run()
    assert store.repository.figures().applications == 1
    assert sum(broker.committed.values()) == 7


def test_a_bad_event_is_dead_lettered_and_the_flow_goes_on(
    broker: FakeBroker, store: Store, run: Callable[..., Service]
) -> None:
    _publish_bytes(broker, b"{")
    _publish_bytes(broker, None)
    _publish(broker, SCORES, a_score())
    run()
    letters = broker.records(_DEAD_LETTERS)
    assert [dict(letter.headers)["dlq_reason"] for letter in letters] == [b"not_json", b"tombstone"]
    assert [letter.value for letter in letters] == [b"{", None]
    assert store.repository.case(100_001) is not None


def test_a_dead_letter_that_is_not_confirmed_stops_everything(
    broker: FakeBroker, store: Store, run: Callable[..., Service]
) -> None:
    _publish(broker, SCORES, a_score())
    _publish_bytes(broker, b"{")
    broker.refuses = True
    with pytest.raises(DeliveryFailedError):
        run()
    assert store.repository.case(100_001) is None
    assert not broker.committed


def test_too_many_dead_letters_in_a_row_hold_the_projector(
    broker: FakeBroker, run: Callable[..., Service]
) -> None:
    _publish_bytes(broker, b"{", count=12)
    service = run(dead_letter_limit=4)
    assert len(broker.records(_DEAD_LETTERS)) == 4
    assert "dead letters" in service.health.unready()


class Exploding(Projection):
    """A projection with a bug: one event ends the process."""

    def apply(self, events: object, records: object) -> int:
        for _, event in events:  # type: ignore[attr-defined]
            if getattr(event, "model_version", None) == "explosive":
                raise ZeroDivisionError
        return super().apply(events, records)  # type: ignore[arg-type]


def test_a_record_that_ends_the_process_is_found_and_dead_lettered(
    broker: FakeBroker, store: Store, run: Callable[..., Service]
) -> None:
    scores = [a_score(offset=offset) for offset in range(3)]
    _publish(broker, SCORES, *scores, a_score(offset=3, model_version="explosive"))
    projection = Exploding(store.engine)
    crashes = 0
    for _ in range(12):
        try:
            run(projection=projection)
            break
        except ZeroDivisionError:
            crashes += 1
    assert crashes == 6
    (letter,) = broker.records(_DEAD_LETTERS)
    assert dict(letter.headers)["dlq_reason"] == b"crash"
    case = store.repository.case(100_001)
    assert case is not None
    assert len(case.scores) == 3


def test_a_full_disk_ends_the_projector_and_nothing_is_committed(
    broker: FakeBroker, store: Store, run: Callable[..., Service]
) -> None:
    scores = [a_score(number, number, features="x" * 50_000) for number in range(1, 9)]
    _publish(broker, SCORES, *scores)
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    full = open_database(str(store.engine.url))

    @sa.event.listens_for(full, "connect")
    def limit(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages + 60}")

    for _ in range(8):  # more often than a record may end the process before it is condemned
        with pytest.raises(StoreError, match="database or disk is full"):
            run(projection=Projection(full))
    stored = store.repository.figures().applications
    assert stored < 8
    assert sum(broker.committed.values()) == stored
    run()
    assert store.repository.figures().applications == 8
    assert not broker.records(_DEAD_LETTERS)
