"""Records in: batches from Kafka, committed by the service when their output is confirmed."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

import msgspec
from confluent_kafka import Consumer as Client
from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from contracts.records import Headers, RawRecord
from contracts.topics import Topic
from runtime.settings import KafkaSettings

logger = logging.getLogger(__name__)

Positions = Callable[[str, int], int | None]
"""(topic, partition) to the offset where a local store goes on, None where it holds none."""

_COMMIT_SECONDS = 30.0
_OVERTAKEN = {  # the partitions went to another member meanwhile, which reads the records again
    KafkaError.ILLEGAL_GENERATION,
    KafkaError.UNKNOWN_MEMBER_ID,
    KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError.STALE_MEMBER_EPOCH,
    KafkaError.FENCED_MEMBER_EPOCH,
    KafkaError._ASSIGNMENT_LOST,  # noqa: SLF001 - librdkafka's own codes carry the underscore
    KafkaError._NO_OFFSET,  # noqa: SLF001
}
_NOT_YET = {  # the broker is starting, electing or away for a moment
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.NOT_COORDINATOR,
    KafkaError.REQUEST_TIMED_OUT,
    KafkaError.NETWORK_EXCEPTION,
    KafkaError._WAIT_COORD,  # noqa: SLF001
    KafkaError._TIMED_OUT,  # noqa: SLF001
    KafkaError._TRANSPORT,  # noqa: SLF001
}
_NO_NEW_PROTOCOL = {
    KafkaError.UNSUPPORTED_VERSION,
    KafkaError._UNSUPPORTED_FEATURE,  # noqa: SLF001
}


class _PartitionStatistics(msgspec.Struct):
    consumer_lag: int = -1


class _TopicStatistics(msgspec.Struct):
    partitions: dict[str, _PartitionStatistics] = {}


class _BrokerStatistics(msgspec.Struct):
    state: str = ""


class _Statistics(msgspec.Struct):
    """The part of librdkafka's statistics that says whether Kafka answers and what lags."""

    topics: dict[str, _TopicStatistics] = {}
    brokers: dict[str, _BrokerStatistics] = {}


class Consumer:
    """Reads topics as a member of the service's group. For one thread; nothing is auto-committed.

    With `positions` a local store says where to go on: the group's offsets are then a display, and
    only partitions that the store does not know start from them.

    Attributes:
        connected: whether a broker answered at the last look, about once a second.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        service: str,
        topics: Sequence[Topic],
        positions: Positions | None = None,
    ) -> None:
        self._kafka, self._service, self._positions = kafka, service, positions
        self._topics = [kafka.topic_name(topic) for topic in topics]
        self._new_protocol = kafka.group_protocol != "classic"
        self._statistics = _Statistics()
        self._early: list[Message] = []
        self._mine: set[tuple[str, int]] = set()
        self._idling = False
        self.connected = False
        self._client = self._join()

    def poll_batch(self, size: int, wait: float) -> list[RawRecord]:
        """Up to `size` records, as soon as there are any; none after `wait` seconds.

        Raises:
            KafkaException: an error that waiting does not mend, such as an unknown topic.
        """
        if self._idling:
            self._idling = False
            self._client.resume(self._client.assignment())
        messages, self._early = self._early[:size], self._early[size:]
        messages = messages or self._client.consume(1, wait)
        if 0 < len(messages) < size:  # what has piled up; a lone record does not wait for others
            messages += self._client.consume(size - len(messages), 0)
        return [raw_record(message) for message in messages if self._is_record(message)]

    def commit(self, records: Sequence[RawRecord]) -> None:
        """Commit that everything up to these records is done.

        A commit that comes too late, after the partitions went to another member, is dropped: the
        other member reads the records again.

        Raises:
            KafkaException: the broker did not take it within 30 seconds.
        """
        offsets: dict[tuple[str, int], int] = {}
        for record in records:
            place = (record.topic, record.partition)
            offsets[place] = max(offsets.get(place, 0), record.offset + 1)
        if offsets:
            self._commit([TopicPartition(*place, offset) for place, offset in offsets.items()])

    def idle(self, wait: float) -> None:
        """Stay in the group for `wait` seconds without taking records."""
        self._client.pause(self._client.assignment())
        self._idling = True
        self._early += self._client.consume(1, wait)

    def lag(self) -> dict[tuple[str, int], int]:
        """Records not committed yet, by topic and partition, about a second old."""
        return {
            (topic, int(partition)): statistics.consumer_lag
            for topic, of_topic in self._statistics.topics.items()
            for partition, statistics in of_topic.partitions.items()
            if statistics.consumer_lag >= 0 and (topic, int(partition)) in self._mine
        }

    def close(self) -> None:
        """Leave the group."""
        self._client.close()

    def _join(self) -> Client:
        client = Client(self._settings(), logger=logging.getLogger("librdkafka"))
        client.subscribe(self._topics, on_assign=self._assigned, on_revoke=self._revoked)
        return client

    def _settings(self) -> dict[str, Any]:
        protocol = "consumer" if self._new_protocol else "classic"
        return {
            "bootstrap.servers": self._kafka.bootstrap_servers,
            "group.id": self._kafka.group_id(self._service),
            "client.id": self._service,
            "group.protocol": protocol,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "earliest",
            "fetch.queue.backoff.ms": 10,  # 1000 by default, which starves a slow consumer
            "statistics.interval.ms": 1000,
            "stats_cb": self._look,
            "error_cb": lambda error: logger.warning("Kafka: %s", error),
        }

    def _is_record(self, message: Message) -> bool:
        error = message.error()
        if error is None:
            return True
        if error.code() in _NO_NEW_PROTOCOL and self._kafka.group_protocol == "auto":
            self._fall_back()
            return False
        raise KafkaException(error)

    def _fall_back(self) -> None:
        if self._new_protocol:
            logger.info("this Kafka lacks the new group protocol: the classic one is taken")
            self._new_protocol = False
            self._client.close()
            self._client = self._join()

    def _assigned(self, client: Client, partitions: list[TopicPartition]) -> None:
        logger.info("assigned: %s", [f"{p.topic}[{p.partition}]" for p in partitions])
        self._mine |= {(partition.topic, partition.partition) for partition in partitions}
        if self._positions is None:
            return
        for partition in partitions:
            offset = self._positions(partition.topic, partition.partition)
            if offset is not None:
                partition.offset = offset
        if self._new_protocol:
            client.incremental_assign(partitions)
        else:
            client.assign(partitions)

    def _revoked(self, _client: Client, partitions: list[TopicPartition]) -> None:
        gone = {(partition.topic, partition.partition) for partition in partitions}
        self._early = [m for m in self._early if (m.topic(), m.partition()) not in gone]
        self._mine -= gone
        logger.info("revoked: %s", sorted(gone))

    def _look(self, statistics: str) -> None:
        self._statistics = msgspec.json.decode(statistics, type=_Statistics)
        self.connected = any(b.state == "UP" for b in self._statistics.brokers.values())

    def _commit(self, offsets: list[TopicPartition]) -> None:
        deadline = time.monotonic() + _COMMIT_SECONDS
        while True:
            try:
                self._client.commit(offsets=offsets, asynchronous=False)
            except KafkaException as error:
                code = error.args[0].code()
                if code in _OVERTAKEN:
                    logger.warning("commit overtaken by a rebalance: %s", error)
                    return
                if code not in _NOT_YET or time.monotonic() > deadline:
                    raise
                logger.warning("commit refused, trying again: %s", error)
                self._early += self._client.consume(1, 0.2)
            else:
                return


def raw_record(message: Message) -> RawRecord:
    """The record that a client handed over."""
    """A message without an error: its place is known, whatever the client's types allow for."""
    _, timestamp = message.timestamp()
    return RawRecord(
        topic=cast(str, message.topic()),
        partition=cast(int, message.partition()),
        offset=cast(int, message.offset()),
        key=message.key(),
        value=message.value(),
        headers=cast(Headers, message.headers() or ()),
        timestamp_ms=max(timestamp, 0),
    )
