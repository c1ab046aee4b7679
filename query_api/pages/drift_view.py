"""Drift reports as their page shows them: a table of one window, a heat map of the last; pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from markupsafe import Markup

from contracts.events import ColumnDrift, DriftReported, Estimate, WindowKind
from query_api.charts import effect_bar
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


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A column over the windows, oldest first: a level from 0 to 4, None where it was not seen."""

    column: str
    label: str
    cells: tuple[tuple[int | None, str], ...]


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
    return "Watch" if report.drifted else "Steady"


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
    strongest = _strongest(report)
    largest = max((one.effect for one in strongest.values()), default=0.0)
    views = [_column_view(one, report, largest) for one in strongest.values()]
    return sorted(views, key=lambda one: (not one.alerted, not one.drifted))


def _column_view(test: ColumnDrift, report: DriftReported, largest: float) -> ColumnView:
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
    )


def _unbroken(words: str) -> str:
    """The words, their numbers held together with what follows."""
    return words.replace(" %", "\N{NO-BREAK SPACE}%")


def heat_map(reports: Sequence[DriftReported], most: int = 24) -> list[HeatRow]:
    """Columns against windows: those that drifted most often, then as the last report has them.

    Args:
        reports: newest first.
        most: how many columns are shown.
    """
    windows = [_strongest(report) for report in reversed(reports)]
    drifted = Counter(column for report in reports for column in report.drifted)
    columns = list(dict.fromkeys(column for window in reversed(windows) for column in window))
    order = sorted(columns, key=lambda name: -drifted[name])
    return [HeatRow(name, entry(name).label, tuple(_cells(name, windows))) for name in order[:most]]


def _cells(
    column: str, windows: Sequence[Mapping[str, ColumnDrift]]
) -> Iterator[tuple[int | None, str]]:
    for window in windows:
        test = window.get(column)
        if test is None:
            yield None, "not tested"
        else:
            yield _level(test), test.words


def _level(test: ColumnDrift) -> int:
    """0 to 2 for an effect without a verdict, 3 and 4 for one with."""
    if test.drifted:
        return 4 if test.effect >= _FAR else 3
    return min(int(test.effect / _STEP), 2)


def _strongest(report: DriftReported) -> dict[str, ColumnDrift]:
    """For each column the test that tells most: one with a verdict before one without."""
    strongest: dict[str, ColumnDrift] = {}
    for test in report.columns:
        held = strongest.get(test.column)
        if held is None or (test.drifted, test.effect) > (held.drifted, held.effect):
            strongest[test.column] = test
    return strongest
