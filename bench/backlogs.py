"""Backlogs for contestants: topics, histories in the scorer's view, applications."""

import sys
from dataclasses import replace

import msgspec

from bench.contest import Backlog
from bench.outputs import Expected
from bench.peers.assignment import Assignment
from bench.peers.work import open_work
from bench.stage import Stage
from contracts.records import RawRecord
from contracts.topics import APPLICATIONS
from deploy.local.ports import free_port
from deploy.local.processes import LeashedProcess
from deploy.local.services import RunningService

_READY_SECONDS = 120.0


class NotReadyError(RuntimeError):
    """The scorer did not become ready; the message has the end of its log."""


class _Scored(msgspec.Struct):
    raw_score: float


def make_backlog(stage: Stage, prefix: str, count: int, partitions: int) -> Backlog:
    """A backlog under a prefix of its own, and the histories in the scorer's view."""
    stage.say(f"a backlog of {count:,} applications, and the histories in the scorer's view")
    stage.create_topics(prefix, partitions)
    stage.run(prefix, "producer", "histories", "--from", str(stage.material.histories))
    _read_histories(stage, prefix)
    return Backlog(
        stage=stage,
        prefix=prefix,
        topic=stage.publish_backlog(prefix, count),
        count=count,
        partitions=partitions,
        expected=_expected(stage, prefix),
    )


def grown(backlog: Backlog, count: int) -> Backlog:
    """The backlog with as many more applications as it lacks of `count`."""
    if count <= backlog.count:
        return backlog
    backlog.stage.publish_backlog(backlog.prefix, count, first=backlog.count)
    return replace(backlog, count=count)


def _read_histories(stage: Stage, prefix: str) -> None:
    """Run the scorer until its view of the histories is complete; nothing else is there to do."""
    port, log = free_port(), stage.folder / f"{prefix}filling.log"
    environment = {
        **stage.environment(prefix),
        "SCORER_STATE_DIR": str(stage.state(prefix)),
        "SCORER_HTTP_PORT": str(port),
    }
    command = [sys.executable, "-m", "scorer"]
    with LeashedProcess(command, log=log, environment=environment) as process:
        scorer = RunningService("scorer", process, f"http://127.0.0.1:{port}", log)
        waited = 0.0
        while not scorer.ready():
            process.ended_within(0.2)
            waited += 0.2
            if waited > _READY_SECONDS:
                raise NotReadyError(f"the scorer is not ready:\n{scorer.log_end()}")


def _expected(stage: Stage, prefix: str) -> Expected:
    """The raw score of every applicant, by the same functions, in this process."""
    told = Assignment(
        bootstrap=stage.bootstrap,
        source="",
        target="",
        group="",
        model=stage.material.bundle,
        histories=stage.state(prefix) / "histories",
        state=stage.folder,
        mode="score",
        trees="LightGBM",
    )
    values = stage.values
    records = [
        RawRecord(APPLICATIONS.name, 0, at, str(stage.ids[at]).encode(), value)
        for at, value in enumerate(values)
    ]
    outputs = open_work(told)(records)
    raw = [msgspec.json.decode(output.value, type=_Scored).raw_score for output in outputs]
    return Expected(values, raw)
