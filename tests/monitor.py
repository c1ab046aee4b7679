"""The drift monitor as a process on a stage: scores in, reports out."""

from collections.abc import Sequence

import msgspec
import numpy as np

from contracts.codec import decode, encode
from contracts.events import DriftReported, LoanScored, OutcomeObserved
from contracts.packing import FloatMatrix
from contracts.topics import DRIFT, OUTCOMES, SCORES
from runtime.model_bundle import ModelBundle
from runtime.model_registry import ModelRegistry
from tests.builders import a_manifest, a_reference
from tests.services import ServiceProcess, Stage
from tests.waiting import wait_until

SECONDS = 60
WINDOWS = {
    "WINDOW": "200",
    "HOP": "50",
    "LEAST_SIZE": "50",
    "MAX_AGE_SECONDS": "3e9",
    "BATCH_SIZE": "30",
}


def start(stage: Stage, *command: str, **variables: str) -> ServiceProcess:
    """The monitor, or another command with its settings."""
    command = command or ("-m", "drift_monitor")
    return ServiceProcess(command, stage, "DRIFT_MONITOR", **(WINDOWS | variables))


def bundle_of(stage: Stage, version: str = "1") -> ModelBundle:
    return ModelRegistry(stage.mlflow).load(version)


def rows(count: int, *, drifted: bool = False) -> FloatMatrix:
    """Applicants as the reference has them, or with external scores that went missing."""
    matrix = a_reference(count, seed=11)
    if drifted:
        matrix[::2, a_manifest().features.index("EXT_SOURCE_2")] = np.nan
    return matrix


def on_one_partition(scores: Sequence[LoanScored]) -> list[LoanScored]:
    """The scores as of one applicant: only then has the topic one order."""
    return [msgspec.structs.replace(one, application_id=100_001) for one in scores]


def publish(stage: Stage, scores: Sequence[LoanScored]) -> None:
    records = [(str(one.application_id).encode(), encode(one)) for one in scores]
    stage.publish(SCORES, records)


def publish_outcomes(stage: Stage, outcomes: Sequence[OutcomeObserved]) -> None:
    records = [(str(one.application_id).encode(), encode(one)) for one in outcomes]
    stage.publish(OUTCOMES, records)


def committed(stage: Stage) -> int:
    """How many scores the monitor says it is done with; at least 0."""
    return max(0, stage.committed(SCORES, "drift_monitor"))


def wait_committed(stage: Stage, count: int, seconds: float = SECONDS) -> None:
    wait_until(lambda: committed(stage) == count, seconds, f"{count} scores to be committed")


def reports(stage: Stage) -> list[DriftReported]:
    """Each window's report; one that was sent again must say the same."""
    kept: dict[str, DriftReported] = {}
    for record in stage.read(DRIFT):
        report = decode(record.value, DriftReported)
        assert kept.setdefault(report.window_id, report) == report
    return list(kept.values())


def run_to_end(stage: Stage, seconds: float = SECONDS) -> None:
    """A monitor that reads everything and is stopped."""
    with start(stage) as monitor:
        wait_committed(stage, stage.count(SCORES), seconds)
        assert monitor.stop() == 0
