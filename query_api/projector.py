"""The projector: topics into SQL, each batch one transaction together with its positions."""

import datetime as dt
import logging
import time
from collections.abc import Sequence
from typing import Protocol

import msgspec

from contracts.events import LoanScored
from contracts.records import RawRecord
from contracts.topics import CONSUMED
from query_api.metrics import IGNORED_SCORES
from query_api.settings import SERVICE, ProjectorSettings
from query_api.store.database import StoreError
from query_api.store.projection import Projection
from runtime import metrics
from runtime.crash_guard import Attempt, CrashGuard
from runtime.dead_letters import DeadLetter, Sender, send_dead_letters
from runtime.intake import Received, condemn, receive
from runtime.producer import DeliveryFailedError
from runtime.service import Service

logger = logging.getLogger(__name__)

TOPICS = CONSUMED[SERVICE]
_PAUSE_SECONDS = 0.5

Taken = Received[msgspec.Struct]


class Batches(Protocol):
    """What the projector needs of a consumer."""

    connected: bool

    def poll_batch(self, size: int, wait: float) -> list[RawRecord]:
        """Up to `size` records."""

    def commit(self, records: Sequence[RawRecord]) -> None:
        """Commit that everything up to these records is done."""

    def idle(self, wait: float) -> None:
        """Stay in the group without taking records."""

    def lag(self) -> dict[tuple[str, int], int]:
        """Records not committed yet."""


class Confirms(Sender, Protocol):
    """What the projector needs of a producer."""

    def flush_or_raise(self) -> None:
        """Return when everything sent is confirmed."""


class Worker:
    """Polls, decodes, projects, commits; the positions that count are those in the store."""

    def __init__(
        self,
        settings: ProjectorSettings,
        service: Service,
        consumer: Batches,
        producer: Confirms,
        projection: Projection,
    ) -> None:
        self._settings, self._service = settings, service
        self._consumer, self._producer, self._projection = consumer, producer, projection
        self._guard = CrashGuard(settings.state_dir / "attempts.json")

    def run(self) -> None:
        """Go on until the service is told to stop; what is begun is finished.

        Raises:
            StoreError: the store cannot be written; nothing of the batch is stored or committed.
            DeliveryFailedError: a dead letter was not confirmed; as above.
        """
        while not self._service.stopping.is_set():
            self._tell_health()
            if self._service.check_pause():
                self._consumer.idle(_PAUSE_SECONDS)
                continue
            records = self._consumer.poll_batch(
                self._settings.batch_size, self._settings.batch_wait
            )
            for attempt in self._guard.attempts(records):
                self._guarded(attempt)

    def _guarded(self, attempt: Attempt) -> None:
        """Process an attempt; a store or a broker that is away is never put down to its records."""
        away: StoreError | DeliveryFailedError | None = None
        with self._guard.guarded(attempt):
            try:
                self._process(attempt)
            except (StoreError, DeliveryFailedError) as error:
                away = error
        if away is not None:
            raise away

    def _process(self, attempt: Attempt) -> None:
        """Dead letters are confirmed first, for the transaction says that the batch is done."""
        started = time.monotonic()
        received, letters = self._decode(attempt)
        send_dead_letters(self._producer, self._settings.kafka, letters)
        self._producer.flush_or_raise()
        events = [(one.record, one.event) for one in received]
        IGNORED_SCORES.inc(self._projection.apply(events, attempt.records))
        self._consumer.commit(attempt.records)
        self._service.limit.observe(attempt.records, letters)
        self._measure(attempt.records, received, started)

    def _decode(self, attempt: Attempt) -> tuple[list[Taken], list[DeadLetter]]:
        """The events of a batch, topic by topic; one that ended the process is not looked at."""
        if attempt.condemned:
            return [], condemn(attempt.records, SERVICE)
        received: list[Taken] = []
        letters: list[DeadLetter] = []
        for topic in TOPICS:
            name = self._settings.kafka.topic_name(topic)
            records = [record for record in attempt.records if record.topic == name]
            taken, refused = receive(records, topic.event, SERVICE)
            received += taken
            letters += refused
        return received, letters

    def _tell_health(self) -> None:
        lag = self._consumer.lag()
        for (topic, partition), records in lag.items():
            metrics.LAG.labels(SERVICE, topic, str(partition)).set(records)
        metrics.KAFKA_UP.labels(SERVICE).set(self._consumer.connected)
        self._service.health.turned(sum(lag.values()))
        missing = None if self._consumer.connected else "Kafka does not answer"
        self._service.health.require("kafka", missing)
        self._service.health.require("starting", None)

    def _measure(
        self, records: Sequence[RawRecord], received: Sequence[Taken], started: float
    ) -> None:
        self._service.health.moved()
        metrics.BATCH_SECONDS.labels(SERVICE).observe(time.monotonic() - started)
        metrics.BATCH_RECORDS.labels(SERVICE).observe(len(records))
        for topic in TOPICS:
            name = self._settings.kafka.topic_name(topic)
            count = sum(record.topic == name for record in records)
            metrics.RECORDS.labels(SERVICE, topic.name).inc(count)
        now = dt.datetime.now(dt.UTC)
        for one in received:
            if isinstance(one.event, LoanScored):
                age = (now - one.event.applied_at).total_seconds()
                metrics.OUTPUT_AGE_SECONDS.labels(SERVICE).observe(age)
