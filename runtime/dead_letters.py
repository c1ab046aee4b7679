"""Dead letters: what a service could not take, kept whole, with where and why.

The original key, value and headers are untouched; our own headers are added behind them.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from contracts.errors import Reason
from contracts.records import RawRecord
from contracts.topics import TOPICS, Topic
from runtime import metrics
from runtime.producer import RecordTooLargeError, Sender
from runtime.settings import KafkaSettings

_MAX_MESSAGE = 2_000  # characters of an error text: the headers must fit the topic's headroom


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that was not taken, and why; `event_id` is its own, or its place if it has none."""

    record: RawRecord
    service: str
    reason: Reason
    message: str
    event_id: str

    def headers(self) -> list[tuple[str, bytes | None]]:
        """The original headers, then ours."""
        ours = {
            "dlq_topic": self.record.topic,
            "dlq_partition": str(self.record.partition),
            "dlq_offset": str(self.record.offset),
            "dlq_timestamp": str(self.record.timestamp_ms),  # as Kafka has it, be it nonsense
            "dlq_service": self.service,
            "dlq_reason": self.reason.value,
            "dlq_message": self.message[:_MAX_MESSAGE],
            "dlq_event_id": self.event_id,
            "dlq_refused_at": dt.datetime.now(dt.UTC).isoformat(),
        }
        told = [(name, text.encode(errors="backslashreplace")) for name, text in ours.items()]
        return [*self.record.headers, *told]


def send_dead_letters(
    producer: Sender, kafka: KafkaSettings, letters: Iterable[DeadLetter]
) -> None:
    """Hand dead letters over for delivery; they count as output: flush before any commit."""
    sources = {kafka.topic_name(topic): topic for topic in TOPICS}
    for letter in letters:
        source = sources[letter.record.topic]
        _send(producer, source.dead_letters(letter.service), letter)
        metrics.DEAD_LETTERS.labels(letter.service, source.name, letter.reason.value).inc()


def _send(producer: Sender, target: Topic, letter: DeadLetter) -> None:
    """Send a letter whole, or without its value where that was only small while compressed.

    A broker holds a topic's limit against compressed batches, so a record can lie in a topic that
    no client may send uncompressed. Its place is in the headers; its value stays there.
    """
    key, headers = letter.record.key, letter.headers()
    try:
        producer.send(target, key, letter.record.value, headers)
    except RecordTooLargeError as error:
        bare = msgspec.structs.replace(letter.record, headers=())
        short = replace(letter, record=bare)
        told = ("dlq_value_left_out", str(error)[:_MAX_MESSAGE].encode(errors="backslashreplace"))
        producer.send(target, (key or b"")[:_MAX_MESSAGE] or None, None, [*short.headers(), told])


class DeadLetterLimit:
    """Pauses a service after too many dead letters in a row, until an operator resumes it.

    A bad deployment must not drain a topic into its dead letters. The row is counted over batches
    and judged at the end of each, so a pause comes at most one batch late.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.in_row = 0

    def observe(self, records: Sequence[RawRecord], letters: Sequence[DeadLetter]) -> None:
        """Count a processed batch and the dead letters in it."""
        if records and not letters:
            self.in_row = 0
            return
        refused = {
            (letter.record.topic, letter.record.partition, letter.record.offset)
            for letter in letters
        }
        for record in records:
            was_refused = (record.topic, record.partition, record.offset) in refused
            self.in_row = self.in_row + 1 if was_refused else 0
            if self.in_row >= self._limit:
                return  # what follows in the batch does not undo the alarm

    @property
    def paused(self) -> bool:
        """Whether the service must not take more."""
        return self.in_row >= self._limit

    def resume(self) -> None:
        """Count anew: an operator has looked."""
        self.in_row = 0
