"""What a contestant has published: read back, timed by the broker's clock, and checked."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import msgspec
import numpy as np
import numpy.typing as npt
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from bench.peers.assignment import Mode

_FETCHED = 10_000
_SECONDS = 60.0
_LOOK = 0.05
_NOT_YET = {KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.UNKNOWN_TOPIC_OR_PART}

Ends = Mapping[int, int]
"""The offset behind the last record of every partition."""


class WrongOutputError(RuntimeError):
    """An output that is missing, double, or not what the application asks for."""


class _Scored(msgspec.Struct):
    application_event_id: str
    raw_score: float


_END = cast(OffsetSpec, OffsetSpec.latest())  # type: ignore[no-untyped-call]
_decode = msgspec.json.Decoder(_Scored).decode


@dataclass(frozen=True, slots=True)
class Expected:
    """What the outputs must be: the n-th application is that of applicant `n % len(values)`."""

    values: Sequence[bytes]
    raw_scores: Sequence[float]

    def number(self, message: Message, mode: Mode) -> int:
        """Which application an output belongs to.

        Raises:
            WrongOutputError: it is not what that application asks for.
        """
        value = message.value() or b""
        if mode == "pass":
            number = int(_event_id(message))
            right = value == self.values[number % len(self.values)]
        elif mode == "receipt":
            return int(value)
        else:
            scored = _decode(value)
            number = int(scored.application_event_id)
            right = scored.raw_score == self.raw_scores[number % len(self.raw_scores)]
        if not right:
            raise WrongOutputError(
                f"the output for application {number} is another: {value[:300]!r}"
            )
        return number


def _event_id(message: Message) -> bytes:
    headers = cast(Sequence[tuple[str, bytes]], message.headers() or ())
    return dict(headers)["ce_id"]


@dataclass(frozen=True, slots=True)
class Outputs:
    """The numbers of the applications, and when their outputs were appended (ms), ascending."""

    numbers: npt.NDArray[np.int64]
    times_ms: npt.NDArray[np.int64]

    def check(self, count: int, *, complete: bool) -> None:
        """Refuse doubles, strangers, and gaps where the whole backlog should have been worked on.

        Raises:
            WrongOutputError: says which.
        """
        found = np.unique(self.numbers)
        if len(found) < len(self.numbers):
            raise WrongOutputError(f"{len(self.numbers) - len(found)} applications came out twice")
        if len(found) and not 0 <= found[0] <= found[-1] < count:
            raise WrongOutputError(f"outputs from {found[0]} to {found[-1]}, not below {count}")
        if complete and len(found) != count:
            raise WrongOutputError(f"{count - len(found)} of {count} applications did not come out")

    def rate(self, warm: float) -> float:
        """Events a second, from when the share `warm` of them was out."""
        start = self.times_ms[int(warm * len(self.times_ms))]
        seconds = (self.times_ms[-1] - start) / 1000
        return float((self.times_ms > start).sum() / seconds)


def ends(admin: AdminClient, topic: str) -> Ends:
    """Where a topic ends now; waits for the broker to lead it, if it was made this moment.

    Raises:
        KafkaException: the broker does not answer, or does not lead the topic within a minute.
    """
    deadline = time.monotonic() + _SECONDS
    while True:
        partitions = admin.list_topics(topic, timeout=_SECONDS).topics[topic].partitions
        asked = {TopicPartition(topic, at): _END for at in partitions}
        try:
            told = {p.partition: f.result().offset for p, f in admin.list_offsets(asked).items()}
        except KafkaException as error:
            if error.args[0].code() not in _NOT_YET or time.monotonic() > deadline:
                raise
            time.sleep(_LOOK)
        else:
            if told:
                return told


def read_outputs(
    bootstrap: str, topic: str, begin: Ends, expected: Expected, mode: Mode
) -> Outputs:
    """Everything that was appended to a topic since it ended at `begin`.

    Raises:
        WrongOutputError: one of them is not what its application asks for.
    """
    numbers, times = [], []
    for message in messages(bootstrap, topic, begin):
        numbers.append(expected.number(message, mode))
        times.append(message.timestamp()[1])
    order = np.argsort(times, kind="stable")
    return Outputs(np.array(numbers, np.int64)[order], np.array(times, np.int64)[order])


def messages(bootstrap: str, topic: str, begin: Ends) -> Iterator[Message]:
    """Everything from `begin` to where a topic ends now, partition by partition in order.

    Raises:
        KafkaException: the broker does not give it.
    """
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": "bench-reader", "enable.auto.commit": False}
    )
    admin = AdminClient({"bootstrap.servers": bootstrap})
    until = ends(admin, topic)
    waiting = {at for at, end in until.items() if end > begin[at]}
    consumer.assign([TopicPartition(topic, at, begin[at]) for at in waiting])
    while waiting:
        for message in consumer.consume(_FETCHED, 1.0):
            if (error := message.error()) is not None:
                raise KafkaException(error)
            yield message
            if (message.offset() or 0) + 1 >= until[message.partition() or 0]:
                waiting.discard(message.partition() or 0)
    consumer.close()
