"""The plainest producer and consumer: for tests of brokers, not of our own clients."""

import uuid
from collections.abc import Sequence

from confluent_kafka import Consumer, Producer

from tests.waiting import wait_until


def produce_values(bootstrap: str, topic: str, values: Sequence[bytes]) -> None:
    """Publish to the topic and return once the broker has confirmed everything."""
    producer = Producer({"bootstrap.servers": bootstrap})
    failures: list[object] = []
    for value in values:
        producer.produce(
            topic, value, on_delivery=lambda error, _: failures.append(error) if error else None
        )
    unconfirmed = producer.flush(30)
    assert not unconfirmed, f"{unconfirmed} records were not confirmed within 30 s"
    assert not failures, failures


def consume_values(
    bootstrap: str, topic: str, *, count: int, protocol: str = "consumer", timeout: float = 30
) -> list[bytes]:
    """The first `count` values of the topic, read by a new group."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": f"round-trip-{uuid.uuid4().hex[:8]}",
            "group.protocol": protocol,
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe([topic])
    values: list[bytes] = []

    def enough() -> bool:
        for message in consumer.consume(count, timeout=1):
            assert message.error() is None, message.error()
            values.append(message.value() or b"")
        return len(values) >= count

    try:
        wait_until(enough, timeout, f"{topic} held fewer than {count} records")
    finally:
        consumer.close()
    return values
