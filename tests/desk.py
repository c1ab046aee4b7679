"""The query service without Kafka: a store to fill, a stream that scores at once, a client."""

import asyncio
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import httpx
import msgspec
import sqlalchemy as sa
from fastapi import FastAPI

from query_api.store.database import create_schema, open_database
from query_api.store.projection import Projection
from query_api.store.repository import Repository
from query_api.submission import Submission
from runtime.producer import DeliveryFailedError
from tests.published import a_score, an_explanation, in_records


class FakeStream:
    """Kafka and the services behind it: scores what is sent at once, unless it is told not to."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self.sent: list[Submission] = []
        self.away = False
        self.scores = True

    def publish(self, submission: Submission) -> Future[None]:
        done: Future[None] = Future()
        if self.away:
            done.set_exception(DeliveryFailedError("1 records failed: no broker answers"))
            return done
        self.sent.append(submission)
        if self.scores:
            score = a_score(
                submission.application_id,
                offset=len(self.sent) + 1_000,
                score_id=submission.score_id,
                application_event_id=submission.event_id,
            )
            self._store.put(score, an_explanation(score))
        done.set_result(None)
        return done


class Store:
    """A store to fill and to read."""

    def __init__(self, folder: Path) -> None:
        self.engine: sa.Engine = open_database(f"sqlite:///{folder}/store.db")
        create_schema(self.engine)
        self.projection = Projection(self.engine)
        self.repository = Repository(self.engine)
        self._next = 0

    def put(self, *events: msgspec.Struct) -> None:
        placed = in_records(events, first=self._next)
        self._next += len(placed)
        self.projection.apply(placed, [record for record, _ in placed])


class Client:
    """Asks the application without a server between; an unexpected error is a 500, as outside."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._request(method, path, **options))

    async def _request(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        async with (
            self._app.router.lifespan_context(self._app),
            httpx.AsyncClient(transport=transport, base_url="http://desk") as client,
        ):
            return await client.request(method, path, **options)
