"""What is deployed, as tests of images and manifests see it: code, settings and locks."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings

from drift_monitor.settings import DriftMonitorSettings
from explainer.settings import ExplainerSettings
from query_api.settings import ProjectorSettings, QueryApiSettings
from runtime.settings import KafkaSettings, MlflowSettings
from scorer.settings import ScorerSettings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
SERVICES = ("scorer", "explainer", "drift_monitor", "query_api", "producer", "training")
IMAGES = ("runtime", *SERVICES, "drift_tools")
"""The images of our code; MLflow's is besides."""

CODE = {image: image for image in IMAGES} | {"drift_tools": "drift_monitor"}
"""The package that each image carries besides `contracts` and `runtime`."""

_STARTS = {"runtime": "runtime.__main__", "drift_monitor": "drift_monitor.app"}
"""What runs in images that offer one module alone: the monitor's commands have their own."""

NOT_DEPLOYED = ("alibi_detect", "pyspark", "py4j")
"""What services can do without, and say so: see the extras of pyproject.toml."""

SETTINGS: dict[str, tuple[type[BaseSettings], ...]] = {
    "runtime": (KafkaSettings,),
    "scorer": (ScorerSettings,),
    "explainer": (ExplainerSettings,),
    "drift_monitor": (DriftMonitorSettings,),
    "drift_tools": (DriftMonitorSettings,),
    "query_api": (QueryApiSettings, ProjectorSettings),
    "producer": (KafkaSettings,),
    "training": (MlflowSettings,),
}
"""What each image reads from the environment."""


def variables(settings: type[BaseSettings]) -> Iterator[str]:
    """The environment variables of settings, nested ones too, and the files that hold secrets."""
    prefix = settings.model_config.get("env_prefix", "")
    for name, field in settings.model_fields.items():
        nested = field.annotation
        if isinstance(nested, type) and issubclass(nested, BaseSettings):
            yield from variables(nested)
        else:
            variable = str(field.validation_alias or f"{prefix}{name}".upper())
            yield from (variable, f"{variable}_FILE")


def variables_of(image: str) -> set[str]:
    """Everything that the code of an image reads from its environment."""
    return {name for settings in SETTINGS[image] for name in variables(settings)}


def locked(image: str) -> dict[str, str]:
    """Distributions, normalised, to versions in the lock of an image."""
    return _pins((DEPLOY / "images" / f"{image}.lock").read_text(encoding="utf-8"))


def locked_for_all() -> dict[str, str]:
    """Distributions, normalised, to versions in the lock of everything."""
    return _pins((ROOT / "requirements.lock").read_text(encoding="utf-8"))


def group(image: str) -> set[str]:
    """The distributions that the group of an image names."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return set(_members(groups["dependency-groups"], image))


def _members(groups: dict[str, Any], name: str) -> Iterator[str]:
    for member in groups[name]:
        if isinstance(member, dict):
            yield from _members(groups, member["include-group"])
        else:
            yield normalised(member.partition("[")[0])


def normalised(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins(lock: str) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", lock, re.MULTILINE)
    return {normalised(name): version for name, version in found}


def imported(image: str) -> dict[str, str]:
    """Third-party packages that the code of an image can import, each with a module that does."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    waiting = _modules(image)
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        for name in _imports(module):
            top = name.partition(".")[0]
            if top in ("contracts", *CODE.values()):
                waiting += _ours(name)
            elif top not in sys.stdlib_module_names:
                found.setdefault(top, module)
    return found


def start(image: str) -> str | None:
    """The one module that an image offers; None where it is the whole package."""
    return _STARTS.get(image)


def _modules(image: str) -> list[str]:
    """Where the code of an image starts: any module of its package, unless it offers only one."""
    if image in _STARTS:
        return [_STARTS[image]]
    files = (ROOT / CODE[image]).rglob("*.py")
    parts = (path.relative_to(ROOT).with_suffix("").parts for path in files)
    return [".".join(each).removesuffix(".__init__") for each in parts]


def _ours(name: str) -> Iterator[str]:
    """The module that a name is in, and the packages around it."""
    parts = name.split(".")
    whole = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
    return (module for module in whole if _file(module) is not None)


@cache
def _file(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.exists():
            return file
    return None


@cache
def _imports(module: str) -> tuple[str, ...]:
    file = _file(module)
    assert file is not None
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(names)
