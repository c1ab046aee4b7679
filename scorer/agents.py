"""The scorer's loop: poll, decode, process, produce, commit."""

import asyncio
import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from faust.streams import Stream
from faust.types import AppT, EventT
from faust.types.transports import ConsumerT

from contracts.records import RawRecord
from contracts.topics import APPLICATIONS
from runtime import metrics as shared
from runtime.crash_guard import Attempt, CrashGuard
from runtime.intake import condemn
from runtime.service import Service
from scorer.applications import receive_applications
from scorer.publishing import Processed, Publisher
from scorer.scoring import BatchScorer, History, Model, ScoredBatch
from scorer.transport import Ticket

_LOOK_SECONDS = 0.2


class Histories(Protocol):
    """What the agent needs of the history view."""

    def lookup(self, application_ids: Sequence[int]) -> list[History | None]:
        """What is held of each applicant; None where one was never seen."""


class Models(Protocol):
    """What the agent needs of the registry."""

    def take_new(self) -> Model | None:
        """The model that has come into force since the last call, if any."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What was drawn with one event and what came of it, on its way to be confirmed."""

    event: EventT[Ticket]
    records: Sequence[RawRecord]
    processed: Sequence[Processed]
    began: float


class ScoringAgent:
    """Scores applications in batches; an offset is acked once its output is confirmed.

    Faust acks by itself whatever leaves its loop, an exception included, so nothing is left to it:
    acks are made here alone, and an error ends the process before the ack.
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
        self._confirming: asyncio.Task[None] | None = None

    async def score_applications(self, stream: Stream[Ticket]) -> None:
        """Take what has piled up, batch after batch, for as long as the stream lives.

        While the broker confirms one batch the next is scored; it is sent after that.
        """
        stream.enable_acks = False  # else it acks what it still holds when an error ends the loop
        async for event in stream.events():
            began = time.perf_counter()
            records = cast(Ticket, event.value).draw().records
            processed = [self._process(attempt) for attempt in self._guard.attempts(records)]
            await self.confirmed()
            self._publisher.send(processed)
            batch = Batch(event, records, processed, began)
            self._confirming = asyncio.create_task(self._confirm(batch, stream.app))
            await self._hold_while_paused(stream.app.consumer)

    async def confirmed(self) -> None:
        """Return once the broker has confirmed what was sent last.

        Raises:
            DeliveryFailedError: it did not.
        """
        if self._confirming is not None:
            await self._confirming

    def take_new_model(self) -> None:
        """Swap the model if another has come into force.

        Call it from the event loop, in which a batch is scored without a pause: so the swap falls
        between batches.
        """
        if (model := self._models.take_new()) is not None:
            self._scorer = BatchScorer(model)

    def _process(self, attempt: Attempt) -> Processed:
        """Decode, score and encode, under the guard: a record that ends the process is found."""
        if attempt.condemned:
            letters = condemn(attempt.records, self._service.name)
            self._service.limit.observe(attempt.records, letters)
            return Processed((), ScoredBatch(), letters)
        with self._guard.guarded(attempt):
            applied, letters = receive_applications(attempt.records, self._service.name)
            ids = [one.application.SK_ID_CURR for one in applied]
            now = dt.datetime.now(dt.UTC)
            batch = self._scorer.score(applied, self._histories.lookup(ids), now)
            ready = self._publisher.ready(applied, batch)
        self._service.limit.observe(attempt.records, letters)
        return Processed(ready, batch, letters)

    async def _confirm(self, batch: Batch, app: AppT) -> None:
        """Ack a batch once the broker has confirmed its output; the transport then commits it.

        An error ends the process, though no other batch may come that would meet it.
        """
        try:
            await asyncio.to_thread(self._publisher.confirm, batch.processed)
        except Exception as error:
            await app.crash(error)
            raise
        batch.event.ack()
        self._guard.done(batch.records)
        self._note(batch)

    def _note(self, batch: Batch) -> None:
        name, seconds = self._service.name, time.perf_counter() - batch.began
        self._service.health.moved()
        shared.RECORDS.labels(name, APPLICATIONS.name).inc(len(batch.records))
        shared.committed(name, APPLICATIONS.name, batch.records)
        shared.BATCH_RECORDS.labels(name).observe(len(batch.records))
        shared.BATCH_SECONDS.labels(name).observe(seconds)

    async def _hold_while_paused(self, consumer: ConsumerT) -> None:
        """Take nothing more while too many dead letters in a row hold the service."""
        if not self._service.limit.paused:
            return
        await self.confirmed()
        await consumer.commit()
        while self._service.check_pause():  # noqa: ASYNC110 - another thread ends it
            await asyncio.sleep(_LOOK_SECONDS)
