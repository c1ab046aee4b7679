"""A real browser before the real pages, with a stream that scores on demand behind them."""

import contextlib
import datetime as dt
import random
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from contracts.events import Decision, WindowKind
from contracts.examples import DRIFT
from deploy.local.ports import free_port
from query_api.app import create_app
from query_api.resources import Resources
from query_api.settings import QueryApiSettings
from tests.desk import FakeStream, Store
from tests.published import a_drift_report, a_score, an_explanation, an_outcome
from tests.waiting import wait_until

_CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Desk:
    """The pages at an address, and what lies behind them."""

    def __init__(self, address: str, store: Store, stream: FakeStream) -> None:
        self.address, self.store, self.stream = address, store, stream


@pytest.fixture(scope="module")  # it holds an event loop for as long as it runs
def browser() -> Iterator[Browser]:
    if not Path(_CHROMIUM).exists():
        pytest.skip(f"no browser: {_CHROMIUM} does not exist (Debian package chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    store = Store(folder)
    _fill(store)
    stream = FakeStream(store)
    resources = Resources(store.repository, stream)
    app = create_app(QueryApiSettings(), lambda _: contextlib.nullcontext(resources))
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, name="desk")
    thread.start()
    wait_until(lambda: server.started, 20, "the pages are served")
    yield Desk(f"http://127.0.0.1:{port}", store, stream)
    server.should_exit = True
    thread.join()
    store.engine.dispose()
    shutil.rmtree(folder)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page; whatever the browser complains of fails the test."""
    context = browser.new_context()
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "requestfailed", lambda request: complaints.append(f"{request.failure}: {request.url}")
    )
    yield opened
    context.close()
    # a form that comes back with its mistakes is a 422, of which Chromium makes a note; what was
    # still being loaded when the test went to the next page is aborted
    assert not [one for one in complaints if "of 422" not in one and "ERR_ABORTED" not in one]


_SEGMENTS = ("NAME_CONTRACT_TYPE=Cash loans", "NAME_CONTRACT_TYPE=Revolving loans")


def _fill(store: Store) -> None:
    """Three hundred applications, one of them scored twice, and a row of drift windows."""
    draw = random.Random(7)
    now = dt.datetime.now(dt.UTC)
    for number in range(1, 301):
        points = round(draw.gauss(580, 30))
        scored_at = now - dt.timedelta(minutes=400 - number)
        score = a_score(
            100_000 + number % 299,
            number,
            points=points,
            decision=list(Decision)[0 if points > 590 else 1 if points > 540 else 2],
            applied_at=scored_at,
            scored_at=scored_at,
        )
        store.put(score, an_explanation(score))
    store.put(an_outcome(100_001, defaulted=False))
    moved = ["EXT_SOURCE_3"]
    told = {
        "expected": DRIFT.expected,
        "drifting": DRIFT.drifting,
        "distances": DRIFT.distances,
        "effects": DRIFT.effects,
    }
    store.put(*(a_drift_report(n, moved * (n > 5), moved * (n > 6), **told) for n in range(9)))
    store.put(a_drift_report(9, window=WindowKind.DAY, ks_error=0.01))
    store.put(*(a_drift_report(10 + n, segment=name) for n, name in enumerate(_SEGMENTS)))
