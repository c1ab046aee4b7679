"""What a card is made of: sections of words, tables and pictures; the same for every format."""

from collections.abc import Sequence
from dataclasses import dataclass

from training.evaluate import Interval

NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a header."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the run, by the name of its file without the ending."""

    name: str
    caption: str


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the card."""

    title: str
    words: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    code: str = ""


def table(caption: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table of whatever sequences."""
    return Table(caption, tuple(header), tuple(tuple(row) for row in rows))


def figure(value: float | Interval | None, digits: int = 4) -> str:
    """A figure with its interval, or that it was not measured.

    >>> figure(Interval(0.76, 0.745, 0.7751), 3)
    '0.760 (0.745 to 0.775)'
    >>> figure(None)
    'not measured'
    """
    if value is None:
        return NOT_MEASURED
    if isinstance(value, Interval):
        return f"{value.value:.{digits}f} ({value.low:.{digits}f} to {value.high:.{digits}f})"
    return f"{value:.{digits}f}"


def percent(value: float | Interval | None) -> str:
    """A share in per cent, with its interval.

    >>> percent(0.0807)
    '8.1 %'
    """
    if value is None:
        return NOT_MEASURED
    if isinstance(value, Interval):
        return f"{value.value:.1%} ({value.low:.1%} to {value.high:.1%})".replace("%", " %")
    return f"{value:.1%}".replace("%", " %")
