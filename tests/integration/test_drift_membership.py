"""Two drift monitors of one group on folders of their own: neither counts, and both say so."""

from pathlib import Path

import msgspec

from contracts.codec import decode, encode
from contracts.events import DriftReported
from contracts.topics import DRIFT, SCORES
from runtime.model_registry import ModelRegistry
from tests.builders import a_reference
from tests.drift import scores_of
from tests.services import ServiceProcess, Stage, a_stage
from tests.waiting import wait_until

_SECONDS = 60
_SETTINGS = {"WINDOW": "200", "HOP": "50", "LEAST_SIZE": "50", "MAX_AGE_SECONDS": "3e9"}


def start(stage: Stage, folder: str) -> ServiceProcess:
    state = str(stage.folder / folder)
    return ServiceProcess(
        ("-m", "drift_monitor"), stage, "DRIFT_MONITOR", STATE_DIR=state, **_SETTINGS
    )


def publish(stage: Stage, first: int, count: int) -> None:
    """Scores of one applicant, so that they lie in one partition."""
    scores = scores_of(ModelRegistry(stage.mlflow).load("1"), a_reference(count), first=first)
    events = [msgspec.structs.replace(one, application_id=100_001) for one in scores]
    stage.publish(SCORES, [(b"100001", encode(one)) for one in events])


def counted(monitor: ServiceProcess) -> float:
    return monitor.metric("drift_monitor_scores_total", outcome="counted")


def test_monitors_that_share_the_partitions_stop_counting_until_one_is_stopped(
    kafka_bootstrap: str, tmp_path: Path
) -> None:
    with a_stage(kafka_bootstrap, tmp_path) as stage, start(stage, "first").wait_ready() as first:
        publish(stage, 0, 150)
        wait_until(lambda: counted(first) == 150, _SECONDS, "the first scores to be counted")
        with start(stage, "second") as second:
            wait_until(
                lambda: all(
                    "partitions are with another monitor" in one.reasons().get("partitions", "")
                    for one in (first, second)
                ),
                _SECONDS,
                "both to say that they share the partitions",
            )
            assert first.get("/healthz")[0] == second.get("/healthz")[0] == 200
            publish(stage, 150, 50)
            assert (counted(first), counted(second)) == (150, 0)
            assert second.stop() == 0
        first.wait_ready()
        wait_until(lambda: counted(first) == 200, _SECONDS, "the others to be counted")
        reports = [decode(one.value, DriftReported) for one in stage.read(DRIFT)]
        assert [report.size for report in reports] == [200]
