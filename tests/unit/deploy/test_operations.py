"""docs/operations.md held against the files that it speaks of."""

import re

import pytest
import yaml

from runtime.topic_plan import Danger
from tests.deployment import DEPLOY, IMAGES, ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, its own two lines left out."""
    below = PAGE.split(f"{heading}\n", 1)[1]
    lines = re.search(r"^\|.*?(?=\n[^|]|\Z)", below, re.DOTALL | re.MULTILINE)
    assert lines is not None
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[0].splitlines()[2:]]


def test_every_image_has_its_size() -> None:
    sizes = {row[0].strip("`"): row[1] for row in rows("pull is smaller):")}
    assert sizes.keys() == {*IMAGES, "mlflow"}
    assert all(re.fullmatch(r"[\d.]+ [MG]B", size) for size in sizes.values())


def test_every_container_is_listed_with_its_profile() -> None:
    for profile, staying, jobs in rows("### What runs"):
        name = profile.strip("`")
        expected = {
            (service, container["restart"] == "no")
            for service, container in COMPOSE["services"].items()
            if container.get("profiles", ["none"]) == [name]
        }
        told = {(one, False) for one in re.findall(r"`(.*?)`", staying)}
        assert told | {(one, True) for one in re.findall(r"`(.*?)`", jobs)} == expected


def test_every_secret_is_listed_with_its_readers() -> None:
    told = {row[0].strip("`"): re.findall(r"`(.*?)`", row[1]) for row in rows("which:")}
    readers = {
        secret: [
            name for name, one in COMPOSE["services"].items() if secret in one.get("secrets", ())
        ]
        for secret in COMPOSE["secrets"]
    }
    assert told == readers


@pytest.mark.parametrize("danger", Danger)
def test_every_danger_has_its_advice(danger: Danger) -> None:
    assert f"| `{danger}` |" in PAGE


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z]+)", PAGE))))
def test_every_make_target_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("service", sorted(set(re.findall(r"--no-deps ([a-z_ ]+)`", PAGE))))
def test_what_is_upgraded_is_a_service(service: str) -> None:
    assert set(service.split()) <= COMPOSE["services"].keys()
