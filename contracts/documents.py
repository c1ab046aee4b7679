"""Writes the documents of the contract: `python -m contracts.documents [--check] [--out docs]`."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.asyncapi import asyncapi
from contracts.compatibility import incompatibilities
from contracts.events import EVENT_TYPES
from contracts.schemas import CE_TYPE, Schema, json_schema

_SCHEMAS = Path("schemas")


def documents() -> dict[Path, Schema]:
    """Every document by its path below the folder of documents."""
    schemas = {
        _SCHEMAS / f"{ce_type.rpartition('.')[0]}.json": json_schema(event)
        for event, ce_type in EVENT_TYPES.items()
    }
    return {**schemas, Path("asyncapi.json"): asyncapi()}


def stale(folder: Path) -> Iterator[str]:
    """What in `folder` differs from the contract, each with the file's name."""
    made = documents()
    for path, document in made.items():
        kept = folder / path
        if not kept.exists():
            yield f"{kept}: missing"
        elif kept.read_text(encoding="utf-8") != _text(document):
            yield f"{kept}: stale"
    for kept in sorted((folder / _SCHEMAS).glob("*")):
        if kept.relative_to(folder) not in made:
            yield f"{kept}: of no event"


def narrowings(folder: Path) -> Iterator[str]:
    """Where an event became narrower than `folder` has it without becoming another type."""
    for path, document in documents().items():
        kept = folder / path
        if CE_TYPE not in document or not kept.exists():
            continue
        old = json.loads(kept.read_text(encoding="utf-8"))
        if old[CE_TYPE] == document[CE_TYPE]:
            yield from (f"{kept}: {problem}" for problem in incompatibilities(old, document))


def write(folder: Path) -> None:
    """Write every document; the caller has made sure that nothing narrowed."""
    for path, document in documents().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(_text(document), encoding="utf-8")


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def main(arguments: list[str] | None = None) -> None:
    """Write the documents, or with `--check` say which are stale.

    Raises:
        SystemExit: an event narrowed under its old type, or with `--check` a document is stale.
    """
    parser = argparse.ArgumentParser(prog="contracts.documents", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say what is stale")
    parser.add_argument("--out", type=Path, default=Path("docs"), help="folder of the documents")
    given = parser.parse_args(arguments)

    problems = list(narrowings(given.out))
    if problems:
        problems.append("an event that narrows needs a new type in contracts.events.EVENT_TYPES")
    elif given.check:
        problems = list(stale(given.out))
    if problems:
        sys.exit("\n".join(problems))
    if not given.check:
        write(given.out)


if __name__ == "__main__":
    main()
