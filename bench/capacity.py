"""The page on capacity: what a load takes, from the figures of the results alone."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.page import markdown_rows
from bench.places import Places
from bench.results import Result

_LOADS = (100, 10_000, 1_000_000)
_SPREAD = ("scorer", "explainer", "projector")  # over partitions; the drift monitor is one process
_SERVICES = ("scorer", "explainer", "drift_monitor", "projector")
_TOPICS = ("loan.applications", "loan.scores", "loan.explanations")
_BUSY = 0.6  # of a core, so that a peak or a lost worker is taken
_REPLICAS = 3
_DAY = 24 * 3600
_BROKER_BYTES = 100e6  # a second, in and out, that a broker with an ordinary network carries
_BROKER_CORES = 8
_TB, _MB, _MB_A_GB = 1e12, 1e6, 1e3
_NEEDED = (
    *(f"{name}, us" for name in (*_SERVICES, "Kafka")),
    *(f"{name}, MB" for name in _SERVICES),
    *(f"{name}, bytes" for name in (*_TOPICS, "SQL store")),
)
_MISSING = """# Capacity

The sizing is written from the figures of `make bench`; a run that measures `memory` has to come
first.
"""


@dataclass(frozen=True, slots=True)
class Need:
    """What a load takes.

    Attributes:
        rate: applications a second.
        processes: of the services that are spread over partitions.
        sampled: the drift monitor reads one score in so many.
        memory: of all these processes and the drift monitor, GB.
        carried: bytes a second, in and out of all brokers.
        broker_cores: of all brokers.
        topic_bytes: a day, replicas included.
        store_bytes: a day.
    """

    rate: int
    processes: Mapping[str, int]
    sampled: int
    memory: float
    carried: float
    broker_cores: float
    topic_bytes: float
    store_bytes: float

    @property
    def brokers(self) -> int:
        """As many as the bytes or the cores ask for, one for every replica at least."""
        most = max(self.carried / _BROKER_BYTES, self.broker_cores / _BROKER_CORES)
        return max(_REPLICAS, math.ceil(most))

    def cells(self) -> dict[str, str]:
        """As columns of a table."""
        return {
            "applications a second": f"{self.rate:,}",
            **{f"{name} processes": f"{count:,}" for name, count in self.processes.items()},
            "drift monitor reads": "all" if self.sampled == 1 else f"1 score in {self.sampled:,}",
            "their memory": f"{self.memory:,.1f} GB",
            "partitions": f"{max(self.processes.values()):,}",
            "brokers": f"{self.brokers:,}",
            "topics a day": f"{self.topic_bytes / _TB:,.2f} TB",
            "store a day": f"{self.store_bytes / _TB:,.2f} TB",
        }


def need(figures: Mapping[str, float], rate: int) -> Need:
    """What a steady load takes, every process kept at six tenths of a core."""
    processes = {name: _processes(rate, figures[f"{name}, us"]) for name in _SPREAD}
    written = sum(figures[f"{name}, bytes"] for name in _TOPICS)
    sizes = [count * figures[f"{name}, MB"] for name, count in processes.items()]
    return Need(
        rate=rate,
        processes=processes,
        sampled=_processes(rate, figures["drift_monitor, us"]),
        memory=(sum(sizes) + figures["drift_monitor, MB"]) / _MB_A_GB,
        carried=rate * written * (_REPLICAS + 2),  # replicated, and read about twice
        broker_cores=rate * figures["Kafka, us"] / 1e6 * _REPLICAS / _BUSY,
        topic_bytes=rate * written * _REPLICAS * _DAY,
        store_bytes=rate * figures["SQL store, bytes"] * _DAY,
    )


def _processes(rate: int, us: float) -> int:
    return math.ceil(rate * us / 1e6 / _BUSY)


def write_capacity(results: Mapping[str, Result], at: Places) -> Path:
    """Write the page; without the figures it says which benchmark gives them."""
    figures = _figures(results, "memory")
    complete = all(name in figures for name in _NEEDED)
    page = at.pages / "capacity.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(_text(results, figures, at) if complete else _MISSING, "utf-8")
    return page


def _figures(results: Mapping[str, Result], name: str) -> Mapping[str, float]:
    return results[name].findings.figures if name in results else {}


def _text(results: Mapping[str, Result], figures: Mapping[str, float], at: Places) -> str:
    run = results["memory"].run
    costs = [
        {
            "service": name,
            "one application, µs of a core": f"{figures[f'{name}, us']:,.0f}",
            "applications a second by a core": f"{1e6 / figures[f'{name}, us']:,.0f}",
            "memory, MB": f"{figures[f'{name}, MB']:,.0f}",
        }
        for name in _SERVICES
    ]
    return "\n".join(
        [
            _INTRODUCTION.format(
                results=at.link("memory.json"), machine=run.machine, at=run.at[:10]
            ),
            markdown_rows(costs),
            _partitions(figures, _figures(results, "growth")),
            _RULES.format(busy=_BUSY, replicas=_REPLICAS, broker=_BROKER_BYTES / _MB),
            markdown_rows([need(figures, rate).cells() for rate in _LOADS]),
            _limits(figures),
        ]
    )


def _partitions(figures: Mapping[str, float], growth: Mapping[str, float]) -> str:
    """What one partition carries, and what the scorer did over several."""
    slowest = max(_SPREAD, key=lambda name: figures[f"{name}, us"])
    text = _PARTITIONS.format(slowest=slowest, rate=1e6 / figures[f"{slowest}, us"])
    if not all(name in growth for name in _SPREADS):
        return text
    one, two = (growth[name] for name in _SPREADS)
    return text + _MEASURED.format(one=one, two=two)


def _limits(figures: Mapping[str, float]) -> str:
    """What gives way first, the least rate first; then what more processes mend."""
    rates = {name: 1e6 / figures[f"{name}, us"] for name in _SERVICES}
    single = sorted(
        [
            (rates["drift_monitor"], _MONITOR.format(monitor_rate=rates["drift_monitor"])),
            (rates["projector"], _STORE.format(projector_rate=rates["projector"])),
        ]
    )
    slowest = min(("scorer", "explainer"), key=lambda name: rates[name])
    first, second = (text for _, text in single)
    largest = need(figures, _LOADS[-1])
    by_bytes = largest.carried / _BROKER_BYTES > largest.broker_cores / _BROKER_CORES
    return _LIMITS.format(
        first=first,
        second=second,
        slowest=slowest,
        slowest_rate=rates[slowest],
        brokers=_BY_BYTES if by_bytes else _BY_CORES,
    )


_INTRODUCTION = """# Capacity

Written by `make bench` from {results}.

The figures were measured on {at}, on {machine}:
every service and Kafka at once, under a backlog. Memory is the most that a process held; how it
went with the number of applications is shown in [benchmarks.md](benchmarks.md).

A process uses one core. A partition is read by one process of a service, so there must be at least
as many partitions as processes of the service that needs most of them.
"""
_SPREADS = ("1 partition, 1 process", "2 partitions, 2 processes")
_PARTITIONS = """A partition carries what one process of each service does, and the {slowest} does
least: {rate:,.0f} applications a second.
"""
_MEASURED = """With nothing else on the machine but Kafka, one process of the scorer did {one:,.0f}
a second over one partition, two did {two:,.0f} over two ([how it grows](benchmarks.md)).
"""
_BY_BYTES = "disks and network of the brokers before their processors"
_BY_CORES = "processors of the brokers before their disks and network"
_RULES = """## What a load takes

Processes at {busy:.0%} of a core; topics with {replicas} replicas, compressed; brokers of which
each carries {broker:.0f} MB a second in and out. Topics are kept for 30 days by default. Rates are
steady ones: take the peak.
"""
_MONITOR = """**The drift monitor** has one active process, for its windows go over all partitions:
   {monitor_rate:,.0f} scores a second. Above that it has to be given a sample; windows of a
   thousand need no more."""
_STORE = """**The SQL store.** SQLite has one writer: {projector_rate:,.0f} applications a second is
   the end of it on this machine. Above that the store is PostgreSQL, parted by time or applicant,
   with a projector for each part; the last line of the table is out of reach of one database,
   however large."""
_LIMITS = """## What gives way first

1. {first}
2. {second}
3. **The {slowest}** takes more of a core than the other of scorer and explainer, and does
   {slowest_rate:,.0f} a second; both grow with partitions and processes.
4. **Kafka**: {brokers}.
"""
