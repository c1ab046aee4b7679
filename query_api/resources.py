"""What a running API holds on to: the store, the way into Kafka, the clock."""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from query_api.metrics import SUBMISSIONS
from query_api.problems import Kind, ProblemError
from query_api.publisher import Publisher
from query_api.settings import SERVICE, QueryApiSettings
from query_api.store.database import StoreError, create_schema, open_database
from query_api.store.repository import Repository
from query_api.submission import Submission
from runtime.producer import DeliveryFailedError, Producer, RecordTooLargeError

_PAUSE_SECONDS = 0.05
_DELIVERY_SECONDS = 5.0


class Publishes(Protocol):
    """The way into the stream."""

    def publish(self, submission: Submission) -> Future[None]:
        """Send an application; the future is done when the broker has confirmed it."""


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Resources:
    """Given to every route."""

    repository: Repository
    publisher: Publishes
    clock: Callable[[], dt.datetime] = field(default=_now)

    async def publish(self, submission: Submission) -> None:
        """Send an application into the stream.

        Raises:
            ProblemError: Kafka did not confirm it, or it is too large with its headers.
        """
        try:
            await asyncio.wrap_future(self.publisher.publish(submission))
        except DeliveryFailedError as error:
            SUBMISSIONS.labels("unavailable").inc()
            raise ProblemError(Kind.KAFKA_AWAY, str(error)) from error
        except RecordTooLargeError as error:
            SUBMISSIONS.labels("refused").inc()
            raise ProblemError(Kind.TOO_LARGE, str(error)) from error
        SUBMISSIONS.labels("accepted").inc()

    async def score_came(self, score_id: str, seconds: float) -> bool:
        """Wait for a score to be in the store, for some seconds at most."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not await asyncio.to_thread(self._has_score, score_id):
            if loop.time() >= deadline:
                return False
            await asyncio.sleep(_PAUSE_SECONDS)
        return True

    def _has_score(self, score_id: str) -> bool:
        """Whether the score is there; a store that is away has not got it yet.

        The application is in the stream by now: to answer that it failed would have it sent twice.
        """
        try:
            return self.repository.has_score(score_id)
        except StoreError:
            return False


@contextmanager
def open_resources(settings: QueryApiSettings) -> Iterator[Resources]:
    """The real store and the real Kafka, until the service ends."""
    engine = open_database(settings.store.database_url.get_secret_value())
    publisher = Publisher(Producer(settings.kafka, SERVICE, _DELIVERY_SECONDS))
    try:
        create_schema(engine)
        yield Resources(Repository(engine), publisher)
    finally:
        publisher.close()
        engine.dispose()
