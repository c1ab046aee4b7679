"""deploy/compose.yaml held against what operations rely on, and against the code that it starts."""

import re
from typing import Any

import pytest
import yaml

from contracts.topics import CONSUMED
from deploy.local.services import SPECS
from tests.containers import KAFKA_IMAGE, POSTGRES_IMAGE
from tests.deployment import DEPLOY, IMAGES, variables_of

TEXT = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = (DEPLOY / ".env.example").read_text(encoding="utf-8")

JOBS = {name for name, service in SERVICES.items() if service["restart"] == "no"}
STAYING = SERVICES.keys() - JOBS
OURS = {name for name in SERVICES if SERVICES[name]["image"].startswith("${IMAGE_PREFIX")}
PORTS = {spec.name.replace("api", "query_api"): str(spec.port) for spec in SPECS}
FOREIGN_VARIABLES = ("LANG", "POSTGRES_", "GF_", "MLFLOW_SERVER_", "MLFLOW_BACKEND_STORE_URI_FILE")


def image(service: str) -> str:
    """`scorer` of `${IMAGE_PREFIX:-creditstream}/scorer:${IMAGE_TAG:-dev}`."""
    found = re.search(r"/(\w+):", SERVICES[service]["image"])
    assert found is not None
    return found[1]


def defaults() -> dict[str, str]:
    """The variables of compose.yaml and their defaults."""
    return dict(re.findall(r"\$\{(\w+):-([^}]*)\}", TEXT))


def test_every_service_of_the_system_is_there() -> None:
    assert {"kafka", "postgres", "mlflow", "topics", "query_api", "projector"} <= SERVICES.keys()
    assert CONSUMED.keys() <= SERVICES.keys()
    assert {image(name) for name in OURS} == {*IMAGES, "mlflow"}


@pytest.mark.parametrize("name", sorted(STAYING))
def test_what_stays_is_restarted_and_says_how_healthy_it_is(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["healthcheck"]["start_period"] == "180s"


@pytest.mark.parametrize("name", sorted(JOBS))
def test_a_job_is_waited_for_or_the_last_of_its_profile(name: str) -> None:
    waits = [
        service["depends_on"][name]["condition"]
        for service in SERVICES.values()
        if name in service.get("depends_on", {})
    ]
    assert set(waits) == ({"service_completed_successfully"} if waits else set())
    assert waits or name == "demo-applications" or SERVICES[name]["profiles"] == ["tools"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_container_has_limits(name: str) -> None:
    limits = SERVICES[name]["deploy"]["resources"]["limits"]
    assert limits.keys() == {"cpus", "memory", "pids"}
    assert SERVICES[name]["logging"]["options"].keys() == {"max-size", "max-file"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_containers_can_change_nothing_but_their_volumes(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in service, "the image's own user is not root"
    assert not service.get("privileged")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_nothing_waits_for_what_does_not_exist_or_tells_no_health(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        healthy = wait["condition"] == "service_healthy"
        assert other in (STAYING if healthy else JOBS)
        if "demo" in SERVICES[other].get("profiles", ()):
            assert "demo" in SERVICES[name].get("profiles", ()) or wait["required"] is False


@pytest.mark.parametrize("name", sorted(OURS - {"mlflow"}))
def test_every_variable_is_a_setting_of_the_code_that_reads_it(name: str) -> None:
    assert set(SERVICES[name].get("environment", {})) <= variables_of(image(name))


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - OURS | {"mlflow"}))
def test_variables_of_other_images_are_theirs(name: str) -> None:
    given = SERVICES[name].get("environment", {})
    prefixes = ("KAFKA_",) if name == "kafka" else FOREIGN_VARIABLES
    assert [variable for variable in given if not variable.startswith(prefixes)] == []


@pytest.mark.parametrize(("name", "port"), PORTS.items())
def test_a_service_is_probed_and_reached_at_its_port(name: str, port: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"] == ["CMD", "python", "/opt/probe.py", port]
    published = [mapping.rpartition(":")[2] for mapping in service.get("ports", ())]
    assert port in (*published, *service.get("expose", ()))


def test_ports_are_offered_to_this_machine_alone_and_differ() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert all(port.startswith("${BIND_ADDRESS:-127.0.0.1}:${") for port in published)
    outside = [port.split("}:")[1] for port in published]
    chosen = [outside_port.rpartition(":-")[2] for outside_port in outside]
    assert len(set(chosen)) == len(chosen)


def test_secrets_are_files_and_no_password_is_in_a_variable() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|DATABASE_URL|LEDGER_URL|BACKEND_STORE_URI", variable):
                assert variable.endswith("_FILE"), name
                assert value.removeprefix("/run/secrets/") in service["secrets"], name
    assert {secret for one in SERVICES.values() for secret in one.get("secrets", ())} == set(
        COMPOSE["secrets"]
    )
    assert all(
        one["file"].startswith("${SECRETS:-./secrets}/") for one in COMPOSE["secrets"].values()
    )


def test_secrets_that_are_named_are_those_that_are_made() -> None:
    script = (DEPLOY / "compose" / "make-secrets").read_text(encoding="utf-8")
    assert set(re.findall(r"^write (\w+) ", script, re.MULTILINE)) == set(COMPOSE["secrets"])


def test_every_volume_is_named_and_used() -> None:
    used = {
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", ())
        if not volume.startswith((".", "/"))
    }
    assert used == set(COMPOSE["volumes"])


def test_what_is_mounted_from_the_folder_is_there() -> None:
    mounted = {
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", ())
        if volume.startswith(".")
    }
    assert [place for place in mounted if not (DEPLOY / place).exists()] == []


def test_the_example_names_every_variable_with_its_default() -> None:
    """All but the default of `COMPOSE_PROFILES`, which Compose itself reads."""
    told = dict(re.findall(r"^# (\w+)=(.*)$", EXAMPLE, re.MULTILINE))
    told.pop("COMPOSE_PROFILES")
    assert told == defaults()


def test_the_images_of_others_are_those_that_are_tested_with() -> None:
    assert defaults()["KAFKA_IMAGE"] == KAFKA_IMAGE
    assert defaults()["POSTGRES_IMAGE"] == POSTGRES_IMAGE


def test_prometheus_scrapes_every_service_at_its_port() -> None:
    scraped = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    targets = {
        job["job_name"]: job["static_configs"][0]["targets"] for job in scraped["scrape_configs"]
    }
    assert (
        PORTS.items()
        <= {
            name: places[0].rpartition(":")[2]
            for name, places in targets.items()
            if places[0].startswith(f"{name}:")
        }.items()
    )


def test_containers_find_each_other_by_names_that_exist() -> None:
    addresses = re.findall(r"(?:http://|: )(\w+):\d{4}\b", TEXT)
    assert set(addresses) <= SERVICES.keys()
