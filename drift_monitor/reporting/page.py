"""The findings as one HTML file that needs nothing else. Pure: findings in, text out."""

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from plotly import graph_objects as go
from plotly.offline import get_plotlyjs

from contracts.events import ColumnDistance
from drift_monitor.policy import Judged
from drift_monitor.reporting import charts
from drift_monitor.reporting.findings import Findings
from drift_monitor.words import in_words

TESTS: Mapping[str, str] = {
    "ks": "KS",
    "chi_squared": "levels",
    "missing": "missing",
    "unseen": "unseen",
}
_TEMPLATES = Path(__file__).parent / "templates"
_SMALL = 0.001


@dataclass(frozen=True, slots=True)
class TestLine:
    """One test of a feature, with the floor that its effect is held against."""

    __test__ = False  # not pytest's business

    name: str
    judged: Judged
    floor: float

    @property
    def words(self) -> str:
        """What moved."""
        return in_words(self.judged.comparison).removeprefix(self.judged.column).strip()


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature as the page shows it; `chart` is empty where it is not drawn."""

    name: str
    tests: Sequence[TestLine]
    distance: ColumnDistance
    chart: Markup

    @property
    def drifted(self) -> bool:
        """Whether one of its tests has a verdict."""
        return any(one.judged.drifted for one in self.tests)

    @property
    def words(self) -> str:
        """What moved, by each test with a verdict; without one by the strongest."""
        told = [one for one in self.tests if one.judged.drifted] or self.tests[:1]
        return "; ".join(one.words for one in told)


def render(findings: Findings) -> str:
    """The page."""
    features = list(_features(findings))
    return (
        _environment()
        .get_template("report.html")
        .render(
            findings=findings,
            moved=[one for one in features if one.drifted],
            others=[one for one in features if not one.drifted and one.tests],
            shown=[one for one in features if not one.tests],
            over_windows=_embedded(charts.over_windows(findings)) if findings.windows else None,
            plotly=Markup(get_plotlyjs()),  # noqa: S704 - a library, not text
        )
    )


def _features(findings: Findings) -> Iterator[Feature]:
    """The tested features by weight, then those that are shown alone."""
    by_weight = itertools.chain(findings.tested, findings.profiled)
    for name in dict.fromkeys(by_weight):
        tests = [one for one in findings.judged if one.column == name]
        drawn = name in findings.drawn
        chart = charts.distribution(findings.profiled[name]) if drawn else None
        yield Feature(
            name=name,
            tests=[_line(one, findings) for one in sorted(tests, key=_by_verdict)],
            distance=findings.distances[name],
            chart=Markup("") if chart is None else _embedded(chart),
        )


def _by_verdict(one: Judged) -> tuple[bool, float]:
    return not one.drifted, -one.strength


def _line(one: Judged, findings: Findings) -> TestLine:
    test = one.comparison.test
    return TestLine(TESTS[test], one, findings.question.policy.floor(one.column, test))


def _embedded(figure: go.Figure) -> Markup:
    """A figure as JSON inside a script element, which no text in it can close."""
    text = figure.to_json().replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 - escaped


def _percent(share: float) -> str:
    """To the tenth below ten per cent, where it says something."""
    shown = f"{100 * share:.1f}" if share < 0.1 else f"{100 * share:.0f}"  # noqa: PLR2004
    return f"{shown.removesuffix('.0')}\N{NO-BREAK SPACE}%"


def _figure(value: float | None) -> str:
    if value is None:
        return "\N{EN DASH}"
    return f"{value:.3g}" if value == 0 or abs(value) >= _SMALL else f"{value:.1e}"


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(percent=_percent, figure=_figure)
    return environment
