"""API lookups at a steady rate against a store of millions of scores."""

import http.client
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bench.percentiles import Percentiles, percentiles
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from bench.stage import Stage
from bench.stored_scores import WHOLE_EVERY, stored_scores
from deploy.local.ports import free_port
from deploy.local.processes import LeashedProcess
from deploy.local.services import RunningService

_RATE = 200
_CLIENTS = 4
_LEAD = 0.5
_WARM_UP = 2.0
_START_SECONDS = 60.0
_PREFIX = "lookups-"
_OK = 200


class LookupFailedError(RuntimeError):
    """An application that is stored was not given, or the API did not start."""


def measure(stage: Stage, scale: Scale) -> Findings:
    """The latency of a lookup from when it was due, at a rate that waits for nobody.

    Raises:
        LookupFailedError: a lookup did not give the application.
    """
    stage.say(f"a store of {scale.stored:,} scores")
    path = stored_scores(stage, scale.stored)
    applications = range(WHOLE_EVERY, scale.stored + 1, WHOLE_EVERY)
    size = path.stat().st_size
    _forget(path)
    with _api(stage, path) as api:
        stage.say(f"{_RATE} lookups a second for {scale.load_seconds:.0f} s")
        _look_up(api, applications, _WARM_UP)
        found = percentiles(_look_up(api, applications, scale.load_seconds))
    return Findings(
        tables=[_table(found, scale, size)],
        figures={
            "p50, ms": found.p50,
            "p99, ms": found.p99,
            "p99.9, ms": found.p999,
            "stored": float(scale.stored),
            "bytes a score": size / scale.stored,
        },
    )


def _forget(path: Path) -> None:
    """Leave nothing of a file in the machine's memory: a store of such a size is not, as a rule."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextmanager
def _api(stage: Stage, database: Path) -> Iterator[RunningService]:
    stage.create_topics(_PREFIX)
    port, log = free_port(), stage.folder / "lookups.log"
    environment = {
        **stage.environment(_PREFIX),
        "QUERY_API_DATABASE_URL": f"sqlite:///{database}",
        "QUERY_API_HTTP_PORT": str(port),
        "QUERY_API_STATE_DIR": str(stage.folder / "lookups"),
    }
    command = [sys.executable, "-m", "query_api", "serve"]
    with LeashedProcess(command, log=log, environment=environment) as process:
        api = RunningService("api", process, f"http://127.0.0.1:{port}", log)
        deadline = time.monotonic() + _START_SECONDS
        while not api.ready():
            if time.monotonic() > deadline:
                raise LookupFailedError(f"the API is not ready:\n{api.log_end()}")
            process.ended_within(0.1)
        yield api


def _look_up(api: RunningService, applications: Sequence[int], seconds: float) -> list[float]:
    """Random applications, by several clients in turn; the n-th is due n / rate after the begin."""
    count, begin = round(_RATE * seconds), time.time() + _LEAD
    drawn = random.Random(count).choices(applications, k=count)

    def client(first: int) -> list[float]:
        connection = http.client.HTTPConnection(urlsplit(api.address).netloc, timeout=30)
        taken = []
        for number in range(first, count, _CLIENTS):
            due = begin + number / _RATE
            time.sleep(max(0.0, due - time.time()))
            connection.request("GET", f"/v1/applications/{drawn[number]}")
            answer = connection.getresponse()
            if answer.status != _OK:
                raise LookupFailedError(f"application {drawn[number]}: {answer.read()[:300]!r}")
            answer.read()
            taken.append(time.time() - due)
        connection.close()
        return taken

    with ThreadPoolExecutor(_CLIENTS) as pool:
        return [one for taken in pool.map(client, range(_CLIENTS)) for one in taken]


def _table(found: Percentiles, scale: Scale, size: int) -> Table:
    series = {"a lookup": [("p50", found.p50), ("p99", found.p99), ("p99.9", found.p999)]}
    return Table(
        name="lookups",
        title="Lookups through the API",
        about=f"`GET /v1/applications/{{id}}` of random applications, {_RATE} a second (open "
        f"loop), {_CLIENTS} connections, in a store of {scale.stored:,} scores "
        f"({size / 1e9:.1f} GB of SQLite), nothing of it in memory at the begin; one score in "
        f"{WHOLE_EVERY} holds the model's input and has an explanation, and those are asked for",
        rows=[{"stored scores": f"{scale.stored:,}", **found.cells()}],
        chart=Chart(kind="bars", x="", y="ms", series=series),
    )
