"""Keeps the README's table of settings as the code has them: `[--check]`."""

import argparse
import inspect
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeGuard

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from drift_monitor.settings import DriftMonitorSettings
from explainer.settings import ExplainerSettings
from query_api.settings import ProjectorSettings, QueryApiSettings
from runtime.settings import KafkaSettings, MlflowSettings, ServiceSettings
from scorer.settings import ScorerSettings

SHARED = (KafkaSettings, MlflowSettings)
SERVICES: tuple[type[ServiceSettings], ...] = (
    ScorerSettings,
    ExplainerSettings,
    DriftMonitorSettings,
    ProjectorSettings,
    QueryApiSettings,
)

BEGIN = "<!-- configuration: begin, written by `python -m deploy.configuration_table` -->"
END = "<!-- configuration: end -->"


def table() -> str:
    """The table in Markdown, what every service has told once."""
    prefixes = ", ".join(f"`{_prefix(service)}`" for service in SERVICES)
    rows = [
        "| variable | default | what it is |",
        "|---|---|---|",
        *(_row(name, field) for settings in SHARED for name, field in _fields(settings)),
        f"| **every service**: `*_` is {prefixes} | | |",
        *(_row(f"*_{name.upper()}", ServiceSettings.model_fields[name]) for name in _common()),
    ]
    for service in SERVICES:
        rows.append(f"| **{_prefix(service).removesuffix('_').lower()}** | | |")
        rows.extend(_row(name, field) for name, field in _own(service))
    return "\n".join(dict.fromkeys(rows))


def _common() -> Iterator[str]:
    """The settings whose default most services keep."""
    for name, field in ServiceSettings.model_fields.items():
        kept = [service.model_fields[name].default == field.default for service in SERVICES]
        if any(kept) and not _is_settings(field.annotation):
            yield name


def _own(service: type[ServiceSettings]) -> Iterator[tuple[str, FieldInfo]]:
    """What a service has besides, or with another default than, every service."""
    common = ServiceSettings.model_fields
    for name, field in service.model_fields.items():
        if _is_settings(field.annotation):
            if field.annotation not in SHARED:
                yield from _fields(field.annotation)
        elif name not in common or common[name].default != field.default:
            yield _prefix(service) + name.upper(), field


def _fields(settings: type[BaseSettings]) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in settings.model_fields.items():
        yield str(field.validation_alias or _prefix(settings) + name.upper()), field


def _is_settings(annotation: object) -> TypeGuard[type[BaseSettings]]:
    return inspect.isclass(annotation) and issubclass(annotation, BaseSettings)


def _prefix(settings: type[BaseSettings]) -> str:
    return settings.model_config.get("env_prefix", "")


def _row(name: str, field: FieldInfo) -> str:
    default = _written(field.get_default(call_default_factory=True))
    told = field.description
    if field.annotation is SecretStr:
        told = f"{told}; or `{name}_FILE`, a file that holds it"
    return f"| `{name}` | {f'`{default}`' if default else ''} | {told} |"


def _written(value: Any) -> str:
    """A default as one would write it in the environment."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return json.dumps(value) if isinstance(value, tuple | dict) else str(value)


def updated(readme: str) -> str:
    """The README with the table of now between its marks.

    Raises:
        ValueError: the marks are not there.
    """
    before, _, rest = readme.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"no {BEGIN!r} followed by {END!r}")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the table, or with `--check` say that it is stale.

    Raises:
        SystemExit: with `--check`, the README's table is not that of the code.
    """
    parser = argparse.ArgumentParser(prog="deploy.configuration_table", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether it is stale")
    parser.add_argument("--readme", type=Path, default=Path("README.md"))
    given = parser.parse_args(arguments)

    kept = given.readme.read_text(encoding="utf-8")
    made = updated(kept)
    if given.check and made != kept:
        sys.exit(f"{given.readme}: the table of settings is stale")
    given.readme.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
