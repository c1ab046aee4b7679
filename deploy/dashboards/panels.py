"""What a dashboard is made of, whoever draws it: Grafana or, for the documents, matplotlib."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

RATE_WINDOW = "$__rate_interval"
"""Grafana's variable: at least four scrapes."""

CASES = "${cases}/applications"
"""The list of cases in the analysts' pages; the dashboard's variable says where they are."""


class Kind(StrEnum):
    """How the series of a panel are shown."""

    LINES = "lines"
    STACKED = "stacked"
    HEATMAP = "heatmap"  # of a histogram's buckets
    HISTORY = "history"  # a row for each series, its colour by value
    BARS = "bars"  # the newest value of each series


@dataclass(frozen=True, slots=True)
class Query:
    """PromQL, and how each of its series is named."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture.

    Attributes:
        title: what is shown.
        description: how to read it.
        link: where to go on: a section of the runbook, or the list of cases.
        queries: what is shown.
        unit: Grafana's name of the unit.
        kind: how it is shown.
        notable: the value from which on a cell of a history is of the warning colour.
    """

    title: str
    description: str
    link: str
    queries: Sequence[Query]
    unit: str = "short"
    kind: Kind = Kind.LINES
    notable: float = 1.0


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page of panels; `uid` is its address and its file's name."""

    uid: str
    title: str
    description: str
    panels: Sequence[Panel]


def runbook(section: str) -> str:
    """The address of a section of docs/runbook.md; the dashboard's variable says where that is."""
    return f"${{docs}}/runbook.md#{section}"


def quantiles(metric: str, selector: str = "", by: str = "") -> tuple[Query, Query]:
    """The median and the 99th percentile of a histogram, by a label where one is given."""
    labels = f"le, {by}" if by else "le"
    of = f"sum by ({labels}) (rate({metric}_bucket{selector}[{RATE_WINDOW}]))"
    who = f"{{{{{by}}}}} " if by else ""
    return (
        Query(f"histogram_quantile(0.5, {of})", f"{who}p50"),
        Query(f"histogram_quantile(0.99, {of})", f"{who}p99"),
    )
