"""The same promises, held by the broker in memory and by a real Kafka."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import pytest

from contracts.records import RawRecord
from contracts.topics import APPLICATIONS, DRIFT, SCORES, Topic
from runtime.consumer import Consumer, Positions
from runtime.producer import Producer, RecordTooLargeError
from runtime.settings import KafkaSettings
from runtime.topics import create_missing_topics
from tests.fakes import FakeBroker, FakeConsumer, FakeProducer
from tests.waiting import wait_until


class Broker(Protocol):
    def producer(self, service: str) -> Producer | FakeProducer: ...

    def consumer(
        self, service: str, topics: Sequence[Topic], positions: Positions | None = None
    ) -> Consumer | FakeConsumer: ...


@dataclass
class RealBroker:
    kafka: KafkaSettings

    def producer(self, service: str) -> Producer:
        return Producer(self.kafka, service)

    def consumer(
        self, service: str, topics: Sequence[Topic], positions: Positions | None = None
    ) -> Consumer:
        return Consumer(self.kafka, service, topics, positions)


def _real(request: pytest.FixtureRequest, fixture: str, protocol: str) -> RealBroker:
    kafka = KafkaSettings.model_validate(
        {
            "bootstrap_servers": request.getfixturevalue(fixture),
            "topic_prefix": f"contract-{uuid.uuid4().hex[:8]}-",
            "group_protocol": protocol,
        }
    )
    create_missing_topics(kafka)
    return RealBroker(kafka)


@pytest.fixture(
    params=[
        "fake",
        pytest.param("classic", marks=pytest.mark.kafka),
        pytest.param("consumer", marks=pytest.mark.kafka),
        pytest.param("docker", marks=pytest.mark.docker),
    ]
)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    if request.param == "fake":
        yield FakeBroker()
    elif request.param == "docker":
        yield _real(request, "docker_kafka_bootstrap", "auto")
    else:
        yield _real(request, "kafka_bootstrap", request.param)


def _read(consumer: Consumer | FakeConsumer, count: int) -> list[RawRecord]:
    records: list[RawRecord] = []

    def enough() -> bool:
        records.extend(consumer.poll_batch(100, 0.1))
        return len(records) >= count

    wait_until(enough, timeout=60, message=f"{count} records")
    return records


def _send(broker: Broker, count: int, topic: Topic = APPLICATIONS) -> None:
    producer = broker.producer("test")
    for number in range(count):
        producer.send(topic, f"key-{number % 5}", str(number).encode(), [("n", b"%d" % number)])
    producer.flush_or_raise()


def test_records_come_whole_and_in_order_per_key(broker: Broker) -> None:
    _send(broker, 50)
    consumer = broker.consumer("reader", [APPLICATIONS])
    records = _read(consumer, 50)
    consumer.close()
    for key in range(5):
        numbers = [int(r.value or b"") for r in records if r.key == f"key-{key}".encode()]
        assert numbers == list(range(key, 50, 5))
    assert all(list(r.headers) == [("n", r.value)] for r in records)
    assert all(r.timestamp_ms > 0 for r in records)


def test_a_group_goes_on_from_its_commit_and_another_from_the_start(broker: Broker) -> None:
    _send(broker, 10, DRIFT)
    first = broker.consumer("reader", [DRIFT])
    first.commit(_read(first, 10)[:4])
    first.close()
    second = broker.consumer("reader", [DRIFT])
    assert [int(r.value or b"") for r in _read(second, 6)] == list(range(4, 10))
    second.close()
    other = broker.consumer("another", [DRIFT])
    assert len(_read(other, 10)) == 10
    other.close()


def test_what_is_not_committed_comes_again(broker: Broker) -> None:
    _send(broker, 3)
    for _ in range(2):
        consumer = broker.consumer("reader", [APPLICATIONS])
        assert len(_read(consumer, 3)) == 3
        consumer.close()


def test_a_stores_positions_go_before_the_groups_commits(broker: Broker) -> None:
    _send(broker, 10, DRIFT)
    committed = broker.consumer("reader", [DRIFT])
    committed.commit(_read(committed, 10))
    committed.close()
    consumer = broker.consumer("reader", [DRIFT], positions=lambda _topic, _partition: 7)
    assert [r.offset for r in _read(consumer, 3)] == [7, 8, 9]
    consumer.close()


def test_an_idle_consumer_takes_nothing_and_loses_nothing(broker: Broker) -> None:
    consumer = broker.consumer("reader", [SCORES])
    _send(broker, 5, SCORES)
    for _ in range(5):
        consumer.idle(0.1)
    assert len(_read(consumer, 5)) == 5
    consumer.close()


def test_a_record_above_the_topics_limit_is_refused_by_name(broker: Broker) -> None:
    producer = broker.producer("test")
    with pytest.raises(RecordTooLargeError, match=r"loan\.applications.*key b'7'.*1048576"):
        producer.send(APPLICATIONS, "7", b"x" * APPLICATIONS.max_message_bytes, [])


def test_a_record_at_the_limit_and_its_dead_letter_both_fit(broker: Broker) -> None:
    producer = broker.producer("test")
    value = b"x" * (APPLICATIONS.max_message_bytes - 201)
    producer.send(APPLICATIONS, "7", value, [])
    letters = APPLICATIONS.dead_letters("scorer")
    producer.send(letters, "7", value, [(f"dlq_{n}", b"y" * 1000) for n in range(9)])
    producer.flush_or_raise()
    consumer = broker.consumer("reader", [APPLICATIONS, letters])
    assert {len(r.value or b"") for r in _read(consumer, 2)} == {len(value)}
    consumer.close()


def test_lag_is_what_is_not_committed(broker: Broker) -> None:
    _send(broker, 10, DRIFT)
    consumer = broker.consumer("reader", [DRIFT])
    consumer.commit(_read(consumer, 10)[:6])

    def lag_is_four() -> bool:
        consumer.poll_batch(10, 0.1)
        return sum(consumer.lag().values()) == 4

    wait_until(lag_is_four, timeout=20, message="the lag to be four")
    consumer.close()
