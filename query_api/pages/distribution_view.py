"""Paired distributions of one window: a column's bins in the reference and in the window. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from contracts.events import ColumnDistance, Distribution, DriftReported
from query_api.drift_charts import paired_bars
from query_api.pages.dictionary import entry

_MOST_COLUMNS = 12
_MOST_BINS = 12


@dataclass(frozen=True, slots=True)
class BinView:
    """A bin, its shares, and both as bars."""

    name: str
    reference: float
    window: float
    chart: Markup


@dataclass(frozen=True, slots=True)
class DistributionView:
    """A column whose distribution is shown; `others` counts bins that are left out."""

    column: str
    label: str
    drifted: bool
    distance: ColumnDistance
    bins: tuple[BinView, ...]
    others: int


def distributions(report: DriftReported) -> list[DistributionView]:
    """The distributions that a report holds, those of columns that moved first."""
    told = [one for one in report.distances if one.distribution is not None]
    order = sorted(told, key=lambda one: one.column not in report.drifted)
    return [
        view
        for one in order[:_MOST_COLUMNS]
        for view in _views(one, drifted=one.column in report.drifted)
    ]


def _views(distance: ColumnDistance, *, drifted: bool) -> Iterator[DistributionView]:
    if distance.distribution is not None:
        kept = _kept(distance.distribution)
        yield DistributionView(
            column=distance.column,
            label=entry(distance.column).label,
            drifted=drifted,
            distance=distance,
            bins=tuple(_bins(distance.distribution, kept, drifted=drifted)),
            others=len(distance.distribution.bins) - len(kept),
        )


def _kept(told: Distribution) -> Sequence[int]:
    """The bins that are shown, in their order: of many, those whose shares moved most."""
    moves = [abs(now - before) for before, now in zip(told.reference, told.window, strict=True)]
    order = sorted(range(len(moves)), key=lambda at: -moves[at])
    return sorted(order[:_MOST_BINS])


def _bins(told: Distribution, kept: Sequence[int], *, drifted: bool) -> Iterator[BinView]:
    largest = max((max(told.reference[at], told.window[at]) for at in kept), default=0.0)
    for at in kept:
        before, now = told.reference[at], told.window[at]
        chart = paired_bars(before, now, largest, drifted=drifted)
        yield BinView(told.bins[at], before, now, chart)
