"""What a benchmark found: tables, charts and named figures, as JSON."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """One picture of a table.

    Attributes:
        kind: bars by name, or lines over a number.
        x: what the horizontal axis shows.
        y: what the vertical axis shows, with its unit.
        logarithmic: whether the axis of the values is.
        series: points by the name of the bar group or line.
    """

    kind: Literal["bars", "lines"]
    x: str
    y: str
    logarithmic: bool = False
    series: Mapping[str, Sequence[tuple[str | float, float]]]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table with its chart: rows of cells by column, every row with the same columns."""

    name: str
    title: str
    about: str
    rows: Sequence[Mapping[str, str]]
    chart: Chart


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Where figures come from."""

    at: str
    command: str
    commit: str
    machine: str
    versions: Mapping[str, str]
    quick: bool
    seconds: float


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What a benchmark's `measure` returns.

    Attributes:
        tables: for people.
        figures: by name, for the bounds and for the sizing.
        notes: Markdown paragraphs behind the tables.
    """

    tables: Sequence[Table]
    figures: Mapping[str, float]
    notes: Sequence[str] = ()


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of one benchmark in one run."""

    name: str
    run: Run
    findings: Findings


def write_result(result: Result, folder: Path) -> None:
    """Replace the benchmark's file."""
    folder.mkdir(parents=True, exist_ok=True)
    content = msgspec.json.format(msgspec.json.encode(result), indent=1)
    (folder / f"{result.name}.json").write_bytes(content + b"\n")


def read_results(folder: Path) -> dict[str, Result]:
    """Every result that is there, by name."""
    paths = sorted(folder.glob("*.json"))
    return {path.stem: msgspec.json.decode(path.read_bytes(), type=Result) for path in paths}
