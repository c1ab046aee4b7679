"""Publishes as upstream systems do: applications by our own command, bad messages bare."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.topics import APPLICATIONS
from deploy.local.poison import POISON
from deploy.local.preparation import Source
from deploy.local.processes import LeashedProcess
from runtime.producer import Producer
from runtime.settings import KafkaSettings

DRIFT = "revolving-share"
DRIFTED_COLUMN = "NAME_CONTRACT_TYPE"
_DAYS = 365


@dataclass(frozen=True, slots=True)
class Publisher:
    """Starts `python -m producer applications` on one source of applications."""

    source: Source
    environment: Mapping[str, str]
    log: Path

    def start(
        self, *, limit: int, rate: float, skip: int = 0, drift: str | None = None
    ) -> LeashedProcess:
        """Publish `limit` applications at `rate` a second, after `skip` if they are to be fresh."""
        command = [sys.executable, "-m", "producer", "applications", *self.source.arguments]
        command += [
            "--limit",
            str(limit),
            "--rate",
            str(rate),
            "--skip",
            str(skip if self.source.fresh else 0),
        ]
        command += ["--drift", drift] if drift else []
        return LeashedProcess(command, log=self.log, environment=self.environment)

    def start_outcomes(self) -> LeashedProcess:
        """Publish what became of every loan, as if months had gone by."""
        truth = self.source.outcomes
        command = [sys.executable, "-m", "producer", "outcomes", "--truth", str(truth)]
        command += ["--delay", str(_DAYS)]
        return LeashedProcess(command, log=self.log, environment=self.environment)


def publish_poison(kafka: KafkaSettings) -> None:
    """Publish every bad message, as a careless upstream system would."""
    producer = Producer(kafka, "demo")
    for poison in POISON:
        producer.send(APPLICATIONS, poison.key, poison.value, poison.headers)
    producer.flush_or_raise()
