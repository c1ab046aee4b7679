"""What a Prometheus answers to a panel's queries: the series that Grafana would show."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx
import msgspec

from deploy.dashboards.panels import RATE_WINDOW, Kind, Panel, Query

_SECONDS = 60.0
_POINTS = 120

Labels = Mapping[str, str]


class PrometheusError(RuntimeError):
    """A query was refused or not answered; names the query and the reason."""


@dataclass(frozen=True, slots=True)
class Span:
    """The time that is looked at, in Unix seconds, and what Grafana would set for its variables."""

    start: float
    end: float
    rate_window: float

    def expression(self, query: Query) -> str:
        """The query as Prometheus takes it."""
        seconds = math.ceil(self.end - self.start)
        told = query.expression.replace(RATE_WINDOW, f"{self.rate_window:g}s")
        return told.replace("$__range", f"{seconds}s")


@dataclass(frozen=True, slots=True)
class Series:
    """A named line; times are Unix seconds."""

    name: str
    times: Sequence[float]
    values: Sequence[float]

    @property
    def finite(self) -> bool:
        """Whether there is anything to be seen."""
        return any(math.isfinite(value) for value in self.values)


class _Sampled(msgspec.Struct):
    metric: dict[str, str]
    values: list[tuple[float, str]]  # such as NaN and +Inf


class _Data(msgspec.Struct):
    result: list[_Sampled]


class _Answer(msgspec.Struct):
    status: str
    error: str = ""
    data: _Data | None = None


def read(address: str, panel: Panel, span: Span) -> list[Series]:
    """The series of all queries of a panel.

    Raises:
        PrometheusError: a query was refused or not answered.
    """
    return [series for query in panel.queries for series in _read(address, query, panel.kind, span)]


def _read(address: str, query: Query, kind: Kind, span: Span) -> list[Series]:
    start = span.end if kind is Kind.BARS else span.start
    asked = {
        "query": span.expression(query),
        "start": f"{start:.3f}",
        "end": f"{span.end:.3f}",
        "step": f"{max(1.0, (span.end - span.start) / _POINTS):.3f}",
    }
    try:
        told = httpx.get(f"{address}/api/v1/query_range", params=asked, timeout=_SECONDS)
        answer = msgspec.json.decode(told.content, type=_Answer, strict=False)
    except (httpx.HTTPError, msgspec.DecodeError) as error:
        raise PrometheusError(f"{address}: {asked['query']}: {error}") from error
    if answer.data is None:
        raise PrometheusError(f"{address}: {asked['query']}: {answer.error}")
    return [_named(query.legend, one) for one in answer.data.result]


def _named(legend: str, sampled: _Sampled) -> Series:
    times, values = zip(*sampled.values, strict=True)
    return Series(named(legend, sampled.metric), times, [float(one) for one in values])


def named(legend: str, labels: Labels) -> str:
    """The name of a series as Grafana makes it.

    >>> named("{{service}} p99", {"service": "scorer"})
    'scorer p99'
    """
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), legend)
