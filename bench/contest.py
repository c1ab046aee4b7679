"""One contestant's run: started on a backlog, watched until it is drained, timed and checked."""

import itertools
import math
import os
import shutil
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from bench.contestants import Contestant
from bench.outputs import Ends, Expected, ends, read_outputs
from bench.peers.assignment import Assignment, Mode
from bench.stage import Stage
from contracts.topics import SCORES
from deploy.local.processes import LeashedProcess

_ROOT = Path(__file__).parents[1]
_LOOK = 0.05
_START_SECONDS = 90.0
_STALL_SECONDS = 20.0
_COMMIT_SECONDS = 15.0
_WARM = 0.1  # of the backlog; what was read before the first output would distort the rest
_WARM_SECONDS = 1.0
_LOG_LINES = 15

_runs = itertools.count()


class ContestantFailedError(RuntimeError):
    """A contestant ended, stood still or did not commit; the message has the end of its log."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Applications that lie ready.

    Attributes:
        stage: where.
        prefix: of the topics.
        topic: the applications.
        count: how many.
        partitions: over which they are spread.
        expected: what must come out.
    """

    stage: Stage
    prefix: str
    topic: str
    count: int
    partitions: int
    expected: Expected

    def clear(self) -> None:
        """Make room for the next."""
        self.stage.delete_topics(self.prefix)


@dataclass(frozen=True, slots=True)
class Drained:
    """What a contestant did.

    Attributes:
        rate: events a second, from a tenth of its output on.
        events: how many outputs it gave.
        cpu_us: microseconds of a core that an event took it, from a tenth of its output on, or
            from a second behind the first; unlike the rate, it hardly depends on what else the
            machine has to do.
    """

    rate: float
    events: int
    cpu_us: float


def drain(
    backlog: Backlog, contestant: Contestant, mode: Mode, window: float, processes: int = 1
) -> Drained:
    """Let a contestant work on the backlog, at most `window` seconds from its first output on.

    Several processes of the scorer share one group; each has a copy of the history view.

    Raises:
        ContestantFailedError: it ended, stood still or did not commit.
        WrongOutputError: an output is missing, double or wrong.
    """
    return _Drain(backlog, contestant, mode).run(window, processes)


class _Drain:
    def __init__(self, backlog: Backlog, contestant: Contestant, mode: Mode) -> None:
        self._backlog, self._contestant, self._mode = backlog, contestant, mode
        self._service = contestant.service and mode == "score"
        ours = f"{backlog.prefix}scorer" if contestant.service else None
        run = f"{contestant.key}-{mode}-{next(_runs)}"
        self._log = backlog.stage.folder / f"{run}.log"
        self._told = Assignment(
            bootstrap=backlog.stage.bootstrap,
            source=backlog.topic,
            target=backlog.prefix + SCORES.name if self._service else f"{backlog.prefix}{run}",
            group=ours or f"{backlog.prefix}{run}",
            model=backlog.stage.material.bundle,
            histories=backlog.stage.state(backlog.prefix) / "histories",
            state=backlog.stage.folder / run,
            mode=mode,
            trees=contestant.trees,
        )

    @property
    def _admin(self) -> AdminClient:
        return self._backlog.stage.admin

    def run(self, window: float, processes: int) -> Drained:
        backlog, told = self._backlog, self._told
        forget_group(self._admin, told.group)
        if not self._service:
            backlog.stage.create_target(told.target, backlog.partitions)
        before = ends(self._admin, told.target)
        with ExitStack() as stack:
            started = [stack.enter_context(self._started(at)) for at in range(processes)]
            done, cpu_us = self._watch(started, before, window)
            if done and self._contestant.commits:
                self._await_commit()
        outputs = read_outputs(told.bootstrap, told.target, before, backlog.expected, self._mode)
        outputs.check(backlog.count, complete=done)
        if not self._service:
            backlog.stage.delete_topics(told.target)
        return Drained(outputs.rate(_WARM), len(outputs.numbers), cpu_us)

    def _started(self, at: int) -> LeashedProcess:
        """The contestant's process; the `at`-th of several."""
        stage, module = self._backlog.stage, self._contestant.modules[self._mode]
        command = [str(self._contestant.python), "-m", module]
        environment = {
            **stage.environment(self._backlog.prefix),
            "PYTHONPATH": str(_ROOT),
            "SCORER_HTTP_PORT": "0",
            "SCORER_STATE_DIR": str(self._state(at)),
        }
        if not self._service:
            command += self._told.arguments()
        return LeashedProcess(command, log=self._log, environment=environment)

    def _state(self, at: int) -> Path:
        """The state that lies ready, or a copy of it, for only one process may write to a view."""
        first = self._backlog.stage.state(self._backlog.prefix)
        if at == 0:
            return first
        copy = first.with_name(f"{first.name}-{at}")
        if not copy.exists():
            shutil.copytree(first, copy)
        return copy

    def _watch(
        self, started: Sequence[LeashedProcess], before: Ends, window: float
    ) -> tuple[bool, float]:
        """Whether the whole backlog came out in the window, and microseconds an event."""
        count, moved, first, seen = self._backlog.count, time.monotonic(), math.inf, 0
        warm = (0.0, 0)  # processor seconds and outputs when the contestant ran evenly
        while seen < count and time.monotonic() - first <= window:
            self._check(started, moved, _START_SECONDS if first == math.inf else _STALL_SECONDS)
            now_at = ends(self._admin, self._told.target)
            out, now = sum(now_at[at] - before[at] for at in before), time.monotonic()
            if out > seen:
                if not warm[1] or (now - first < _WARM_SECONDS and seen < _WARM * count):
                    warm = (_cpu(started), out)
                seen, moved, first = out, now, min(first, now)
            time.sleep(_LOOK)
        return seen >= count, 1e6 * (_cpu(started) - warm[0]) / max(1, seen - warm[1])

    def _check(self, started: Sequence[LeashedProcess], moved: float, patience: float) -> None:
        codes = [process.exit_code for process in started if process.exit_code is not None]
        if codes:
            raise self._failed(f"ended with code {codes[0]}")
        if time.monotonic() - moved > patience:
            raise self._failed(f"gave nothing for {patience:.0f} s")

    def _await_commit(self) -> None:
        deadline = time.monotonic() + _COMMIT_SECONDS
        while committed(self._admin, self._told.group, self._told.source) < self._backlog.count:
            if time.monotonic() > deadline:
                raise self._failed("did not commit what it had done")
            time.sleep(_LOOK)

    def _failed(self, what: str) -> ContestantFailedError:
        end = "\n".join(self._log.read_text(errors="replace").splitlines()[-_LOG_LINES:])
        return ContestantFailedError(f"{self._contestant.name} ({self._mode}) {what}:\n{end}")


def _cpu(started: Sequence[LeashedProcess]) -> float:
    return sum(cpu_seconds(process.pid) for process in started)


def forget_group(admin: AdminClient, group: str) -> None:
    """Forget what a group has committed, so that it begins anew.

    Raises:
        KafkaException: it still has members.
    """
    try:
        admin.delete_consumer_groups([group])[group].result()
    except KafkaException as error:
        if error.args[0].code() != KafkaError.GROUP_ID_NOT_FOUND:
            raise


def committed(admin: AdminClient, group: str, topic: str) -> int:
    """How many records of a topic a group has committed; the topic begins at 0."""
    asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
    places = asked[group].result().topic_partitions
    return sum(max(0, place.offset) for place in places if place.topic == topic)


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processors so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
