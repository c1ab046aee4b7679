"""The bounds of `bounds.toml`, and whether what was measured keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import rich.table

from bench.results import Result

_FILE = Path(__file__).with_name("bounds.toml")

Verdict = Literal["met", "missed", "not run", "full form only"]


class Bound(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure and what it may be.

    Attributes:
        what: the figure in words.
        figure: the benchmark's name, a dot, the figure's name.
        at_least: the least that it may be.
        at_most: the most that it may be; one of the two is given.
        full_only: whether it depends on the size, and a quick run tells nothing of it.
    """

    what: str
    figure: str
    at_least: float | None = None
    at_most: float | None = None
    full_only: bool = False

    def __post_init__(self) -> None:
        """Refuse a bound that bounds nothing, or on both sides."""
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(f"{self.figure}: one of at_least and at_most")

    @property
    def benchmark(self) -> str:
        """The name of the benchmark that measures it."""
        return self.figure.partition(".")[0]

    @property
    def text(self) -> str:
        """The bound in words."""
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return f"at most {self.at_most:g}"

    def kept_by(self, value: float) -> bool:
        """Whether a measured figure keeps it."""
        least = self.at_least is None or value >= self.at_least
        return least and (self.at_most is None or value <= self.at_most)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    bound: list[Bound]


@dataclass(frozen=True, slots=True)
class Judged:
    """A bound beside what was measured: None where it was not; `quick` where by a quick run."""

    bound: Bound
    value: float | None
    quick: bool = False

    @property
    def verdict(self) -> Verdict:
        """Whether it is kept."""
        if self.quick and self.bound.full_only:
            return "full form only"
        if self.value is None:
            return "not run"
        return "met" if self.bound.kept_by(self.value) else "missed"


def read_bounds(path: Path = _FILE) -> Sequence[Bound]:
    """The bounds of a file.

    Raises:
        ValidationError: the file is not of this form.
    """
    return msgspec.toml.decode(path.read_bytes(), type=_File).bound


def judge(bounds: Sequence[Bound], results: Mapping[str, Result]) -> list[Judged]:
    """Hold every bound against the results there are."""
    measured = {
        f"{name}.{figure}": value
        for name, result in results.items()
        for figure, value in result.findings.figures.items()
    }
    quick = {name for name, result in results.items() if result.run.quick}
    return [Judged(one, measured.get(one.figure), one.benchmark in quick) for one in bounds]


def bounds_rows(judged: Sequence[Judged]) -> list[dict[str, str]]:
    """The table of bounds."""
    return [
        {
            "figure": one.bound.what,
            "bound": one.bound.text,
            "measured": "" if one.value is None else f"{one.value:.3g}",
            "": one.verdict,
        }
        for one in judged
    ]


def for_terminal(judged: Sequence[Judged]) -> rich.table.Table:
    """The table of bounds, as rich draws it."""
    table = rich.table.Table(title="Bounds")
    rows = bounds_rows(judged)
    for name in rows[0]:
        table.add_column(name)
    styles = {"met": "green", "missed": "red", "not run": "yellow", "full form only": "dim"}
    for row, one in zip(rows, judged, strict=True):
        table.add_row(*row.values(), style=styles[one.verdict])
    return table
