"""Drift reports as their page shows them: a table of one window, a heat map of the last; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from markupsafe import Markup

from contracts.events import ColumnDistance, ColumnDrift, DriftReported, Estimate, WindowKind
from query_api.charts import effect_bar
from query_api.drift_charts import Shade, heat_row
from query_api.heat_map import heat_map, strongest_tests
from query_api.pages.dictionary import entry
from query_api.store.drift_reports import Series

_FAR, _STEP = 0.15, 0.03  # effects: of a column that moved far, and from one shade to the next
_TESTS = {
    "chi_squared": "chi-squared",
    "ks": "KS",
    "missing": "missing share",
    "unseen": "unseen levels",
}
_KINDS = {WindowKind.VERDICT: "verdicts", WindowKind.DAY: "days", WindowKind.WEEK: "weeks"}


@dataclass(frozen=True, slots=True)
class ColumnView:
    """One monitored column in one window: its strongest test and where it moved."""

    column: str
    label: str
    words: str
    test: str
    effect: float
    q_value: float
    drifted: bool
    alerted: bool
    chart: Markup
    distance: ColumnDistance | None


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A column over the windows, the oldest to the left."""

    column: str
    label: str
    chart: Markup


@dataclass(frozen=True, slots=True)
class SeriesLink:
    """A series of windows, as it is led to."""

    label: str
    query: str
    current: bool


def state(report: DriftReported) -> Literal["Alert", "Watch", "Steady"]:
    """A window in one word; slow drift is an alert of its own."""
    if report.alert or report.drifting:
        return "Alert"
    together = report.multivariate is not None and report.multivariate.drifted
    return "Watch" if report.drifted or together else "Steady"


def series_links(known: Sequence[Series], asked: Series) -> list[SeriesLink]:
    """The ways from one series to the others, the one that is asked for among them."""
    series = known if asked in known else [*known, asked]
    return [SeriesLink(_label(one), series_query(one), one == asked) for one in series]


def series_query(series: Series) -> str:
    """The series in an address."""
    return urlencode({"window": series.kind.value, "segment": series.segment})


def _label(series: Series) -> str:
    column, _, level = series.segment.partition("=")
    whose = f"{entry(column).label} {level}" if series.segment else "All applications"
    return f"{whose}, {_KINDS[series.kind]}"


def slow_words(report: DriftReported) -> list[str]:
    """The columns that drift slowly, each with what moved which way since when."""
    return [
        f"{entry(one.column).label} {one.words.removeprefix(one.column).strip()}"
        for one in report.drifting
    ]


def expected(report: DriftReported) -> list[tuple[str, Estimate]]:
    """What outcomes are expected to show of a window, as far as that can be told."""
    found = report.expected
    if found is None:
        return []
    told = (("AUC", found.auc), ("Default rate", found.default_rate))
    return [(name, estimate) for name, estimate in told if estimate is not None]


def drift_columns(report: DriftReported) -> list[ColumnView]:
    """One line for every column, by its strongest test; what has drifted comes first.

    The others keep the order of the report, in which the monitor puts the weightiest first.
    """
    strongest = strongest_tests(report)
    distances = {one.column: one for one in report.distances}
    largest = max((one.effect for one in strongest.values()), default=0.0)
    views = [
        _column_view(one, report, largest, distances.get(one.column)) for one in strongest.values()
    ]
    return sorted(views, key=lambda one: (not one.alerted, not one.drifted))


def _column_view(
    test: ColumnDrift, report: DriftReported, largest: float, distance: ColumnDistance | None
) -> ColumnView:
    return ColumnView(
        column=test.column,
        label=entry(test.column).label,
        words=_unbroken(test.words.removeprefix(test.column).strip()),
        test=_TESTS.get(test.test, test.test),
        effect=test.effect,
        q_value=test.q_value,
        drifted=test.column in report.drifted,
        alerted=test.column in report.alerted,
        chart=effect_bar(test.effect, largest, drifted=test.column in report.drifted),
        distance=distance,
    )


def _unbroken(words: str) -> str:
    """The words, their numbers held together with what follows."""
    return words.replace(" %", "\N{NO-BREAK SPACE}%")


def heat_rows(reports: Sequence[DriftReported], most: int = 24) -> list[HeatRow]:
    """The heat map of some reports of one series, newest first, row by row."""
    return [
        HeatRow(
            column=row.column,
            label=entry(row.column).label,
            chart=heat_row(_in_words(row.cells), list(map(_shaded, row.cells))),
        )
        for row in heat_map(reports, most)
    ]


def _in_words(cells: Sequence[ColumnDrift | None]) -> str:
    tested = [one for one in cells if one is not None]
    moved = sum(one.drifted for one in tested)
    return f"moved in {moved} of {len(tested)} windows"


def _shaded(test: ColumnDrift | None) -> Shade:
    if test is None:
        return Shade("heat-none", "not tested")
    return Shade(f"heat-{_level(test)}", test.words)


def _level(test: ColumnDrift) -> int:
    """0 to 2 for an effect without a verdict, 3 and 4 for one with."""
    if test.drifted:
        return 4 if test.effect >= _FAR else 3
    return min(int(test.effect / _STEP), 2)
