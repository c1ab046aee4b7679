"""Keeps the history view up to date, from a thread of its own."""

import logging
import threading
import time

from contracts.topics import HISTORIES
from runtime import metrics as shared
from runtime.dead_letters import DeadLetterLimit, send_dead_letters
from runtime.producer import Producer
from runtime.service import Service
from runtime.settings import KafkaSettings
from scorer import metrics
from scorer.history_records import history_changes
from scorer.history_store import HistoryStore
from scorer.history_topic import Description, HistoryTopic

logger = logging.getLogger(__name__)

_BATCH = 1_000
_WAIT = 0.2  # seconds that a poll, and so a stop, may take
_LOOK_SECONDS = 5.0


class TopicChangedError(RuntimeError):
    """The topic is not the one that the view is made from: a new start reads it as it is now."""


class HistoryFeed:
    """Reads `loan.histories` into the store; `run` is the thread's body.

    Attributes:
        caught_up: whether everything that the topic held at the start has been read.
    """

    def __init__(
        self, kafka: KafkaSettings, store: HistoryStore, service: Service, limit: int
    ) -> None:
        self._kafka, self._store, self._service = kafka, store, service
        self._topic = HistoryTopic(kafka, service.name)
        self._limit = DeadLetterLimit(limit)
        self._stopping = threading.Event()
        self._begun = Description("", {})
        self._positions: dict[int, int] = {}
        self._behind: set[int] = set()
        self.caught_up = False
        service.health.require("histories", "the history view has not caught up")

    def stop(self) -> None:
        """Let `run` return after the batch in hand."""
        self._stopping.set()

    def run(self) -> None:
        """Read until stopped; while no Kafka answers it keeps trying and the service is not ready.

        Raises:
            KafkaException: an error that waiting does not mend, such as an unknown topic.
            DeliveryFailedError: a dead letter was not confirmed.
            HistoryStoreFullError: there is no room for more histories.
            TopicChangedError: the topic was created anew, or got more partitions.
        """
        producer = Producer(self._kafka, self._service.name)
        self._begin()
        looked_at = time.monotonic()
        while not self._stopping.is_set():
            polled = self._topic.poll(_BATCH, _WAIT)
            changes, letters = history_changes(polled.records, self._service.name)
            send_dead_letters(producer, self._kafka, letters)
            producer.flush_or_raise()
            offsets = {record.partition: record.offset + 1 for record in polled.records}
            for outcome, count in self._store.apply(changes, offsets).items():
                metrics.HISTORY_RECORDS.labels(outcome.value).inc(count)
            self._advance(offsets, polled.exhausted)
            self._limit.observe(polled.records, letters)
            self._hold_while_paused()
            if time.monotonic() - looked_at > _LOOK_SECONDS:
                self._look()
                looked_at = time.monotonic()
        self._topic.close()

    def _begin(self) -> None:
        while (begun := self._described()) is None:
            if self._stopping.wait(_WAIT):
                return
        if self._store.belong_to(begun.topic_id):
            logger.warning("the history topic was created anew: the view is built from its start")
        self._begun = begun
        self._behind = set(begun.ends)
        self._topic.assign(begun.ends, self._store.offset)
        self._advance({at: self._store.offset(at) or 0 for at in begun.ends}, set())

    def _described(self) -> Description | None:
        described = self._topic.describe()
        answered = described is not None
        shared.KAFKA_UP.labels(self._service.name).set(answered)
        why_not = f"no Kafka answers at {self._kafka.bootstrap_servers}{self._topic.trouble}"
        self._service.health.require("kafka", None if answered else why_not)
        return described

    def _advance(self, offsets: dict[int, int], exhausted: set[int]) -> None:
        """Note how far the view is; it has caught up once no partition is behind the start."""
        self._positions |= offsets
        reached = {at for at, end in self._begun.ends.items() if self._positions[at] >= end}
        self._behind -= reached | exhausted
        if self._behind or self.caught_up:
            return
        self.caught_up = True
        metrics.HISTORY_CAUGHT_UP.set(1)
        metrics.HISTORIES.set(len(self._store))
        logger.info("the history view has caught up: %d applicants", len(self._store))
        self._service.health.require("histories", None)

    def _look(self) -> None:
        """See whether Kafka answers, how far behind the view is, and that the topic is the same."""
        now = self._described()
        if now is None:
            return
        if (now.topic_id, set(now.ends)) != (self._begun.topic_id, set(self._begun.ends)):
            raise TopicChangedError(
                f"{HISTORIES.name}: created anew, or its partitions changed from "
                f"{len(self._begun.ends)} to {len(now.ends)}"
            )
        metrics.HISTORIES.set(len(self._store))
        for at, end in now.ends.items():
            lag = max(0, end - self._positions[at])
            shared.LAG.labels(self._service.name, HISTORIES.name, str(at)).set(lag)

    def _hold_while_paused(self) -> None:
        """After too many malformed histories in a row take no more until an operator resumes."""
        if not self._limit.paused:
            return
        why = f"{self._limit.in_row} malformed histories in a row: POST /resume goes on"
        self._service.health.pause(paused=True, why=why)
        while self._service.health.unready().get("dead letters") == why:
            if self._stopping.wait(_WAIT):
                return
        self._limit.resume()
