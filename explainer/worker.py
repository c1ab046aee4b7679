"""The explainer's loop: poll, decode, process, produce, commit."""

import datetime as dt
import itertools
import time
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from contracts.codec import encode
from contracts.errors import InvalidEvent
from contracts.events import EVENT_TYPES, LoanExplained, LoanScored, ReasonGiven
from contracts.headers import Envelope, child_traceparent, cloud_event_headers
from contracts.packing import FloatVector
from contracts.records import Headers
from contracts.topics import EXPLANATIONS
from explainer import metrics
from explainer.explanations import Explainer, ScoredRecord
from runtime.crash_guard import Attempt, CrashGuard
from runtime.dead_letters import DeadLetter, send_dead_letters
from runtime.intake import Received, condemn, receive, refuse
from runtime.meter import Batches, Meter
from runtime.producer import Output
from runtime.service import Service
from runtime.settings import KafkaSettings

_PAUSE_SECONDS = 0.2

Explained = tuple[LoanExplained, Envelope]


class Worker:
    """Explains every score; offsets are committed once the explanations are confirmed."""

    def __init__(
        self,
        *,
        service: Service,
        kafka: KafkaSettings,
        consumer: Batches,
        producer: Output,
        explainer_of: Callable[[str, str], Explainer],
        guard: CrashGuard,
        meter: Meter,
    ) -> None:
        self._service, self._kafka = service, kafka
        self._consumer, self._producer = consumer, producer
        self._explainer_of, self._guard, self._meter = explainer_of, guard, meter

    def run(self, size: int, wait: float) -> None:
        """Take batches until the service is told to stop."""
        while not self._service.stopping.is_set():
            self._meter.turned(self._consumer)
            if self._service.check_pause():
                self._consumer.idle(_PAUSE_SECONDS)
                continue
            records = self._consumer.poll_batch(size, wait)
            for attempt in self._guard.attempts(records):
                began = time.perf_counter()
                with self._guard.guarded(attempt):
                    explained, letters = self._process(attempt)
                    self._produce(explained, letters)
                    self._producer.flush_or_raise()
                    self._consumer.commit(attempt.records)
                self._meter.done(attempt.records, letters, time.perf_counter() - began)
                self._meter.aged(event.applied_at for event, _ in explained)

    def _process(self, attempt: Attempt) -> tuple[list[Explained], list[DeadLetter]]:
        if attempt.condemned:
            return [], condemn(attempt.records, self._service.name)
        received, letters = receive(attempt.records, LoanScored, self._service.name)
        readable, refused = self._read(received)
        return self._explain(readable), [*letters, *refused]

    def _read(
        self, received: Sequence[Received[LoanScored]]
    ) -> tuple[list[tuple[Received[LoanScored], FloatVector]], list[DeadLetter]]:
        """The model's input of every score; a score that no model of ours fits is refused."""
        readable, refused = [], []
        for one in received:
            try:
                explainer = self._explainer_of(one.event.model_name, one.event.model_version)
                readable.append((one, explainer.model_input(one.event)))
            except InvalidEvent as error:
                name = self._service.name
                refused.append(refuse(one.record, name, error.reason, str(error)))
        return readable, refused

    def _explain(
        self, readable: Sequence[tuple[Received[LoanScored], FloatVector]]
    ) -> list[Explained]:
        """Explain runs of scores by the same model version; order is kept."""
        explained: list[Explained] = []
        now = dt.datetime.now(dt.UTC)
        for (name, version), run in itertools.groupby(readable, key=_model_of):
            scores, inputs = zip(*run, strict=True)
            scored = [ScoredRecord(one.event, one.record) for one in scores]
            events = self._explainer_of(name, version).explain(scored, np.stack(inputs), now)
            explained += zip(events, (one.envelope for one in scores), strict=True)
        return explained

    def _produce(self, explained: Sequence[Explained], letters: Sequence[DeadLetter]) -> None:
        for event, cause in explained:
            key = str(event.application_id)
            self._producer.send(EXPLANATIONS, key, encode(event), self._headers(event, cause))
        send_dead_letters(self._producer, self._kafka, letters)
        _count([event.reasons for event, _ in explained])

    def _headers(self, event: LoanExplained, cause: Envelope) -> Headers:
        return cloud_event_headers(
            event_id=event.explanation_id,
            event_type=EVENT_TYPES[LoanExplained],
            source=self._service.name,
            subject=str(event.application_id),
            time=event.explained_at,
            traceparent=child_traceparent(cause.traceparent),
            purpose=event.purpose,
        )


def _count(given: Sequence[Sequence[ReasonGiven]]) -> None:
    """Tell the metrics what reasons a batch gave."""
    for code, times in Counter(reason.code for reasons in given for reason in reasons).items():
        metrics.REASONS.labels(code).inc(times)
    metrics.WITHOUT_REASON.inc(sum(not reasons for reasons in given))


def _model_of(readable: tuple[Received[LoanScored], FloatVector]) -> tuple[str, str]:
    event = readable[0].event
    return event.model_name, event.model_version
