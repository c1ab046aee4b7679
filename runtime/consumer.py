"""Records in: batches from Kafka, committed by the service when their output is confirmed."""

import logging
import operator
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from confluent_kafka import Consumer as Client
from confluent_kafka import KafkaException, Message, TopicPartition

from contracts.records import Headers, RawRecord
from contracts.topics import Topic
from runtime.kafka_errors import NO_NEW_PROTOCOL, NOT_YET, OVERTAKEN
from runtime.settings import KafkaSettings
from runtime.statistics import Statistics, read_statistics

logger = logging.getLogger(__name__)

Positions = Callable[[str, int], int | None]
"""(topic, partition) to the offset where a local store goes on, None where it holds none."""

_COMMIT_SECONDS = 30.0
_WORTH_A_BATCH = 65_536  # bytes as Kafka holds them, compressed: some forty scores


class Consumer:
    """Reads topics as a member of the service's group. For one thread; nothing is auto-committed.

    With `positions` a local store says where to go on: the group's offsets are then a display, and
    only partitions that the store does not know start from them.

    With `linger` Kafka holds records back for up to so many seconds until they are worth a batch:
    a steady trickle then costs Kafka and the service a few requests and batches, not one for every
    few records. A backlog is not held back.

    Attributes:
        connected: whether a broker answered at the last look, about once a second.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        service: str,
        topics: Sequence[Topic],
        positions: Positions | None = None,
        linger: float = 0.0,
    ) -> None:
        self._kafka, self._service, self._positions = kafka, service, positions
        self._linger = linger
        self._topics = [kafka.topic_name(topic) for topic in topics]
        self._new_protocol = kafka.group_protocol != "classic"
        self._statistics = Statistics()
        self._early: list[Message] = []
        self._mine: set[tuple[str, int]] = set()
        self._overtaken: dict[tuple[str, int], int] = {}
        self._in_hand: dict[tuple[str, int], int] = {}
        self._idling = False
        self.connected = False
        self._client = self._join()

    @property
    def assigned(self) -> frozenset[tuple[str, int]]:
        """The partitions that the group has given to this member, by topic."""
        return frozenset(self._mine)

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
        if not messages and self._overtaken:  # else they would wait for the next record
            self.commit(())
        if 0 < len(messages) < size:  # what has piled up; a lone record does not wait for others
            messages += self._client.consume(size - len(messages), 0)
        records = [raw_record(message) for message in messages if self._is_record(message)]
        self._in_hand |= _ends(records)
        return records

    def commit(self, records: Sequence[RawRecord]) -> None:
        """Commit that everything up to these records is done.

        A commit that a rebalance overtakes is made again with the next one, or when nothing comes;
        for partitions that went to another member it is dropped: that member reads them again.

        Raises:
            KafkaException: the broker did not take it within 30 seconds.
        """
        offsets, self._overtaken = {**self._overtaken, **_ends(records)}, {}
        if offsets:
            self._commit(offsets)

    def idle(self, wait: float) -> None:
        """Stay in the group for `wait` seconds without taking records.

        Raises:
            KafkaException: as `poll_batch`.
        """
        self._client.pause(self._client.assignment())
        self._idling = True
        self._early += [one for one in self._client.consume(1, wait) if self._is_record(one)]

    def lag(self) -> dict[tuple[str, int], int]:
        """Records not committed yet, by topic and partition, about a second old."""
        known = self._statistics.lag()
        early = {(message.topic(), message.partition()) for message in self._early}
        under_way = early | self._in_hand.keys() | self._overtaken.keys()
        return {
            at: 0 if self._statistics.exhausted(*at) and at not in under_way else known[at]
            for at in self._mine & known.keys()
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
        held_back = {
            "fetch.wait.max.ms": round(1000 * self._linger),
            "fetch.min.bytes": _WORTH_A_BATCH,
        }
        return {
            **self._kafka.client_settings(self._service),
            **(held_back if self._linger else {}),
            "group.id": self._kafka.group_id(self._service),
            "group.protocol": protocol,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "earliest",
            "fetch.queue.backoff.ms": 10,  # 1000 by default, which starves a slow consumer
            "queued.max.messages.kbytes": 2048,  # 65536 by default; memory would fill with the lag
            "statistics.interval.ms": 1000,
            "stats_cb": self._look,
            "error_cb": lambda error: logger.warning("Kafka: %s", error),
        }

    def _is_record(self, message: Message) -> bool:
        error = message.error()
        if error is None:
            return True
        if error.code() in NO_NEW_PROTOCOL and self._kafka.group_protocol == "auto":
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
                # a kill may have come between the store's commit and the group's
                self._overtaken[partition.topic, partition.partition] = offset
        if self._new_protocol:
            client.incremental_assign(partitions)
        else:
            client.assign(partitions)

    def _revoked(self, _client: Client, partitions: list[TopicPartition]) -> None:
        gone = {(partition.topic, partition.partition) for partition in partitions}
        self._early = [m for m in self._early if (m.topic(), m.partition()) not in gone]
        self._mine -= gone
        self._overtaken = {at: o for at, o in self._overtaken.items() if at not in gone}
        self._in_hand = {at: end for at, end in self._in_hand.items() if at not in gone}
        logger.info("revoked: %s", sorted(gone))

    def _look(self, statistics: str) -> None:
        self._statistics = read_statistics(statistics)
        self.connected = self._statistics.connected

    def _commit(self, offsets: Mapping[tuple[str, int], int]) -> None:
        partitions = [TopicPartition(*place, offset) for place, offset in offsets.items()]
        deadline = time.monotonic() + _COMMIT_SECONDS
        while True:
            try:
                self._client.commit(offsets=partitions, asynchronous=False)
            except KafkaException as error:
                code = error.args[0].code()
                if code in OVERTAKEN:
                    logger.warning("commit overtaken by a rebalance: %s", error)
                    self._overtaken = {at: o for at, o in offsets.items() if at in self._mine}
                    return
                if code not in NOT_YET or time.monotonic() > deadline:
                    raise
                logger.warning("commit refused, trying again: %s", error)
                self._early += self._client.consume(1, 0.2)
            else:
                hand = self._in_hand.items()
                self._in_hand = {at: end for at, end in hand if end > offsets.get(at, 0)}
                return


def _ends(records: Sequence[RawRecord]) -> dict[tuple[str, int], int]:
    """By partition the offset behind the last record; those of a partition are in order."""
    return {(record.topic, record.partition): record.offset + 1 for record in records}


def raw_record(message: Message) -> RawRecord:
    """The record of a message without an error: its place is known, whatever its types allow."""
    _, timestamp = message.timestamp()
    return RawRecord(
        topic=cast(str, message.topic()),
        partition=cast(int, message.partition()),
        offset=cast(int, message.offset()),
        key=message.key(),
        value=message.value(),
        headers=_headers(message),
        timestamp_ms=max(timestamp, 0),
    )


_UNREADABLE: Headers = (("ce_unreadable", None),)
"""Stands for headers that cannot be had: an attribute without a value, so a record is refused."""

_ask_for_headers = operator.methodcaller("headers")


def _headers(message: Message) -> Headers:
    """The headers; asked for once, for the client hands over broken ones at a second time.

    Where a header's name is not UTF-8 it gives none of them and raises SystemError; called
    directly, once Python has specialised the call, the error would come up in a later line.
    """
    try:
        return cast(Headers, _ask_for_headers(message) or ())
    except SystemError:
        return _UNREADABLE
