"""A stream without drift through the drift monitor alone: how often it cries wolf."""

import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from bench.clean_scores import publish
from bench.contest import committed, cpu_seconds
from bench.memory import StalledError, resident
from bench.outputs import ends, messages
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from bench.stage import Stage
from contracts.codec import decode
from contracts.events import DriftReported, WindowKind
from contracts.topics import DRIFT, SCORES
from deploy.local.ports import free_port
from deploy.local.processes import LeashedProcess
from deploy.local.services import RunningService

_PREFIX = "clean-"
_EVERY, _TOLD = 1.0, 30
_STALL_SECONDS = 120.0
_MB = 1e6
_MOST = 10  # columns in the note on alerts
_LOG_BYTES = 1_500


@dataclass(frozen=True, slots=True)
class _Spent:
    """What the monitor took: seconds of a core, and bytes of memory at most."""

    cpu: float
    resident: int


@dataclass(slots=True)
class _Tally:
    """Of the verdict windows how many there were, and on how many a verdict and an alert stood."""

    windows: int = 0
    verdicts: int = 0
    alerts: int = 0
    long: int = 0  # days and weeks, which make no alerts
    columns: Counter[str] = field(default_factory=Counter)  # with an alert, and in how many windows

    def add(self, report: DriftReported) -> None:
        """Count one more report."""
        if report.window is not WindowKind.VERDICT:
            self.long += 1
            return
        self.windows += 1
        self.verdicts += bool(report.drifted)
        alerted = {*report.alerted, *(f"slowly {one.column}" for one in report.drifting)}
        self.alerts += bool(alerted)
        self.columns.update(alerted)

    @property
    def notes(self) -> list[str]:
        """On what alerts stood."""
        told = (f"{words} ({count:,} windows)" for words, count in self.columns.most_common(_MOST))
        return [f"Alerts stood on: {', '.join(told)}."] if self.columns else []


def measure(stage: Stage, scale: Scale) -> Findings:
    """The alerts over as many scores as memory is watched over.

    Raises:
        StalledError: the monitor ended, or did nothing for two minutes.
        ServiceFailedError: it ended before it was ready.
    """
    count = scale.memory_events
    stage.create_topics(_PREFIX)
    stage.say(f"{count:,} scores without drift")
    publish(stage, _PREFIX, count)
    spent = _watch(stage, count)
    tally = _tally(stage)
    stage.delete_topics(_PREFIX)
    figures = {
        "alerts": float(tally.alerts),
        "a score, us": 1e6 * spent.cpu / count,
        "resident, MB": spent.resident / _MB,
    }
    return Findings(tables=[_table(count, tally, spent)], figures=figures, notes=tally.notes)


def _watch(stage: Stage, count: int) -> _Spent:
    """Run the monitor until it has committed everything."""
    log, port, kafka = stage.folder / f"{_PREFIX}monitor.log", free_port(), stage.kafka(_PREFIX)
    environment = {
        **stage.environment(_PREFIX),
        "DRIFT_MONITOR_HTTP_PORT": str(port),
        "DRIFT_MONITOR_STATE_DIR": str(stage.folder / f"{_PREFIX}monitor"),
    }
    command = [sys.executable, "-m", "drift_monitor"]
    with LeashedProcess(command, log=log, environment=environment) as process:
        _await_ready(RunningService("drift_monitor", process, f"http://127.0.0.1:{port}", log))
        group, topic = kafka.group_id("drift_monitor"), kafka.topic_name(SCORES)
        done, moved, most, looks = 0, time.monotonic(), 0, 0
        while done < count:
            if process.ended_within(_EVERY) or time.monotonic() - moved > _STALL_SECONDS:
                end = log.read_text(errors="replace")[-_LOG_BYTES:]
                raise StalledError(f"at {done:,} of {count:,}:\n{end}")
            now, looks = committed(stage.admin, group, topic), looks + 1
            if now > done:
                done, moved = now, time.monotonic()
            most = max(most, resident(process.pid))
            if looks % _TOLD == 0:
                stage.say(f"{done / count:.0%} judged")
        return _Spent(cpu_seconds(process.pid), most)


def _await_ready(monitor: RunningService) -> None:
    """Then Kafka knows its group: librdkafka may crash on asking for one whose place is unknown."""
    began = time.monotonic()
    while not monitor.ready():
        if time.monotonic() - began > _STALL_SECONDS:
            raise StalledError(f"the monitor is not ready:\n{monitor.log_end()}")
        monitor.process.ended_within(_EVERY)


def _tally(stage: Stage) -> _Tally:
    topic, tally = stage.kafka(_PREFIX).topic_name(DRIFT), _Tally()
    begin = dict.fromkeys(ends(stage.admin, topic), 0)
    for message in messages(stage.bootstrap, topic, begin):
        tally.add(decode(message.value(), DriftReported))
    return tally


def _table(count: int, tally: _Tally, spent: _Spent) -> Table:
    return Table(
        name="clean-stream",
        title="A stream without drift through the monitor",
        about="scores of synthetic applicants drawn with replacement, from the topic to the "
        "reports; alerts by verdicts and of slow drift, in every verdict window that they stand in",
        rows=[
            {
                "scores": f"{count:,}",
                "verdict windows": f"{tally.windows:,}",
                "with a verdict": f"{tally.verdicts:,}",
                "with an alert": f"{tally.alerts:,}",
                "days and weeks": f"{tally.long:,}",
                "\u00b5s of a core a score": f"{1e6 * spent.cpu / count:,.0f}",
                "most memory, MB": f"{spent.resident / _MB:,.0f}",
            }
        ],
        chart=Chart(
            kind="bars",
            x="",
            y="verdict windows",
            series={
                "windows": [
                    ("all", tally.windows),
                    ("with a verdict", tally.verdicts),
                    ("with an alert", tally.alerts),
                ]
            },
        ),
    )
