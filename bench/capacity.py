"""The page on capacity: what a load takes, from the figures of the results alone."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.page import markdown_rows
from bench.places import Places
from bench.results import Result, Run

_LOADS = (100, 10_000, 1_000_000)
_SPREAD = ("scorer", "explainer", "projector")  # over partitions; the drift monitor is one process
_SERVICES = ("scorer", "explainer", "drift_monitor", "projector")
_TOPICS = ("loan.applications", "loan.scores", "loan.explanations")
_BUSY = 0.6  # of a core, so that a peak or a lost worker is taken
_REPLICAS = 3
_DAY = 24 * 3600
_BROKER_BYTES = 100e6  # a second, in and out, that a broker with an ordinary network carries
_BROKER_CORES = 8
_TB, _MB = 1e12, 1e6
_NEEDED = tuple(f"{name}, us" for name in (*_SERVICES, "Kafka")) + tuple(
    f"{name}, bytes" for name in (*_TOPICS, "SQL store")
)
_MISSING = """# Capacity

The sizing is written from the figures of `make bench`; a run that measures `memory` has to come
first.
"""


@dataclass(frozen=True, slots=True)
class Need:
    """What a load takes."""

    rate: int
    processes: Mapping[str, int]
    sampled: int
    broker_cores: float
    brokers: int
    topic_bytes: float
    store_bytes: float

    def cells(self) -> dict[str, str]:
        """As columns of a table."""
        return {
            "applications a second": f"{self.rate:,}",
            **{f"{name} processes": f"{count:,}" for name, count in self.processes.items()},
            "drift monitor reads": "all" if self.sampled == 1 else f"1 score in {self.sampled:,}",
            "partitions": f"{max(self.processes[name] for name in ('scorer', 'explainer')):,}",
            "brokers": f"{self.brokers:,}",
            "topics a day": f"{self.topic_bytes / _TB:,.2f} TB",
            "store a day": f"{self.store_bytes / _TB:,.2f} TB",
        }


def need(figures: Mapping[str, float], rate: int) -> Need:
    """What a steady load takes, every process kept at six tenths of a core."""
    processes = {name: _processes(rate, figures[f"{name}, us"]) for name in _SPREAD}
    written = sum(figures[f"{name}, bytes"] for name in _TOPICS)
    cores = rate * figures["Kafka, us"] / 1e6 * _REPLICAS / _BUSY
    carried = rate * written * (_REPLICAS + 2) / _BROKER_BYTES  # replicated, and read about twice
    return Need(
        rate=rate,
        processes=processes,
        sampled=_processes(rate, figures["drift_monitor, us"]),
        broker_cores=cores,
        brokers=max(_REPLICAS, math.ceil(max(carried, cores / _BROKER_CORES))),
        topic_bytes=rate * written * _REPLICAS * _DAY,
        store_bytes=rate * figures["SQL store, bytes"] * _DAY,
    )


def _processes(rate: int, us: float) -> int:
    return math.ceil(rate * us / 1e6 / _BUSY)


def write_capacity(results: Mapping[str, Result], at: Places) -> Path:
    """Write the page; without the figures it says which benchmark gives them."""
    figures = results["memory"].findings.figures if "memory" in results else {}
    complete = all(name in figures for name in _NEEDED)
    page = at.pages / "capacity.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(_text(results["memory"].run, figures, at) if complete else _MISSING, "utf-8")
    return page


def _text(run: Run, figures: Mapping[str, float], at: Places) -> str:
    costs = [
        {
            "service": name,
            "one application, µs of a core": f"{figures[f'{name}, us']:,.0f}",
            "applications a second and core": f"{1e6 / figures[f'{name}, us']:,.0f}",
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
            _RULES.format(busy=_BUSY, replicas=_REPLICAS, broker=_BROKER_BYTES / _MB),
            markdown_rows([need(figures, rate).cells() for rate in _LOADS]),
            _limits(figures),
        ]
    )


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
    return _LIMITS.format(first=first, second=second, slowest=slowest, slowest_rate=rates[slowest])


_INTRODUCTION = """# Capacity

Written by `make bench` from {results}.

The figures were measured on {at}, on {machine}:
every service and Kafka at once, under a backlog. Memory is the most that a process held; how it
went with the number of applications is shown in [benchmarks.md](benchmarks.md).

A process uses one core. A partition is read by one process of a service, so there must be at least
as many partitions as processes of the service that needs most of them.
"""
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
4. **Kafka**: disks and network of the brokers, long before their processors.
"""
