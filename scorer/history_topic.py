"""The history topic as the view reads it: every partition, in no group, from offsets of its own."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from confluent_kafka import (
    OFFSET_BEGINNING,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka import Consumer as Client
from confluent_kafka.admin import AdminClient

from contracts.records import RawRecord
from contracts.topics import HISTORIES
from runtime.consumer import raw_record
from runtime.settings import KafkaSettings

logger = logging.getLogger(__name__)

_PATIENCE = 5.0  # seconds to wait for one answer
_AWAY = {  # no broker answers, or the one that does is not ready
    KafkaError.BROKER_NOT_AVAILABLE,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.NETWORK_EXCEPTION,
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.REQUEST_TIMED_OUT,
    KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001 - librdkafka's own codes carry the underscore
    KafkaError._TIMED_OUT,  # noqa: SLF001
    KafkaError._TRANSPORT,  # noqa: SLF001
}


@dataclass(frozen=True, slots=True)
class Description:
    """The topic as Kafka has it: its id, which no later topic of the name shares, and its ends."""

    topic_id: str
    ends: dict[int, int]


@dataclass(slots=True)
class Polled:
    """Records, and the partitions in which nothing lies behind them for now."""

    records: list[RawRecord] = field(default_factory=list)
    exhausted: set[int] = field(default_factory=set)


class HistoryTopic:
    """A client of the topic. For one thread; it commits nothing to Kafka.

    Attributes:
        trouble: what was last wrong with the connection, to be put behind a sentence.
    """

    def __init__(self, kafka: KafkaSettings, client_id: str) -> None:
        self._name = kafka.topic_name(HISTORIES)
        self.trouble = ""
        common = {**kafka.client_settings(client_id), "error_cb": self._troubled}
        self._admin = AdminClient(common, logger=logging.getLogger("librdkafka"))
        self._client = Client(
            {
                **common,
                "group.id": kafka.group_id(client_id),  # one we may name; it is not joined here
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "enable.partition.eof": True,
                "fetch.queue.backoff.ms": 10,  # 1000 by default, which starves a slow consumer
            },
            logger=logging.getLogger("librdkafka"),
        )

    def describe(self) -> Description | None:
        """The topic as it is now; None while no broker answers.

        Raises:
            KafkaException: an error that waiting does not mend, such as an unknown topic.
        """
        try:
            asked = self._admin.describe_topics(
                TopicCollection([self._name]), request_timeout=_PATIENCE
            )
            topic = asked[self._name].result()
            ends = {partition.id: self._end(partition.id) for partition in topic.partitions}
        except KafkaException as error:
            self._admin.poll(0)  # hands over what the client has to say
            if error.args[0].code() in _AWAY:
                return None
            raise
        return Description(str(topic.topic_id), ends)

    def assign(self, partitions: Iterable[int], offset: Callable[[int], int | None]) -> None:
        """Read the partitions from the offsets given, from the beginning where there is none."""
        starts = {partition: offset(partition) for partition in partitions}
        self._client.assign(
            [
                TopicPartition(self._name, partition, OFFSET_BEGINNING if at is None else at)
                for partition, at in starts.items()
            ]
        )

    def poll(self, size: int, wait: float) -> Polled:
        """Up to `size` records, none after `wait` seconds.

        Raises:
            KafkaException: an error that waiting does not mend.
        """
        polled = Polled()
        for message in self._client.consume(size, wait):
            error = message.error()
            if error is None:
                polled.records.append(raw_record(message))
            elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001
                polled.exhausted.add(message.partition() or 0)
            elif error.code() not in _AWAY:
                raise KafkaException(error)
        return polled

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _troubled(self, error: KafkaError) -> None:
        if error.code() != KafkaError._ALL_BROKERS_DOWN:  # noqa: SLF001
            self.trouble = f": {error.str()}"

    def _end(self, partition: int) -> int:
        _, end = self._client.get_watermark_offsets(
            TopicPartition(self._name, partition), timeout=_PATIENCE
        )
        return int(end)
