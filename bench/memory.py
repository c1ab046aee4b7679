"""What every service takes while a backlog goes through all of them: memory, processor, disk."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.contest import committed, cpu_seconds
from bench.latency import everything
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from bench.stage import Stage
from contracts.topics import APPLICATIONS, EXPLANATIONS, SCORES, Topic
from deploy.local.services import RunningService

_PREFIX = "memory-"
_READS: Mapping[str, tuple[str, Topic]] = {
    "scorer": ("scorer", APPLICATIONS),
    "explainer": ("explainer", SCORES),
    "drift_monitor": ("drift_monitor", SCORES),
    "projector": ("query_api", SCORES),
}
"""The group of every service, and the topic whose offsets say how far it is."""

_WARM = 0.1
_EVERY = 1.0  # seconds between looks
_TOLD = 20  # looks between two words on how far it is
_STALL_SECONDS = 120.0
_MB = 1e6
_MANY = 1_000_000
_FEW = (
    "So few events do not fill the clients' buffers and the store's cache within their first "
    "tenth; whether memory is flat is told by the full form, over a million."
)


class StalledError(RuntimeError):
    """A service made no progress."""


@dataclass(frozen=True, slots=True)
class Look:
    """The share of the events that a service had done, and the bytes it held then."""

    share: float
    resident: int


@dataclass(frozen=True, slots=True)
class Growth:
    """What a service held after a tenth of the events, and from then on at most."""

    warm: float
    most: float

    @property
    def per_cent(self) -> float:
        """How much that is more."""
        return 100 * (self.most / self.warm - 1)


def measure(stage: Stage, scale: Scale) -> Findings:
    """Megabytes over the events.

    Raises:
        StalledError: a service did nothing for two minutes.
    """
    began = time.monotonic()
    with everything(stage, _PREFIX) as services:
        before = _cpu(stage, services)
        stage.say(f"{scale.memory_events:,} applications through every service")
        stage.publish_backlog(_PREFIX, scale.memory_events)
        looks = _watch(stage, services, scale.memory_events)
        spent = {name: each - before[name] for name, each in _cpu(stage, services).items()}
    seconds = time.monotonic() - began
    cost = _cost(stage, spent, scale.memory_events)
    growth = {name: _growth(each) for name, each in looks.items()}
    figures = {f"{name}, MB": each.most for name, each in growth.items()} | cost
    figures["largest, MB"] = max(each.most for each in growth.values())
    if scale.memory_events >= _MANY:
        figures["largest growth, %"] = max(each.per_cent for each in growth.values())
    tables = [
        _table(growth, looks, scale, scale.memory_events / seconds),
        _cost_table(cost, scale),
    ]
    stage.delete_topics(_PREFIX)
    return Findings(
        tables=tables,
        figures=figures,
        notes=() if scale.memory_events >= _MANY else (_FEW,),
    )


def _cpu(stage: Stage, services: Mapping[str, RunningService]) -> dict[str, float]:
    """Processor seconds so far of every service, and of Kafka."""
    processes = {name: services[name].process.pid for name in _READS}
    processes["Kafka"] = stage.kafka_process
    return {name: cpu_seconds(pid) for name, pid in processes.items()}


def _cost(stage: Stage, spent: Mapping[str, float], count: int) -> dict[str, float]:
    """Processor time and disk of one application."""
    cost = {f"{name}, us": 1e6 * seconds / count for name, seconds in spent.items()}
    for topic in (APPLICATIONS, SCORES, EXPLANATIONS):
        cost[f"{topic.name}, bytes"] = stage.bytes_on_disk(_PREFIX + topic.name) / count
    store = stage.folder / f"{_PREFIX}services" / "creditstream.db"
    cost["SQL store, bytes"] = store.stat().st_size / count
    return cost


def _watch(
    stage: Stage, services: Mapping[str, RunningService], count: int
) -> dict[str, list[Look]]:
    looks: dict[str, list[Look]] = {name: [] for name in _READS}
    kafka, moved, done = stage.kafka(_PREFIX), time.monotonic(), -1
    while any(not each or each[-1].share < 1 for each in looks.values()):
        for name, (group, topic) in _READS.items():
            at = committed(stage.admin, kafka.group_id(group), kafka.topic_name(topic))
            looks[name].append(Look(at / count, resident(services[name].process.pid)))
        if len(looks["scorer"]) % _TOLD == 0:
            shares = (f"{name} {each[-1].share:.0%}" for name, each in looks.items())
            stage.say(f"done: {', '.join(shares)}")
        now_done = round(sum(each[-1].share for each in looks.values()) * count)
        if now_done > done:
            done, moved = now_done, time.monotonic()
        if time.monotonic() - moved > _STALL_SECONDS:
            raise StalledError(
                f"shares done: { {n: f'{e[-1].share:.3f}' for n, e in looks.items()} }"
            )
        time.sleep(_EVERY)
    return looks


def resident(pid: int) -> int:
    """Bytes of physical memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _growth(looks: Sequence[Look]) -> Growth:
    after = [look.resident / _MB for look in looks if look.share >= _WARM]
    return Growth(after[0], max(after))


def _table(
    growth: Mapping[str, Growth], looks: Mapping[str, Sequence[Look]], scale: Scale, rate: float
) -> Table:
    thousands = scale.memory_events / 1e3
    return Table(
        name="memory",
        title="Resident memory",
        about=f"{scale.memory_events:,} applications through every service on one machine, "
        f"{rate:,.0f} a second through all; after a tenth of them, and at most from then on",
        rows=[
            {
                "service": name,
                "after a tenth, MB": f"{each.warm:.0f}",
                "at most, MB": f"{each.most:.0f}",
                "growth": f"{each.per_cent:.1f} %",
            }
            for name, each in growth.items()
        ],
        chart=Chart(
            kind="lines",
            x="thousand applications done",
            y="MB",
            series={
                name: [(look.share * thousands, look.resident / _MB) for look in each]
                for name, each in looks.items()
            },
        ),
    )


def _cost_table(cost: Mapping[str, float], scale: Scale) -> Table:
    times = {
        name.removesuffix(", us"): each for name, each in cost.items() if name.endswith(", us")
    }
    sizes = {name.removesuffix(", bytes"): each for name, each in cost.items() if "bytes" in name}
    rows = [
        {"of one application": name, "takes": f"{each:,.0f} \u00b5s of a core"}
        for name, each in times.items()
    ]
    rows += [
        {"of one application": name, "takes": f"{each:,.0f} bytes on disk"}
        for name, each in sizes.items()
    ]
    return Table(
        name="cost",
        title="What one application takes",
        about=f"over {scale.memory_events:,} applications; Kafka's is with one replica, and "
        "compressed",
        rows=rows,
        chart=Chart(
            kind="bars",
            x="",
            y="\u00b5s of a core",
            series={"an application": list(times.items())},
        ),
    )
