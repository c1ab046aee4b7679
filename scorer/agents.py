"""The scorer's loop: poll, decode, process, produce, commit."""

import asyncio
import datetime as dt
import itertools
import time
from collections.abc import Sequence
from typing import Protocol

from faust.streams import Stream
from faust.types import AppT, EventT

from contracts.records import RawRecord
from contracts.topics import APPLICATIONS
from runtime import metrics as shared
from runtime.crash_guard import Attempt, CrashGuard
from runtime.intake import condemn
from runtime.service import Service
from scorer.applications import receive_applications
from scorer.publishing import Processed, Publisher
from scorer.scoring import BatchScorer, History, Model, ScoredBatch

_LOOK_SECONDS = 0.2


class Histories(Protocol):
    """What the agent needs of the history view."""

    def lookup(self, application_ids: Sequence[int]) -> list[History | None]:
        """What is held of each applicant; None where one was never seen."""


class Models(Protocol):
    """What the agent needs of the registry."""

    def take_new(self) -> Model | None:
        """The model that has come into force since the last call, if any."""


class ScoringAgent:
    """Scores applications in batches; an offset is acked once its output is confirmed.

    Faust acks by itself whatever leaves its loop, an exception included, so nothing is left to it:
    `noack_take` acks nothing, and an error here ends the process before the ack.
    """

    def __init__(
        self,
        *,
        service: Service,
        scorer: BatchScorer,
        models: Models,
        histories: Histories,
        publisher: Publisher,
        guard: CrashGuard,
    ) -> None:
        self._service, self._scorer, self._models = service, scorer, models
        self._histories, self._publisher, self._guard = histories, publisher, guard

    async def score_applications(
        self, stream: Stream[EventT[bytes | None]], size: int, wait: float
    ) -> None:
        """Take batches for as long as the stream lives (`noack_take` makes events of it)."""
        stream.enable_acks = False  # else it acks what it still holds when an error ends the loop
        async for events in stream.noack_take(size, within=wait):
            waiting = iter(events)
            for attempt in self._guard.attempts([raw_record(event) for event in events]):
                began = time.perf_counter()
                processed = self._process(attempt)
                await asyncio.to_thread(self._publisher.publish, processed)
                for event in itertools.islice(waiting, len(attempt.records)):
                    event.ack()
                await stream.app.consumer.commit()
                self._note(attempt, processed, time.perf_counter() - began)
            await self._hold_while_paused(stream.app)

    def take_new_model(self) -> None:
        """Swap the model if another has come into force.

        Call it from the event loop, in which a batch is scored without a pause: so the swap falls
        between batches.
        """
        if (model := self._models.take_new()) is not None:
            self._scorer = BatchScorer(model)

    def _process(self, attempt: Attempt) -> Processed:
        """Decode and score, under the guard: a record that ends the process here is found."""
        if attempt.condemned:
            letters = condemn(attempt.records, self._service.name)
            return Processed((), ScoredBatch(), letters)
        with self._guard.guarded(attempt):
            applied, letters = receive_applications(attempt.records, self._service.name)
            ids = [one.application.SK_ID_CURR for one in applied]
            now = dt.datetime.now(dt.UTC)
            batch = self._scorer.score(applied, self._histories.lookup(ids), now)
        return Processed(applied, batch, letters)

    def _note(self, attempt: Attempt, processed: Processed, seconds: float) -> None:
        name = self._service.name
        self._service.limit.observe(attempt.records, processed.letters)
        self._service.health.moved()
        shared.RECORDS.labels(name, APPLICATIONS.name).inc(len(attempt.records))
        shared.BATCH_RECORDS.labels(name).observe(len(attempt.records))
        shared.BATCH_SECONDS.labels(name).observe(seconds)

    async def _hold_while_paused(self, app: AppT) -> None:
        """Take nothing more while too many dead letters in a row hold the service.

        Faust waits for every event it has handed to the stream before it stops or gives partitions
        away. The one that stands behind this batch is given back instead: nobody has begun it.
        """
        while self._service.check_pause():
            if app.rebalancing or self._service.stopping.is_set():
                app.consumer.unacked.clear()
            await asyncio.sleep(_LOOK_SECONDS)


def raw_record(event: EventT[bytes | None]) -> RawRecord:
    """The record of a Faust event as it lay in Kafka; Faust holds its time in seconds."""
    message = event.message
    return RawRecord(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=tuple(message.headers or ()),  # type: ignore[arg-type] # aiokafka gives pairs
        timestamp_ms=max(0, round((message.timestamp or 0) * 1000)),
    )
