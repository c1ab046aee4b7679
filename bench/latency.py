"""From publish to score, to explanation and to readable through the API, every service running."""

import http.client
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from bench.load import due
from bench.outputs import Ends, ends, messages
from bench.percentiles import Percentiles, percentiles
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from bench.stage import Stage
from contracts.events import Time
from contracts.ids import score_id
from contracts.topics import APPLICATIONS, EXPLANATIONS, SCORES
from deploy.local.processes import LeashedProcess
from deploy.local.services import RunningService, running_services

RATES = (50, 500, 2_000)
_PREFIX = "latency-"
_WARM_UP, _WARM_RATE = 10.0, 300  # until compilers have seen enough
_READS = 4.0  # a second; more would be a load of their own
_PAUSE = 0.01
_PATIENCE = 60.0


class LostError(RuntimeError):
    """Applications that did not come through."""


class _Told(msgspec.Struct):
    applied_at: Time
    score_id: str


_decode = msgspec.json.Decoder(_Told).decode


@dataclass(frozen=True, slots=True)
class Load:
    """Applications at a rate: the n-th is due n / rate after the begin."""

    run: str
    rate: int
    count: int
    begin: float

    def due(self, number: int) -> float:
        """When an application is to be published."""
        return due(self.begin, self.rate, number)


def measure(stage: Stage, scale: Scale) -> Findings:
    """Latencies at every rate; what is lost is an error.

    Raises:
        LostError: an application was not scored and explained within a minute.
    """
    found: dict[int, Mapping[str, Percentiles]] = {}
    with everything(stage, _PREFIX) as services:
        warm_up(stage, _PREFIX)
        for rate in RATES:
            found[rate] = _at_rate(stage, services["api"], rate, scale.load_seconds)
    return Findings(tables=[_table(found, scale)], figures=_figures(found))


@contextmanager
def everything(stage: Stage, prefix: str) -> Iterator[Mapping[str, RunningService]]:
    """Every service on topics of its own, ready, with the histories read."""
    stage.create_topics(prefix)
    stage.run(prefix, "producer", "histories", "--from", str(stage.material.histories))
    stage.say("every service, until all are ready")
    folder = stage.folder / f"{prefix}services"
    folder.mkdir()
    database = {"QUERY_API_DATABASE_URL": f"sqlite:///{folder}/creditstream.db"}
    with running_services({**stage.environment(prefix), **database}, folder) as services:
        yield services


def warm_up(stage: Stage, prefix: str) -> None:
    """Some applications through every service, so that what is compiled or loaded once is."""
    explanations = stage.kafka(prefix).topic_name(EXPLANATIONS)
    begin = ends(stage.admin, explanations)
    with publishing(stage, prefix, _WARM_RATE, _WARM_UP) as (load, publisher):
        publisher.wait()
    _await_all(stage, explanations, begin, load)


def _at_rate(
    stage: Stage, api: RunningService, rate: int, seconds: float
) -> Mapping[str, Percentiles]:
    names = {topic: stage.kafka(_PREFIX).topic_name(topic) for topic in (SCORES, EXPLANATIONS)}
    before = {topic: ends(stage.admin, name) for topic, name in names.items()}
    with publishing(stage, _PREFIX, rate, seconds) as (load, publisher):
        readable = _read_some(stage, api, load)
        publisher.wait()
    for topic, name in names.items():
        _await_all(stage, name, before[topic], load)
    latencies = {
        "scored": _latencies(stage, names[SCORES], before[SCORES]),
        "explained": _latencies(stage, names[EXPLANATIONS], before[EXPLANATIONS]),
        "readable": readable,
    }
    found = {what: percentiles(each) for what, each in latencies.items()}
    told = ", ".join(f"{what} {of.p50:.0f} / {of.p99:.0f} ms" for what, of in found.items())
    stage.say(f"{rate:,} a second, median / 99th percentile: {told}")
    return found


@contextmanager
def publishing(
    stage: Stage, prefix: str, rate: int, seconds: float
) -> Iterator[tuple[Load, LeashedProcess]]:
    """The publisher, at the moment that its load begins."""
    run, count = f"{prefix}{rate}-a-second", round(rate * seconds)
    begun = stage.folder / f"{run}.begun"
    command = [
        sys.executable,
        "-m",
        "bench.load",
        f"--bootstrap={stage.bootstrap}",
        f"--topic={stage.kafka(prefix).topic_name(APPLICATIONS)}",
        f"--run={run}",
        f"--material={stage.material.folder}",
        f"--begun={begun}",
        f"--rate={rate}",
        f"--count={count}",
    ]
    log = stage.folder / f"{run}.log"
    with LeashedProcess(command, log=log, environment=stage.environment("")) as process:
        while not begun.exists():
            if process.ended_within(_PAUSE):
                raise LostError(f"the publisher ended:\n{log.read_text(errors='replace')[-1500:]}")
        yield Load(run, rate, count, float(begun.read_text(encoding="utf-8"))), process


def _read_some(stage: Stage, api: RunningService, load: Load) -> list[float]:
    """Seconds until the API gave the score, for a few applications, each waited for by itself."""
    every = max(1, round(load.rate / _READS))
    waits = []
    with ThreadPoolExecutor(max_workers=64) as pool:
        for number in range(0, load.count, every):
            time.sleep(max(0.0, load.due(number) - time.time()))
            wanted = score_id(f"{load.run}-{number}").encode()
            path = f"/v1/applications/{stage.ids[number % len(stage.ids)]}"
            waits.append(pool.submit(_readable_after, api.address, path, wanted, load.due(number)))
        return [wait.result() for wait in waits]


def _readable_after(address: str, path: str, wanted: bytes, since: float) -> float:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_PATIENCE)
    while True:
        connection.request("GET", path)
        if wanted in connection.getresponse().read():
            connection.close()
            return time.time() - since
        if time.time() - since > _PATIENCE:
            raise LostError(f"{address}{path} did not give score {wanted.decode()}")
        time.sleep(_PAUSE)


def _await_all(stage: Stage, topic: str, before: Ends, load: Load) -> None:
    deadline = time.monotonic() + _PATIENCE
    while (came := sum(ends(stage.admin, topic).values()) - sum(before.values())) < load.count:
        if time.monotonic() > deadline:
            raise LostError(f"{came} of {load.count} on {topic} at {load.rate} a second")
        time.sleep(_PAUSE)


def _latencies(stage: Stage, topic: str, before: Ends) -> list[float]:
    """Seconds from when each application was due to when its event was appended."""
    return [
        message.timestamp()[1] / 1000 - _decode(message.value() or b"").applied_at.timestamp()
        for message in messages(stage.bootstrap, topic, before)
    ]


def _table(found: Mapping[int, Mapping[str, Percentiles]], scale: Scale) -> Table:
    rows = [
        {"a second": f"{rate:,}", "until": what, **of.cells()}
        for rate, stages in found.items()
        for what, of in stages.items()
    ]
    series = {
        what: [(f"{rate:,} a second", stages[what].p99) for rate, stages in found.items()]
        for what in ("scored", "explained", "readable")
    }
    return Table(
        name="latency",
        title="From publish to score, explanation and answer",
        about=f"every service and Kafka on this machine, {scale.load_seconds:.0f} s at each rate, "
        "from when an application was due to be published (open loop); readable: some are asked "
        "for at the API until it gives them",
        rows=rows,
        chart=Chart(kind="bars", x="", y="ms, 99th percentile", logarithmic=True, series=series),
    )


def _figures(found: Mapping[int, Mapping[str, Percentiles]]) -> dict[str, float]:
    return {
        f"{what} {name} at {rate}, ms": value
        for rate, stages in found.items()
        for what, of in stages.items()
        for name, value in (("p50", of.p50), ("p99", of.p99), ("p99.9", of.p999))
    }
