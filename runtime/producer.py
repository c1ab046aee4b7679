"""Events out: a burst is produced, then confirmed as a whole."""

import logging
from typing import Protocol

from confluent_kafka import KafkaError, Message
from confluent_kafka import Producer as Client

from contracts.records import Headers
from contracts.topics import DEAD_LETTERS, TOPICS, Topic
from runtime.settings import KafkaSettings

_RECORD_OVERHEAD = 200  # bytes of a record batch besides key, value and headers, rounded up
_DELIVERY_SECONDS = 30.0


class RecordTooLargeError(ValueError):
    """A record that its topic would refuse."""


class DeliveryFailedError(RuntimeError):
    """Records that the broker did not confirm: nothing of their batch may be committed."""


class Sender(Protocol):
    """What a part needs that only hands records over, such as dead letters."""

    def send(
        self, topic: Topic, key: str | bytes | None, value: bytes | None, headers: Headers
    ) -> None:
        """Hand a record over for delivery."""


class Output(Sender, Protocol):
    """What a service needs of a producer: a burst handed over, then confirmed as a whole."""

    def flush_or_raise(self) -> None:
        """Return when the broker has confirmed everything that was sent."""


class Producer:
    """Produces in order per key, each record once: idempotent, acknowledged by all replicas.

    Partitions are chosen as Java clients do (`murmur2_random`), so that a key keeps its place
    whoever produces it. A record that is not confirmed within `delivery_seconds` has failed.
    """

    def __init__(
        self, kafka: KafkaSettings, service: str, delivery_seconds: float = _DELIVERY_SECONDS
    ) -> None:
        self._kafka = kafka
        self._failures: list[str] = []
        self._trouble = ""
        self._client = Client(
            {
                **kafka.client_settings(service),
                "partitioner": "murmur2_random",
                "enable.idempotence": True,
                "acks": "all",
                "compression.type": "lz4",
                "linger.ms": 1,
                "delivery.report.only.error": True,  # nobody looks at a success
                "message.max.bytes": max(t.max_message_bytes for t in (*TOPICS, *DEAD_LETTERS)),
                "delivery.timeout.ms": round(delivery_seconds * 1000),
                "queue.buffering.max.kbytes": 262_144,
                "error_cb": self._troubled,
            },
            logger=logging.getLogger("librdkafka"),
        )

    def send(
        self, topic: Topic, key: str | bytes | None, value: bytes | None, headers: Headers
    ) -> None:
        """Hand a record over for delivery; `flush_or_raise` says whether it arrived.

        Raises:
            RecordTooLargeError: the record is above the topic's limit; nothing was sent.
        """
        raw_key = key.encode() if isinstance(key, str) else key
        refuse_too_large(topic, raw_key, value, headers)
        while not self._accepted(self._kafka.topic_name(topic), raw_key, value, headers):
            self._client.poll(0.1)  # the queue is full: wait for deliveries

    def flush_or_raise(self) -> None:
        """Return when the broker has confirmed everything that was sent.

        Raises:
            DeliveryFailedError: names the topic, the key and the broker's answer of the first
                failures, and what is wrong with the connection if something is.
        """
        self._client.flush()
        trouble, self._trouble = self._trouble, ""
        if failures := self._failures:
            self._failures = []
            first = "; ".join(failures[:3])
            raise DeliveryFailedError(f"{len(failures)} records failed: {first}{trouble}")

    def _accepted(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Headers
    ) -> bool:
        try:
            self._client.produce(
                topic, value=value, key=key, headers=list(headers), on_delivery=self._delivered
            )
        except BufferError:
            return False
        return True

    def _troubled(self, error: KafkaError) -> None:
        """Remember why no broker is to be had: a record only times out over it."""
        if error.code() != KafkaError._ALL_BROKERS_DOWN:  # noqa: SLF001 - librdkafka's own code
            self._trouble = f" ({error.str()})"

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._failures.append(f"{message.topic()} key {message.key()!r}: {error.str()}")


def refuse_too_large(
    topic: Topic, key: bytes | None, value: bytes | None, headers: Headers
) -> None:
    """Refuse, before it is sent, what the topic's broker would refuse.

    Raises:
        RecordTooLargeError: names the topic, the key, the size and the limit, in bytes.
    """
    in_headers = sum([len(name.encode()) + len(content or b"") + 4 for name, content in headers])
    size = _RECORD_OVERHEAD + len(key or b"") + len(value or b"") + in_headers
    if size > topic.max_message_bytes:
        raise RecordTooLargeError(
            f"{topic.name}: the record of key {key!r} has {size} bytes, "
            f"the topic takes {topic.max_message_bytes}"
        )
