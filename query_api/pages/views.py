"""From stored events to what a page shows; pure, so that templates only place things."""

import base64
import binascii
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from contracts.errors import InvalidEvent
from contracts.events import ColumnDrift, Decision, DriftReported, LoanExplained, LoanScored
from contracts.features import FEATURE_VERSION, feature_names
from contracts.packing import unpack
from query_api.charts import Bin, Part, Step, effect_bar, stacked_bar, waterfall_row
from query_api.pages.dictionary import entry
from query_api.pages.wording import log_odds, percent, signed, whole
from query_api.store.acceptance import POINTS_STEP
from query_api.store.figures import Figures

_KEY_FACTS = (
    *("AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE", "AMT_INCOME_TOTAL", "CREDIT_TO_INCOME"),
    *("ANNUITY_TO_INCOME", "DAYS_BIRTH", "DAYS_EMPLOYED", "CNT_CHILDREN", "CNT_FAM_MEMBERS"),
    *("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3", "AMT_REQ_CREDIT_BUREAU_YEAR"),
)
_ENOUGH_TO_COMPARE = 100
_EXPLANATION_DUE = dt.timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class WaterfallRow:
    """One line of the waterfall; `kind` is sum, raises or lowers."""

    label: str
    value: str
    amount: str
    kind: str
    chart: Markup


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
    """A column over the windows, oldest first: a level from 0 to 5, None where it was not seen."""

    column: str
    label: str
    cells: tuple[tuple[int | None, str], ...]


def bins(figures: Figures) -> list[Bin]:
    """How the scores in force lie."""
    return [
        Bin(
            group.key,
            group.key + POINTS_STEP,
            tuple(
                Part(f"part-{one.value}", figures.decided.get((group.key, one.value), 0), one.value)
                for one in Decision
            ),
        )
        for group in figures.points
    ]


def decisions_bar(figures: Figures) -> Markup:
    """The decisions as shares of one bar."""
    total = max(figures.applications, 1)
    return stacked_bar(
        [
            Part(
                f"part-{group.key}",
                group.applications,
                f"{group.key}: {whole(group.applications)} ({percent(group.applications / total)})",
            )
            for group in figures.decisions
        ]
    )


def lower_risk_than(points: float, known: Sequence[Bin]) -> float | None:
    """The share of scores that are riskier than this one; None where too few are known."""
    total = sum(one.count for one in known)
    if total < _ENOUGH_TO_COMPARE:
        return None
    below = sum(one.count for one in known if one.high <= points)
    own = sum(one.count for one in known if one.low <= points < one.high)
    return (below + own / 2) / total


def waterfall(explanation: LoanExplained) -> list[WaterfallRow]:
    """From the average applicant's log-odds, attribution by attribution, to this one's."""
    told = [
        (entry(one.feature).label, entry(one.feature).write(one.value), one.attribution)
        for one in explanation.strongest
    ]
    sum_of_told = sum(amount for _, _, amount in told)
    others = explanation.raw_score - explanation.base_value - sum_of_told
    told.append(("All other features", "", others))
    sums = np.cumsum([explanation.base_value, *(amount for _, _, amount in told)]).tolist()
    margin = 0.04 * (max(sums) - min(sums)) or 1.0
    low, high = min(sums) - margin, max(sums) + margin

    def total(label: str, value: float) -> WaterfallRow:
        chart = waterfall_row(Step(value, value), low, high, total=True)
        return WaterfallRow(label, "", signed(value), "sum", chart)

    return [
        total("Average applicant", explanation.base_value),
        *(
            WaterfallRow(
                label,
                value,
                log_odds(amount),
                "raises" if amount > 0 else "lowers",
                waterfall_row(Step(start, end), low, high),
            )
            for (label, value, amount), start, end in zip(told, sums[:-1], sums[1:], strict=True)
        ),
        total("This applicant", explanation.raw_score),
    ]


def key_facts(score: LoanScored) -> list[tuple[str, str]]:
    """What the application said, as far as the model's input tells numbers."""
    values = _input(score)
    facts = [
        (entry(name).label, entry(name).write(values[name]))
        for name in _KEY_FACTS
        if name in values
    ]
    if values.get("NOT_EMPLOYED"):
        facts = [(label, text) for label, text in facts if label != entry("DAYS_EMPLOYED").label]
        facts.append(("Employment", "not employed"))
    return facts


def explanation_overdue(score: LoanScored, now: dt.datetime) -> bool:
    """Whether an explanation that has not come by now is late."""
    return now - score.scored_at > _EXPLANATION_DUE


def _input(score: LoanScored) -> Mapping[str, float | None]:
    """The application's part of the model input, by name; empty for another feature version."""
    if score.feature_version != FEATURE_VERSION:
        return {}
    try:
        size = len(base64.b64decode(score.features)) // 4
        values = unpack(score.features, size).tolist()
    except (binascii.Error, InvalidEvent):
        return {}  # a producer that packs otherwise: the score stands all the same
    return {
        name: None if np.isnan(value) else value
        for name, value in zip(feature_names(()), values, strict=False)
    }


def drift_columns(report: DriftReported) -> list[ColumnView]:
    """One line for every column, by its strongest test; what has drifted comes first."""
    strongest = _strongest(report)
    largest = max((one.effect for one in strongest.values()), default=0.0)
    views = [_column_view(one, report, largest) for one in strongest.values()]
    return sorted(views, key=lambda one: (not one.alerted, not one.drifted, -one.effect))


def _column_view(test: ColumnDrift, report: DriftReported, largest: float) -> ColumnView:
    return ColumnView(
        column=test.column,
        label=entry(test.column).label,
        words=_unbroken(test.words.removeprefix(test.column).strip()),
        test=test.test,
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
    """Columns against windows; the columns that drifted most often, then most strongly.

    Args:
        reports: newest first.
        most: how many columns are shown.
    """
    windows = [_strongest(report) for report in reversed(reports)]
    effects: defaultdict[str, list[float]] = defaultdict(list)
    for window in windows:
        for column, test in window.items():
            effects[column].append(test.effect)
    drifted = [column for report in reports for column in report.drifted]
    order = sorted(effects, key=lambda name: (-drifted.count(name), -max(effects[name]), name))
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
    """0 to 3 for an effect without a verdict, 4 and 5 for one with."""
    if test.drifted:
        return 5 if test.effect >= 0.15 else 4  # noqa: PLR2004 - a strong effect
    return min(int(test.effect / 0.02), 3)


def _strongest(report: DriftReported) -> dict[str, ColumnDrift]:
    """For each column the test that tells most: one with a verdict before one without."""
    strongest: dict[str, ColumnDrift] = {}
    for test in report.columns:
        held = strongest.get(test.column)
        if held is None or (test.drifted, test.effect) > (held.drifted, held.effect):
            strongest[test.column] = test
    return strongest
