"""Runs the parts of the scorer: first the history view, then the stream, until told to stop."""

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from typing import cast

import faust

from contracts.topics import APPLICATIONS
from runtime import metrics as shared
from runtime.lean import set_aside
from runtime.service import Service
from scorer.agents import ScoringAgent
from scorer.history_feed import HistoryFeed
from scorer.transport import Consumer

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 0.2
_LEAVE_SECONDS = 20.0


class Worker:
    """The life of the process between its start and its stop.

    The application runs in our own event loop, not by Faust's command line, whose worker would
    take over signals, logs and the exit code.
    """

    def __init__(
        self, service: Service, feed: HistoryFeed, agent: ScoringAgent, app: faust.App
    ) -> None:
        self._service, self._feed, self._agent, self._app = service, feed, agent, app
        self._told: set[str] = set()

    async def run(self) -> None:
        """Run until a signal; no application is taken before the history view has caught up.

        Raises:
            Exception: whatever ended the feed or the agent; nothing was acked that is not done.
        """
        feeding = asyncio.create_task(asyncio.to_thread(self._feed.run))
        try:
            await self._watch(feeding, until=lambda: self._feed.caught_up)
            if not self._service.stopping.is_set():
                await self._score(feeding)
        finally:
            self._feed.stop()
            await feeding

    async def _score(self, feeding: asyncio.Task[None]) -> None:
        set_aside()
        try:
            await self._app.start()
            self._service.health.require("starting", None)
            await self._watch(feeding, until=lambda: False)
        finally:
            await self._leave()

    async def _leave(self) -> None:
        """Finish the batch in hand, commit, leave the group; Kafka being away must not hold us.

        What is not committed then comes again. The clients' threads cannot be ended from outside,
        so the process ends on the spot.
        """
        leaving = asyncio.create_task(self._app.stop())
        await asyncio.wait({leaving}, timeout=_LEAVE_SECONDS)
        if not leaving.done():
            cause = self._app.crash_reason
            logger.critical("Kafka does not answer: the process ends as it is", exc_info=cause)
            logging.shutdown()
            os._exit(1)
        leaving.result()

    async def _watch(self, feeding: asyncio.Task[None], until: Callable[[], bool]) -> None:
        """Turn until the condition or a stop comes true; raise what ended one of the parts."""
        while not until() and not self._service.stopping.is_set():
            if feeding.done():
                feeding.result()
            if self._app.crash_reason is not None:
                raise self._app.crash_reason
            self._agent.take_new_model()
            self._service.health.turned(self._lag())
            await asyncio.sleep(_LOOK_SECONDS)

    def _lag(self) -> int:
        """Applications not committed yet, in the partitions of this worker."""
        consumer = cast(Consumer, self._app.consumer)
        lags = {str(partition): lag for (_, partition), lag in consumer.lag().items()}
        self._tell(lags)
        return sum(lags.values())

    def _tell(self, lags: Mapping[str, int]) -> None:
        """Export the lag by partition, and no longer that of partitions given away."""
        labels = (self._service.name, APPLICATIONS.name)
        for partition in self._told - lags.keys():
            shared.LAG.remove(*labels, partition)
        for partition, lag in lags.items():
            shared.LAG.labels(*labels, partition).set(lag)
        self._told = set(lags)
