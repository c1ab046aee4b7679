"""Processes of the scorer that share a backlog, timed from when each has its partitions."""

import shutil
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from bench.contest import Backlog, forget_group
from bench.outputs import ends, read_outputs
from bench.stage import Stage
from contracts.topics import SCORES
from deploy.local.processes import LeashedProcess

_LOOK = 0.05
_SECONDS = 90.0
_LOG_LINES = 15


class FleetFailedError(RuntimeError):
    """The processes did not share the work; the message has the end of their log."""


def rate_together(backlog: Backlog, processes: int, window: float) -> float:
    """Events a second of so many processes in one group, over `window` seconds.

    The time begins when every process has its partitions and scores come out: what the first one
    did alone, and the handing over, do not count.

    Raises:
        FleetFailedError: one ended or got no partitions, or the backlog was too short.
        WrongOutputError: an output is double or wrong.
    """
    stage, group = backlog.stage, f"{backlog.prefix}scorer"
    target = backlog.prefix + SCORES.name
    forget_group(stage.admin, group)
    before = ends(stage.admin, target)
    with ExitStack() as stack:
        fleet = _Fleet(backlog, processes, stack)
        fleet.wait_until(lambda: _sharing(stage.admin, group, backlog.topic) == processes)
        shared = ends(stage.admin, target)
        fleet.wait_until(lambda: ends(stage.admin, target) != shared)
        begin = time.time()
        time.sleep(window)
    outputs = read_outputs(stage.bootstrap, target, before, backlog.expected, "score")
    outputs.check(backlog.count, complete=False)
    times = outputs.times_ms[outputs.times_ms > 1000 * begin]
    within = times[times <= 1000 * (begin + window)]
    seconds = within[-1] / 1000 - begin if len(within) else 0.0
    if seconds < window / 2:
        raise FleetFailedError(f"{backlog.count:,} applications are too few for {processes}")
    return float(len(within) / seconds)


class _Fleet:
    """The processes, each with a copy of the history view: only one may write to it."""

    def __init__(self, backlog: Backlog, processes: int, stack: ExitStack) -> None:
        stage, prefix = backlog.stage, backlog.prefix
        self._log = stage.folder / f"{prefix}fleet.log"
        states = [_copy(stage.state(prefix), at) for at in range(processes)]
        self._started = [stack.enter_context(self._start(stage, prefix, one)) for one in states]

    def _start(self, stage: Stage, prefix: str, state: Path) -> LeashedProcess:
        environment = {
            **stage.environment(prefix),
            "SCORER_HTTP_PORT": "0",
            "SCORER_STATE_DIR": str(state),
        }
        return LeashedProcess(
            [sys.executable, "-m", "scorer"], log=self._log, environment=environment
        )

    def wait_until(self, reached: Callable[[], bool]) -> None:
        """Look until it is so.

        Raises:
            FleetFailedError: a process ended, or it took too long.
        """
        deadline = time.monotonic() + _SECONDS
        while not reached():
            ended = any(process.exit_code is not None for process in self._started)
            if ended or time.monotonic() > deadline:
                what = "a scorer ended" if ended else "the scorers did not share the work"
                end = self._log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
                raise FleetFailedError("\n".join([f"{what}:", *end]))
            time.sleep(_LOOK)


def _copy(state: Path, at: int) -> Path:
    """The state that lies ready for the first process, a copy of it for every other one."""
    copy = state.with_name(f"{state.name}-{at}")
    if at and not copy.exists():
        shutil.copytree(state, copy)
    return copy if at else state


def _sharing(admin: AdminClient, group: str, topic: str) -> int:
    """Members of a group that have partitions of the topic."""
    try:
        members = admin.describe_consumer_groups([group])[group].result().members
    except KafkaException as error:
        if error.args[0].code() != KafkaError.GROUP_ID_NOT_FOUND:
            raise
        return 0
    given = ([one.topic for one in member.assignment.topic_partitions] for member in members)
    return sum(topic in topics for topics in given)
