"""An API over a store in a file of its own, with a stream that scores what is sent, or does not."""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from query_api.app import create_app
from query_api.client import ScoreReader
from query_api.resources import Resources
from query_api.settings import QueryApiSettings
from tests.desk import Client, FakeStream, Store
from tests.published import NOON


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def stream(store: Store) -> FakeStream:
    return FakeStream(store)


@pytest.fixture
def now() -> Callable[[], dt.datetime]:
    return lambda: NOON + dt.timedelta(hours=1)


@pytest.fixture
def client(store: Store, stream: FakeStream, now: Callable[[], dt.datetime]) -> Client:
    resources = Resources(store.repository, stream, now)
    return Client(create_app(QueryApiSettings(), lambda _: contextlib.nullcontext(resources)))


@pytest.fixture
def reader(client: Client) -> ScoreReader:
    def answer(request: httpx.Request) -> httpx.Response:
        told = client.get(request.url.raw_path.decode())
        return httpx.Response(told.status_code, content=told.content, request=request)

    return ScoreReader("http://desk", httpx.MockTransport(answer))
