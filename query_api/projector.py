"""The projector: topics into SQL, each batch one transaction together with its positions."""

import time

import msgspec
from confluent_kafka import KafkaException

from contracts.events import LoanScored
from contracts.topics import CONSUMED
from query_api.metrics import IGNORED_SCORES
from query_api.settings import SERVICE, ProjectorSettings
from query_api.store.database import StoreError
from query_api.store.projection import Projection
from runtime.crash_guard import Attempt, CrashGuard
from runtime.dead_letters import DeadLetter, send_dead_letters
from runtime.intake import Received, condemn, receive
from runtime.meter import Batches, Meter
from runtime.producer import DeliveryFailedError, Output
from runtime.service import Service

TOPICS = CONSUMED[SERVICE]
_PAUSE_SECONDS = 0.5

_AWAY = (StoreError, DeliveryFailedError, KafkaException)  # never put down to a record
Taken = Received[msgspec.Struct]


class Worker:
    """Polls, decodes, projects, commits; the positions that count are those in the store."""

    def __init__(
        self,
        settings: ProjectorSettings,
        service: Service,
        *,
        consumer: Batches,
        producer: Output,
        projection: Projection,
    ) -> None:
        self._settings, self._service = settings, service
        self._consumer, self._producer, self._projection = consumer, producer, projection
        self._guard = CrashGuard(settings.state_dir / "attempts.json", excuses=_AWAY)
        self._meter = Meter(service, settings.kafka, TOPICS)

    def run(self) -> None:
        """Go on until the service is told to stop; what is begun is finished.

        Raises:
            StoreError: the store cannot be written; nothing of the batch is stored or committed.
            DeliveryFailedError: a dead letter was not confirmed; as above.
        """
        settings = self._settings
        while not self._service.stopping.is_set():
            self._meter.turned(self._consumer)
            if self._service.check_pause():
                self._consumer.idle(_PAUSE_SECONDS)
                continue
            records = self._consumer.poll_batch(settings.batch_size, settings.batch_wait)
            for attempt in self._guard.attempts(records):
                with self._guard.guarded(attempt):
                    self._process(attempt)

    def _process(self, attempt: Attempt) -> None:
        """Dead letters are confirmed first, for the transaction says that the batch is done."""
        began = time.perf_counter()
        received, letters = self._decode(attempt)
        send_dead_letters(self._producer, self._settings.kafka, letters)
        self._producer.flush_or_raise()
        events = [(one.record, one.event) for one in received]
        IGNORED_SCORES.inc(self._projection.apply(events, attempt.records))
        self._consumer.commit(attempt.records)
        self._meter.done(attempt.records, letters, time.perf_counter() - began)
        self._meter.aged(event.applied_at for _, event in events if isinstance(event, LoanScored))

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
