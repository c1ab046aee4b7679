"""A broker in memory, with the consumer and producer that services use; held to the real ones.

`tests/integration/test_broker_contract.py` runs the same tests on these and on a real Kafka.
"""

import time
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from contracts.records import Headers, RawRecord
from contracts.topics import Topic
from runtime.consumer import Positions
from runtime.producer import DeliveryFailedError, refuse_too_large
from runtime.settings import KafkaSettings


@dataclass
class FakeBroker:
    """Logs and committed offsets; `refuses` makes every delivery fail, as a broker that is gone."""

    kafka: KafkaSettings = field(default_factory=KafkaSettings)
    logs: dict[tuple[str, int], list[RawRecord]] = field(default_factory=lambda: defaultdict(list))
    committed: dict[tuple[str, str, int], int] = field(default_factory=dict)
    refuses: bool = False

    def producer(self, service: str) -> "FakeProducer":
        return FakeProducer(self, service)

    def consumer(
        self, service: str, topics: Sequence[Topic], positions: Positions | None = None
    ) -> "FakeConsumer":
        return FakeConsumer(self, service, topics, positions)

    def records(self, topic: Topic) -> list[RawRecord]:
        """All records of a topic, partition by partition."""
        name = self.kafka.topic_name(topic)
        return [r for (of, _), log in sorted(self.logs.items()) if of == name for r in log]


class FakeProducer:
    """Delivers on flush, as the real one confirms on flush."""

    def __init__(self, broker: FakeBroker, service: str) -> None:
        self._broker, self._service = broker, service
        self._pending: list[tuple[Topic, bytes | None, bytes | None, Headers]] = []

    def send(
        self, topic: Topic, key: str | bytes | None, value: bytes | None, headers: Headers
    ) -> None:
        raw_key = key.encode() if isinstance(key, str) else key
        refuse_too_large(topic, raw_key, value, headers)
        self._pending.append((topic, raw_key, value, headers))

    def flush_or_raise(self) -> None:
        pending, self._pending = self._pending, []
        if self._broker.refuses and pending:
            raise DeliveryFailedError(f"{len(pending)} records failed: the fake broker refuses")
        for topic, key, value, headers in pending:
            self._append(topic, key, value, headers)

    def _append(
        self, topic: Topic, key: bytes | None, value: bytes | None, headers: Headers
    ) -> None:
        partition = zlib.crc32(key or b"") % topic.partitions
        name = self._broker.kafka.topic_name(topic)
        log = self._broker.logs[name, partition]
        now = int(time.time() * 1000)
        log.append(RawRecord(name, partition, len(log), key, value, tuple(headers), now))


class FakeConsumer:
    """Reads every partition of its topics from the group's commits, or from a store's positions."""

    connected = True

    def __init__(
        self,
        broker: FakeBroker,
        service: str,
        topics: Sequence[Topic],
        positions: Positions | None = None,
    ) -> None:
        self._broker, self._group = broker, broker.kafka.group_id(service)
        names = [(broker.kafka.topic_name(topic), topic.partitions) for topic in topics]
        places = [(name, partition) for name, count in names for partition in range(count)]
        self._next = {place: self._start(place, positions) for place in places}

    @property
    def assigned(self) -> frozenset[tuple[str, int]]:
        return frozenset(self._next)

    def poll_batch(self, size: int, wait: float) -> list[RawRecord]:
        del wait  # a fake has nothing to wait for
        batch: list[RawRecord] = []
        for place, start in self._next.items():
            batch += self._broker.logs[place][start : start + size - len(batch)]
        for record in batch:
            self._next[record.topic, record.partition] = record.offset + 1
        return batch

    def commit(self, records: Sequence[RawRecord]) -> None:
        for record in records:
            place = (self._group, record.topic, record.partition)
            done = max(self._broker.committed.get(place, 0), record.offset + 1)
            self._broker.committed[place] = done

    def idle(self, wait: float) -> None:
        del wait

    def lag(self) -> dict[tuple[str, int], int]:
        return {
            place: len(self._broker.logs[place])
            - self._broker.committed.get((self._group, *place), 0)
            for place in self._next
        }

    def close(self) -> None:
        self._next = {}

    def _start(self, place: tuple[str, int], positions: Positions | None) -> int:
        stored = positions(*place) if positions else None
        return (
            stored if stored is not None else self._broker.committed.get((self._group, *place), 0)
        )
