"""Every service under load, watched by a real Prometheus: what panels and alerts are tried on."""

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from contracts.codec import decode, encode
from contracts.events import LoanScored, OutcomeObserved
from contracts.topics import APPLICATIONS, HISTORIES, OUTCOMES, SCORES
from deploy.local.poison import POISON
from tests.builders import a_history, an_application, some_applications
from tests.deployment import DEPLOY
from tests.prometheus import (
    Prometheus,
    running_alertmanager,
    running_prometheus,
    tool,
    without_patience,
)
from tests.services import ServiceProcess, Stage, a_stage
from tests.waiting import wait_until

JOBS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "scorer": ("SCORER", ("-m", "scorer")),
    "explainer": ("EXPLAINER", ("-m", "explainer")),
    "drift_monitor": ("DRIFT_MONITOR", ("-m", "drift_monitor")),
    "projector": ("PROJECTOR", ("-m", "query_api", "projector")),
    "query_api": ("QUERY_API", ("-m", "query_api", "serve")),
}
"""Our jobs of deploy/prometheus/prometheus.yml: the prefix of its settings, its command."""

_ROUNDS, _EACH = 10, 100
_WINDOWS = {"WINDOW": "200", "HOP": "50"}
_SECONDS = 120.0


@dataclass(frozen=True)
class Observed:
    """What runs; `alertmanager` is its host and port."""

    stage: Stage
    services: Mapping[str, ServiceProcess]
    prometheus: Prometheus
    alertmanager: str

    def put_under_load(self) -> None:
        """Rounds of applications with and without history, bad messages, requests, outcomes."""
        applications = some_applications(_ROUNDS * _EACH)
        known = [a_history(one.SK_ID_CURR) for one in applications[: len(applications) // 2]]
        self.stage.publish(
            HISTORIES, [(str(one.application_id).encode(), encode(one)) for one in known]
        )
        for poison in POISON:
            self.stage.publish(APPLICATIONS, [(poison.key, poison.value)], poison.headers)
        for at in range(_ROUNDS):
            part = applications[at * _EACH : (at + 1) * _EACH]
            records = [(str(one.SK_ID_CURR).encode(), encode(one)) for one in part]
            self.stage.publish(APPLICATIONS, records)
            self._ask_the_api(number=at)
            self._wait_stored((at + 1) * _EACH)
        self._tell_outcomes()

    def _ask_the_api(self, number: int) -> None:
        api = self.services["query_api"]
        for path in ("/v1/applications", "/v1/drift", "/v1/applications/1"):
            api.get(path)
        sent = httpx.post(
            f"http://127.0.0.1:{api.port}/v1/applications",
            content=encode(an_application(900_000 + number)),
            headers={"Content-Type": "application/json"},
            timeout=30,
        )
        assert sent.is_success, sent.text

    def _wait_stored(self, least: int) -> None:
        projector = self.services["projector"]
        wait_until(
            lambda: (
                projector.metric("creditstream_records_total", topic="loan.explanations") >= least
            ),
            _SECONDS,
            f"{least} explanations in the store",
        )

    def _tell_outcomes(self) -> None:
        """Defaults as often as the scores say, so that the probabilities are right."""
        draw, now = random.Random(3), dt.datetime.now(dt.UTC)
        scores = [decode(record.value, LoanScored) for record in self.stage.read(SCORES)]
        outcomes = [
            OutcomeObserved(
                application_id=score.application_id,
                defaulted=draw.random() < score.probability,
                observed_at=now,
            )
            for score in scores
        ]
        self.stage.publish(
            OUTCOMES, [(str(one.application_id).encode(), encode(one)) for one in outcomes]
        )
        monitor = self.services["drift_monitor"]
        wait_until(
            lambda: monitor.metric("drift_monitor_labelled_applications") >= len(outcomes) / 2,
            _SECONDS,
            "outcomes beside their scores",
        )


@contextmanager
def observed(bootstrap: str, folder: Path) -> Iterator[Observed]:
    """All services, a Prometheus whose alerts fire without patience, an Alertmanager."""
    for name in ("prometheus", "prometheus-alertmanager"):
        tool(name)
    rules = [
        without_patience(path, folder)
        for path in sorted((DEPLOY / "prometheus" / "rules").glob("*.yml"))
    ]
    with ExitStack() as stack:
        stage = stack.enter_context(a_stage(bootstrap, folder))
        store = {"QUERY_API_DATABASE_URL": f"sqlite:///{folder}/store.db"}
        shared = dataclasses.replace(stage, variables=store)
        services = {
            job: stack.enter_context(_started(shared, prefix, command))
            for job, (prefix, command) in JOBS.items()
        }
        for service in services.values():
            service.wait_ready()
        alertmanager = stack.enter_context(
            running_alertmanager(DEPLOY / "alertmanager" / "alertmanager.yml", folder)
        )
        ports = {job: service.port for job, service in services.items()}
        prometheus = stack.enter_context(
            running_prometheus(ports, folder, rules=rules, alertmanager=alertmanager)
        )
        wait_until(
            lambda: prometheus.up().keys() >= JOBS.keys() and all(prometheus.up().values()),
            _SECONDS,
            "a scrape of every service",
        )
        yield Observed(stage, services, prometheus, alertmanager)


def _started(stage: Stage, prefix: str, command: tuple[str, ...]) -> ServiceProcess:
    own = _WINDOWS if prefix == "DRIFT_MONITOR" else {}
    return ServiceProcess(command, stage, prefix, **own)
