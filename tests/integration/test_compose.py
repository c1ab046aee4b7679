"""The images and deploy/compose.yaml for real: from nothing to a score, and back to nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from confluent_kafka import Producer

from contracts.codec import encode
from contracts.topics import APPLICATIONS
from tests.builders import an_application
from tests.containers import daemon_problem
from tests.deployment import CODE, IMAGES, NOT_DEPLOYED, start
from tests.stack import Stack, compose_problem
from tests.waiting import wait_until

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(3_600)]

_STORES = {"kafka", "postgres", "mlflow"}
_STAYING = {*_STORES, "scorer", "explainer", "drift_monitor", "projector", "query_api"}
_JOBS = {"kafka-volume", "topics", "demo-data", "demo-features", "demo-model", "demo-histories"}
_OBSERVERS = ("prometheus", "alertmanager")  # Grafana has no image where this is tested
_APPLICANT = 999_000_001
_IMPORT_ALL = f"""
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, f"{{package.__name__}}."):
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        if error.name not in {NOT_DEPLOYED}:
            raise
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Built, with secrets; nothing runs yet. What a test leaves behind goes with it."""
    if problem := daemon_problem() or compose_problem():
        pytest.skip(problem)
    small = {"DEMO_APPLICANTS": "2000", "DEMO_FOLDS": "2", "COMPOSE_PROFILES": "demo"}
    stack = Stack(tmp_path_factory.mktemp("compose") / "secrets", variables=small)
    stack.build()
    stack.make_secrets()
    yield stack
    stack.down()


def published(stack: Stack, application_id: int) -> None:
    """Publish an application from this machine, as upstream systems do: without a header."""
    producer = Producer({"bootstrap.servers": f"localhost:{stack.ports['KAFKA']}"})
    value = encode(an_application(application_id))
    producer.produce(APPLICATIONS.name, value, str(application_id))
    assert producer.flush(30) == 0


def explained(stack: Stack, application_id: int) -> Any:
    address = f"http://localhost:{stack.ports['API']}/v1/applications/{application_id}"
    answer = httpx.get(address, timeout=10)
    found = answer.json() if answer.status_code == 200 else {}
    return found if found.get("explanation") else None


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_has_all_that_its_code_imports(stack: Stack, image: str) -> None:
    offered = start(image)
    script = f"import {offered}" if offered else _IMPORT_ALL
    ended = stack.run_image(image, "--entrypoint=python", command=["-c", script, CODE[image]])
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_is_nobody_and_can_neither_compile_nor_install(stack: Stack, image: str) -> None:
    look = "id -u; for tool in gcc cc make; do command -v $tool; done; python -m pip --version"
    ended = stack.run_image(image, "--entrypoint=sh", command=["-c", look])
    assert ended.stdout.split() == ["10001"]
    assert "No module named pip" in ended.stderr


@pytest.mark.parametrize("image", ["scorer", "explainer", "drift_monitor", "runtime"])
def test_a_malformed_variable_ends_an_image_with_its_name(stack: Stack, image: str) -> None:
    ended = stack.run_image(image, "--env=KAFKA_SECURITY_PROTOCOL=tls")
    assert ended.returncode == 2
    assert ended.stderr.startswith("KAFKA_SECURITY_PROTOCOL: ")


def test_a_secret_that_is_not_mounted_ends_an_image_with_its_name(stack: Stack) -> None:
    ended = stack.run_image("query_api", "--env=QUERY_API_DATABASE_URL_FILE=/run/secrets/none")
    assert ended.returncode == 2
    assert ended.stderr.startswith("QUERY_API_DATABASE_URL_FILE: /run/secrets/none cannot be read")
    ended = stack.run_image("mlflow", "--env=MLFLOW_BACKEND_STORE_URI_FILE=/run/secrets/none")
    assert ended.returncode == 2
    assert "MLFLOW_BACKEND_STORE_URI_FILE: /run/secrets/none" in ended.stderr
    ended = stack.run_image("mlflow")
    assert ended.returncode == 2
    assert "MLFLOW_BACKEND_STORE_URI_FILE: names the file" in ended.stderr


def test_without_secrets_nothing_starts_and_the_file_is_named(tmp_path: Path, stack: Stack) -> None:
    bare = Stack(tmp_path / "nowhere", tag=stack.tag)
    try:
        ended = bare.compose("up", "--detach", "--no-build", "postgres")
        assert ended.returncode != 0
        assert f"{tmp_path}/nowhere/postgres_password" in ended.stderr
    finally:
        bare.down()
    assert bare.left() == []


@pytest.fixture(scope="module")
def running(stack: Stack) -> Stack:
    """Everything up, in the order of the file."""
    for services in ((), _OBSERVERS):
        up = stack.compose("up", "--detach", "--no-build", *services, timeout=1_800)
        assert up.returncode == 0, up.stderr
    return stack


def test_everything_becomes_healthy_and_every_job_succeeds(running: Stack) -> None:
    staying = {*_STAYING, *_OBSERVERS}
    wait_until(
        lambda: {name for name, state in running.states().items() if state == "healthy"} == staying,
        300,
        "services that were never healthy",
    )
    states = running.states()
    assert {states[job] for job in _JOBS} == {"exited 0"}


def test_an_application_published_from_outside_is_scored_and_explained(running: Stack) -> None:
    published(running, _APPLICANT)
    answer = wait_until(lambda: explained(running, _APPLICANT), 60, "no score with its reasons")
    assert answer["application_id"] == _APPLICANT
    assert answer["score"]["decision"] in {"approve", "refer", "decline"}
    assert answer["explanation"]["strongest"]


def test_the_topics_are_as_the_contract_has_them(running: Stack) -> None:
    checked = running.compose("run", "--rm", "--no-deps", "topics", "topics", "check")
    assert checked.returncode == 0, checked.stderr


def test_prometheus_reaches_every_service(running: Stack) -> None:
    address = f"http://localhost:{running.ports['PROMETHEUS']}/api/v1/query"
    services = {"scorer", "explainer", "drift_monitor", "projector", "query_api"}
    wait_until(
        lambda: _up(httpx.get(address, params={"query": "up"}).json()) >= services,
        60,
        "Prometheus that reaches the services",
    )


def test_down_leaves_nothing(running: Stack) -> None:
    assert running.left() != []
    assert running.down().returncode == 0
    assert running.left() == []


def _up(answer: Any) -> set[str]:
    found = answer["data"]["result"]
    return {one["metric"]["job"] for one in found if one["value"][1] == "1"}
