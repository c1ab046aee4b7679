"""What features are called on the pages, and how their values are written."""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources

import msgspec

from query_api.pages import wording

_STATISTICS = {"AVG": "mean", "MODE": "mode", "MEDI": "median"}
_SPAN = re.compile(r"\b(\d+)([dm])\b")
_SPANS = {"d": "days", "m": "months"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A feature in words."""

    label: str
    kind: str

    def write(self, value: float | str | None) -> str:
        """A value of the feature; one that is missing is told as such.

        >>> Entry("Time in present job", "ago").write(-1640.0)
        '4.5 years'
        """
        if value is None:
            return "not given"
        if isinstance(value, str):
            return value
        return _KINDS[self.kind](value)


_KINDS: Mapping[str, Callable[[float], str]] = {
    "ago": wording.years,
    "count": wording.number,
    "flag": lambda value: "yes" if value else "no",
    "level": wording.number,
    "money": wording.whole,
    "number": wording.number,
    "score": lambda value: f"{value:.3f}",
    "share": wording.percent,
    "years": lambda value: f"{value:.0f} years",
}


def entry(feature: str) -> Entry:
    """The feature in words; one that the dictionary lacks is told by its name, made readable.

    >>> entry("FLAG_DOCUMENT_3").label
    'Document 3 handed in'
    >>> entry("BUREAU_365D_CREDIT_SUM").label
    'Bureau credits: 365 days credit, sum'
    """
    known = _dictionary().features.get(feature)
    if known is not None:
        return Entry(*known)
    if feature.startswith("FLAG_DOCUMENT_"):
        return Entry(f"Document {feature.rpartition('_')[2]} handed in", "flag")
    stem, _, statistic = feature.rpartition("_")
    building = _dictionary().buildings.get(stem)
    if building is not None and statistic in _STATISTICS:
        return Entry(f"Building: {building} ({_STATISTICS[statistic]})", "number")
    return _made_readable(feature)


def _made_readable(feature: str) -> Entry:
    """History features are named SOURCE_QUANTITY_STATISTIC; what is not is told as it is."""
    source, _, rest = feature.partition("_")
    told = _dictionary().histories.get(source)
    if told is None:
        return Entry(_spoken(feature).capitalize(), "number")
    quantity, _, last = rest.rpartition("_")
    statistic = _dictionary().statistics.get(last)
    kind = "share" if last == "SHARE" else "number"
    if statistic is None:
        return Entry(f"{told}: {_spoken(rest)}", kind)
    return Entry(
        f"{told}: {_spoken(quantity)}, {statistic}" if quantity else f"{told}: {statistic}", kind
    )


def _spoken(name: str) -> str:
    """A name in small letters, its spans of time in words: `12M` is 12 months."""
    return _SPAN.sub(lambda span: f"{span[1]} {_SPANS[span[2]]}", name.replace("_", " ").lower())


class _Dictionary(msgspec.Struct):
    features: dict[str, tuple[str, str]]
    buildings: dict[str, str]
    histories: dict[str, str]
    statistics: dict[str, str]


@functools.cache
def _dictionary() -> _Dictionary:
    text = resources.files(__package__).joinpath("dictionary.toml").read_bytes()
    return msgspec.toml.decode(text, type=_Dictionary)
