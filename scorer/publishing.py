"""Scores and dead letters to Kafka, confirmed by the broker."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.codec import encode
from contracts.events import EVENT_TYPES, Decision, LoanScored, Purpose
from contracts.headers import Envelope, child_traceparent, cloud_event_headers
from contracts.records import Headers
from contracts.topics import SCORES
from runtime import metrics as shared
from runtime.dead_letters import DeadLetter, send_dead_letters
from runtime.producer import Output
from runtime.settings import KafkaSettings
from scorer import metrics
from scorer.scoring import Applied, ScoredBatch

ReadyScore = tuple[str, bytes, Headers]
"""Key, value and headers of a score."""


@dataclass(frozen=True, slots=True)
class Processed:
    """What came of a batch: the scores of what was taken, dead letters for the rest."""

    ready: Sequence[ReadyScore]
    batch: ScoredBatch
    letters: Sequence[DeadLetter]


class Publisher:
    """Publishes what came of a batch."""

    def __init__(self, producer: Output, kafka: KafkaSettings, service: str) -> None:
        self._producer, self._kafka, self._service = producer, kafka, service

    def ready(self, applied: Sequence[Applied], batch: ScoredBatch) -> list[ReadyScore]:
        """The scores as they are sent; what can fail over one of them fails here, before that."""
        return [
            (str(scored.application_id), encode(scored), self._headers(scored, one.envelope))
            for one, scored in zip(applied, batch.scores, strict=True)
        ]

    def send(self, batch: Iterable[Processed]) -> None:
        """Hand over every score and every dead letter, in order, without waiting.

        No record can make this fail: a score's size is bounded by the model's, and a dead letter
        that is too large is sent without its value.
        """
        for processed in batch:
            for key, value, headers in processed.ready:
                self._producer.send(SCORES, key, value, headers)
            send_dead_letters(self._producer, self._kafka, processed.letters)

    def confirm(self, batch: Iterable[Processed]) -> None:
        """Return once the broker has confirmed all that was sent.

        Raises:
            DeliveryFailedError: it did not; nothing of the batch may be committed.
        """
        self._producer.flush_or_raise()
        for processed in batch:
            self._count(processed)

    def _headers(self, scored: LoanScored, cause: Envelope) -> Headers:
        return cloud_event_headers(
            event_id=scored.score_id,
            event_type=EVENT_TYPES[LoanScored],
            source=self._service,
            subject=str(scored.application_id),
            time=scored.scored_at,
            traceparent=child_traceparent(cause.traceparent),
            purpose=scored.purpose,
        )

    def _count(self, processed: Processed) -> None:
        now = dt.datetime.now(dt.UTC)
        scores = processed.batch.scores
        kinds = Counter((one.decision, one.history_status, one.purpose) for one in scores)
        for labels, count in kinds.items():
            metrics.SCORES.labels(*labels).inc(count)
        ages = shared.OUTPUT_AGE_SECONDS.labels(self._service)
        for scored in scores:
            ages.observe((now - scored.applied_at).total_seconds())
        _count_business(scores, processed.batch.credit)
        metrics.HISTORY_MISMATCHES.inc(processed.batch.mismatched)
        for column, count in processed.batch.unseen.items():
            metrics.UNSEEN_LEVELS.labels(column).inc(count)


def _count_business(scores: Sequence[LoanScored], credit: Sequence[float]) -> None:
    """Count what is asked for and at risk; a simulation is nobody's application."""
    asked, risked = dict.fromkeys(Decision, 0.0), dict.fromkeys(Decision, 0.0)
    for scored, amount in zip(scores, credit, strict=True):
        if scored.purpose is Purpose.DECISION:
            metrics.PROBABILITY.observe(scored.probability)
            asked[scored.decision] += amount
            risked[scored.decision] += amount * scored.probability
    for decision in Decision:
        metrics.CREDIT.labels(decision).inc(asked[decision])
        metrics.DEFAULTING_CREDIT.labels(decision).inc(risked[decision])
