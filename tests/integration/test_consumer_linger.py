"""Kafka holds a trickle back for a consumer that lingers, and nothing for one that does not."""

import os
import time
import uuid
from contextlib import closing

import pytest

from contracts.topics import DRIFT
from runtime.consumer import Consumer
from runtime.producer import Producer
from runtime.settings import KafkaSettings
from runtime.topics import create_missing_topics
from tests.waiting import wait_until

pytestmark = pytest.mark.kafka

_TRICKLE, _LINGER = 15, 3.0


@pytest.fixture
def kafka(kafka_bootstrap: str) -> KafkaSettings:
    kafka = KafkaSettings(
        bootstrap_servers=kafka_bootstrap, topic_prefix=f"linger-{uuid.uuid4().hex[:8]}-"
    )
    create_missing_topics(kafka)
    return kafka


def joined(kafka: KafkaSettings, linger: float) -> Consumer:
    """A consumer that has its partitions and fetches from them: one record has come through."""
    consumer = Consumer(kafka, "reader", [DRIFT], linger=linger)
    send(Producer(kafka, "test"), b"first")
    wait_until(lambda: bool(consumer.poll_batch(10, 0.1)), timeout=60, message="the first record")
    return consumer


def send(producer: Producer, value: bytes) -> None:
    producer.send(DRIFT, "key", value, [])
    producer.flush_or_raise()


def batches_of_a_trickle(kafka: KafkaSettings, consumer: Consumer) -> list[int]:
    """The sizes of the batches in which records come that are sent one after the other."""
    producer, sizes = Producer(kafka, "test"), list[int]()
    for _ in range(_TRICKLE):
        send(producer, b"a record")
        sizes.append(len(consumer.poll_batch(100, 0.05)))

    def all_came() -> bool:
        sizes.append(len(consumer.poll_batch(100, 0.05)))
        return sum(sizes) >= _TRICKLE

    wait_until(all_came, timeout=60, message="the trickle")
    return [size for size in sizes if size]


def test_a_trickle_comes_record_by_record_without_a_linger(kafka: KafkaSettings) -> None:
    with closing(joined(kafka, 0.0)) as consumer:
        assert len(batches_of_a_trickle(kafka, consumer)) > _TRICKLE / 2


def test_a_trickle_is_held_back_and_comes_together(kafka: KafkaSettings) -> None:
    with closing(joined(kafka, _LINGER)) as consumer:
        began = time.monotonic()
        batches = batches_of_a_trickle(kafka, consumer)
        assert len(batches) <= 2 + (time.monotonic() - began) / _LINGER


def test_what_is_worth_a_batch_is_not_held_back(kafka: KafkaSettings) -> None:
    with closing(joined(kafka, 10.0)) as consumer:
        began = time.monotonic()
        send(Producer(kafka, "test"), os.urandom(100_000))  # which no compression makes smaller
        wait_until(lambda: bool(consumer.poll_batch(10, 0.1)), timeout=60, message="a batch")
        assert time.monotonic() - began < 10.0
