"""Reads every topic of the system into a tally, from a thread of its own."""

import threading
from collections.abc import Sequence
from typing import Self

from contracts import codec
from contracts.application import LoanApplication
from contracts.errors import InvalidEvent
from contracts.events import EVENT_TYPES, DriftReported, LoanExplained, LoanScored
from contracts.headers import envelope
from contracts.records import RawRecord
from contracts.topics import APPLICATIONS, DRIFT, EXPLANATIONS, SCORES
from deploy.local.tally import Tally
from runtime.consumer import Consumer
from runtime.settings import KafkaSettings

_DEAD_LETTERS = APPLICATIONS.dead_letters("scorer")
_TOPICS = (APPLICATIONS, SCORES, EXPLANATIONS, DRIFT, _DEAD_LETTERS)


class Watcher:
    """Tallies until it is closed; `check` raises what went wrong in its thread."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self.tally = Tally()
        self._kafka = kafka
        self._closing = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="watcher")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join()

    def check(self) -> None:
        """Raise what ended the watching, if anything did."""
        if self._error is not None:
            raise RuntimeError("watching the topics has ended") from self._error

    def _run(self) -> None:
        try:
            consumer = Consumer(self._kafka, "demo-watcher", _TOPICS)
            while not self._closing.is_set():
                self._take(consumer.poll_batch(1000, 0.1))
            consumer.close()
        except BaseException as error:  # handed over to the thread that checks
            self._error = error
            raise

    def _take(self, records: Sequence[RawRecord]) -> None:
        for record in sorted(records, key=lambda r: self._order(r.topic)):
            self._take_one(record)

    def _order(self, topic: str) -> int:
        """Applications first: what is measured against them must know them."""
        return [self._kafka.topic_name(t) for t in _TOPICS].index(topic)

    def _take_one(self, record: RawRecord) -> None:
        if record.topic == self._kafka.topic_name(APPLICATIONS):
            self._take_application(record)
        elif record.topic == self._kafka.topic_name(SCORES):
            self.tally.score(codec.decode(record.value, LoanScored), record)
        elif record.topic == self._kafka.topic_name(EXPLANATIONS):
            self.tally.explanation(codec.decode(record.value, LoanExplained), record)
        elif record.topic == self._kafka.topic_name(DRIFT):
            self.tally.report(codec.decode(record.value, DriftReported))
        else:
            self.tally.dead_letter(record)

    def _take_application(self, record: RawRecord) -> None:
        try:
            application = codec.decode_application(record.value).application
            event = envelope(record, EVENT_TYPES[LoanApplication])
        except InvalidEvent:
            self.tally.refused += 1
            return
        if record.key in (None, str(application.SK_ID_CURR).encode()):
            self.tally.application(event.event_id, record)
        else:
            self.tally.refused += 1
