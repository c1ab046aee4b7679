"""deploy/compose.yaml as Compose itself reads it; nothing is started."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.stack import Stack, compose_problem


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    if problem := compose_problem():
        pytest.skip(problem)
    return Stack(tmp_path / "secrets")


def read(stack: Stack) -> Any:
    found = stack.compose("--profile", "*", "config", "--format", "json")
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def test_compose_reads_the_file_and_offers_the_chosen_ports(stack: Stack) -> None:
    services = read(stack)["services"]
    offered = {int(port["published"]) for one in services.values() for port in one.get("ports", ())}
    assert offered == set(stack.ports.values())
    assert (
        f"OUTSIDE://localhost:{stack.ports['KAFKA']}"
        in (services["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"])
    )
    assert services["scorer"]["image"] == f"creditstream/scorer:{stack.tag}"


def test_secrets_are_looked_for_where_the_variable_says(stack: Stack) -> None:
    files = {Path(secret["file"]).parent for secret in read(stack)["secrets"].values()}
    assert files == {stack.secrets}


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize(
    ("variable", "value"), [("KAFKA_PORT", "many"), ("API_PORT", "99999"), ("BIND_ADDRESS", "here")]
)
def test_a_malformed_variable_is_refused_with_its_value(
    tmp_path: Path, variable: str, value: str
) -> None:
    bad = Stack(tmp_path / "secrets", ports={}, variables={variable: value})
    refused = bad.compose("config", "--quiet")
    assert refused.returncode != 0
    assert value in refused.stderr
