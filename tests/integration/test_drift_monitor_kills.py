"""The monitor killed with -9 while it works, again and again: nothing is lost, nothing twice."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np
import pytest

from contracts.events import LoanScored, WindowKind
from contracts.topics import SCORES
from drift_monitor.app import STATE_FILE
from tests.builders import NOON
from tests.drift import SECOND, scores_of
from tests.monitor import (
    SECONDS,
    bundle_of,
    committed,
    on_one_partition,
    publish,
    reports,
    rows,
    run_to_end,
    start,
    wait_committed,
)
from tests.services import ServiceProcess, Stage, a_stage
from tests.waiting import wait_until

_LIFE = 610  # scores that come while one process lives
_AGAIN = 100  # of them came before
_PATIENCE = 4 * SECONDS


@pytest.fixture
def stage(kafka_bootstrap: str, tmp_path: Path) -> Iterator[Stage]:
    with a_stage(kafka_bootstrap, tmp_path) as stage:
        yield stage


_TEN = pytest.param(10, marks=[pytest.mark.slow, pytest.mark.timeout(900)])


@pytest.fixture(params=[2, _TEN], ids="{} kills".format)
def kills(request: pytest.FixtureRequest) -> int:
    count: int = request.param
    return count


def a_stream(stage: Stage, lives: int) -> list[LoanScored]:
    """A minute apart, so that days end in it; drift comes in the second half."""
    half = lives * _LIFE // 2
    matrix = np.vstack([rows(half), rows(lives * _LIFE - half, drifted=True)])
    return [
        msgspec.structs.replace(
            one, applied_at=NOON + 60 * at * SECOND, scored_at=NOON + (60 * at + 1) * SECOND
        )
        for at, one in enumerate(scores_of(bundle_of(stage), matrix))
    ]


def kill_at_work(stage: Stage, lives: Sequence[Sequence[LoanScored]]) -> None:
    """One process for each batch of scores, killed where it stands somewhere in the batch."""
    draw, interrupted = random.Random(len(lives)), 0
    for batch in lives:
        before = stage.count(SCORES)
        publish(stage, batch)
        reached = before + draw.randrange(1, len(batch) // 2)
        with start(stage) as monitor:
            wait_reached(stage, monitor, reached)
            monitor.process.kill()
            assert monitor.process.exit_code == -9
        interrupted += position(stage) < before + len(batch)
    assert interrupted > len(lives) / 2, "most kills must come while there is work"


def wait_reached(stage: Stage, monitor: ServiceProcess, count: int) -> None:
    wait_until(
        lambda: monitor.process.exit_code is not None or committed(stage) >= count,
        _PATIENCE,
        f"{count} scores to be done, see {monitor.log}",
    )
    assert monitor.process.exit_code is None, monitor.log.read_text()[-3_000:]


def position(stage: Stage) -> int:
    """How far the monitor's own memory has come."""
    return asked(stage, "SELECT sum(next) FROM positions")


def asked(stage: Stage, query: str) -> int:
    with closing(sqlite3.connect(stage.folder / "drift_monitor" / STATE_FILE)) as state:
        return int(state.execute(query).fetchone()[0])


def test_on_one_partition_the_reports_equal_those_of_an_undisturbed_run(
    stage: Stage, kills: int, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scores = on_one_partition(a_stream(stage, kills + 1))
    lives = [scores[at : at + _LIFE] for at in range(0, len(scores), _LIFE)]
    kill_at_work(stage, lives[:-1])
    publish(stage, lives[-1])
    run_to_end(stage, _PATIENCE)
    with a_stage(kafka_bootstrap, tmp_path_factory.mktemp("undisturbed")) as undisturbed:
        publish(undisturbed, scores)
        run_to_end(undisturbed, _PATIENCE)
        expected = reports(undisturbed)
    assert {one.window for one in expected} >= {WindowKind.VERDICT, WindowKind.DAY}
    assert any(one.alert for one in expected)
    assert sum(one.window is WindowKind.VERDICT for one in expected) == len(scores) // 200
    assert reports(stage) == expected


def test_on_several_partitions_every_score_counts_once(stage: Stage, kills: int) -> None:
    """And the last hundred of every batch come again with the next."""
    scores = a_stream(stage, kills + 1)
    lives = [scores[max(0, at - _AGAIN) : at + _LIFE] for at in range(0, len(scores), _LIFE)]
    kill_at_work(stage, lives[:-1])
    publish(stage, lives[-1])
    with start(stage).wait_ready() as monitor:
        wait_committed(stage, sum(map(len, lives)), _PATIENCE)
        wait_until(
            lambda: monitor.metric("drift_monitor_waiting_scores") == len(scores) % 200,
            SECONDS,
            f"{len(scores) % 200} scores to wait for the next verdict",
        )
    verdicts = [one.size for one in reports(stage) if one.window is WindowKind.VERDICT]
    assert verdicts == [200] * (len(scores) // 200)
    assert asked(stage, "SELECT count(*) FROM seen") == len(scores)
