"""What every consumer's loop tells the outside: lag, progress, readiness, batches, ages."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from contracts.records import RawRecord
from contracts.topics import Topic
from runtime import metrics
from runtime.dead_letters import DeadLetter
from runtime.service import Service
from runtime.settings import KafkaSettings


class Batches(Protocol):
    """What a loop needs of a consumer."""

    @property
    def connected(self) -> bool:
        """Whether a broker answers."""

    def poll_batch(self, size: int, wait: float) -> list[RawRecord]:
        """Up to `size` records, as soon as there are any; none after `wait` seconds."""

    def commit(self, records: Sequence[RawRecord]) -> None:
        """Commit that everything up to these records is done."""

    def idle(self, wait: float) -> None:
        """Stay in the group for `wait` seconds without taking records."""

    def lag(self) -> Mapping[tuple[str, int], int]:
        """Records not committed yet, by topic and partition."""


class Meter:
    """Tells how a loop stands, by health and by metrics; topics under their names in the design."""

    def __init__(self, service: Service, kafka: KafkaSettings, topics: Sequence[Topic]) -> None:
        self._service = service
        self._names = {kafka.topic_name(topic): topic.name for topic in topics}
        self._told: set[tuple[str, int]] = set()
        metrics.declare(service.name, list(self._names.values()))

    def turned(self, consumer: Batches) -> None:
        """The loop went round, with or without records."""
        name, lag = self._service.name, consumer.lag()
        for topic, partition in self._told - lag.keys():  # given to another member
            metrics.LAG.remove(name, self._names[topic], str(partition))
        self._told = set(lag)
        for (topic, partition), records in lag.items():
            metrics.LAG.labels(name, self._names[topic], str(partition)).set(records)
        connected = consumer.connected
        metrics.KAFKA_UP.labels(name).set(connected)
        self._service.health.require("kafka", None if connected else "no Kafka broker answers")
        self._service.health.turned(sum(lag.values()))

    def done(
        self, records: Sequence[RawRecord], letters: Sequence[DeadLetter], seconds: float
    ) -> None:
        """A batch was processed and committed."""
        name = self._service.name
        self._service.limit.observe(records, letters)
        self._service.health.moved()
        for topic, count in Counter(record.topic for record in records).items():
            metrics.RECORDS.labels(name, self._names[topic]).inc(count)
            ours = (record for record in records if record.topic == topic)
            metrics.committed(name, self._names[topic], ours)
        metrics.BATCH_RECORDS.labels(name).observe(len(records))
        metrics.BATCH_SECONDS.labels(name).observe(seconds)

    def aged(self, applied_at: Iterable[dt.datetime]) -> None:
        """The output of applications of these times is confirmed now."""
        now, age = dt.datetime.now(dt.UTC), metrics.OUTPUT_AGE_SECONDS.labels(self._service.name)
        for time in applied_at:
            age.observe((now - time).total_seconds())
