"""What features are called on the pages, and how their values are written."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources

import msgspec

from query_api.pages import wording

_STATISTICS = {"AVG": "mean", "MODE": "mode", "MEDI": "median"}


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
    >>> entry("LATE_SHARE").label
    'Late share'
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
    return Entry(feature.replace("_", " ").capitalize(), "number")


class _Dictionary(msgspec.Struct):
    features: dict[str, tuple[str, str]]
    buildings: dict[str, str]


@functools.cache
def _dictionary() -> _Dictionary:
    text = resources.files(__package__).joinpath("dictionary.toml").read_bytes()
    return msgspec.toml.decode(text, type=_Dictionary)
