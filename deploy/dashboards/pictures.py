"""Draws a dashboard's panels without Grafana, from the data that their queries give."""

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, FuncFormatter, MaxNLocator

from deploy.dashboards.panels import Dashboard, Kind, Panel
from deploy.dashboards.series import Series

Drawn: TypeAlias = Mapping[str, Sequence[Series]]
"""The series of each panel, by its title."""

_COLUMNS = 2
_WIDTH, _HEIGHT, _ROW = 7.0, 3.4, 0.17
_GOOD, _NOTABLE, _GRAVE = "#3b7d4f", "#e0a030", "#b83227"
_QUIET = "#5f6b76"
_COLOURS = (
    *("#2a6f97", "#d9a441", "#c1440e", "#5b8e55", "#7b5ea7", "#3aa6a0"),
    *("#8c6d46", "#a3a3a3", "#8fc1dd", "#b5cf6b", "#e59b9b", "#3d3d5c"),
)
_LARGE = 10_000
_NAMED = 12  # more names than that hide the lines
_UNITS = {"s": "seconds", "cps": "a second", "reqps": "a second", "bytes": "bytes"}


def draw(dashboard: Dashboard, drawn: Drawn) -> Figure:
    """The whole page, two panels in a row; a panel without data says so."""
    rows = math.ceil(len(dashboard.panels) / _COLUMNS)
    heights = [
        max(_height(panel, drawn[panel.title]) for panel in _row(dashboard, at))
        for at in range(rows)
    ]
    figure = Figure(figsize=(_COLUMNS * _WIDTH, sum(heights) + 0.6), layout="constrained")
    figure.suptitle(dashboard.title, fontsize=15, fontweight="bold", x=0.01, ha="left")
    grid = figure.add_gridspec(rows, _COLUMNS, height_ratios=heights)
    for at, panel in enumerate(dashboard.panels):
        axes = figure.add_subplot(grid[at // _COLUMNS, at % _COLUMNS])
        axes.set_title(panel.title, fontsize=11, loc="left")
        shown = [one for one in drawn[panel.title] if one.finite]
        if shown:
            _BY_KIND[panel.kind](axes, panel, shown)
        else:
            axes.text(0.5, 0.5, "no data", ha="center", color=_QUIET, transform=axes.transAxes)
            axes.set_axis_off()
        axes.tick_params(labelsize=8)
    return figure


def _row(dashboard: Dashboard, at: int) -> Sequence[Panel]:
    return dashboard.panels[at * _COLUMNS : (at + 1) * _COLUMNS]


def _height(panel: Panel, shown: Sequence[Series]) -> float:
    rows = len(shown) if panel.kind is Kind.HISTORY else 0
    return max(_HEIGHT, 1.0 + rows * _ROW)


def _lines(axes: Axes, panel: Panel, shown: Sequence[Series]) -> None:
    for at, series in enumerate(shown):
        band = series.name.endswith((", low", ", high"))
        colour = _COLOURS[(at // 3 if _banded(shown) else at) % len(_COLOURS)]
        name = "_" if band else series.name
        style = ":" if band else "-"
        axes.plot(series.times, series.values, style, color=colour, label=name, linewidth=1.6)
    flat = not any(value for series in shown for value in series.values)
    axes.set_ylim(bottom=min(0.0, *_finite(shown)), top=1.0 if flat else None)
    _finish(axes, panel, len(shown))


def _finite(shown: Sequence[Series]) -> list[float]:
    return [value for series in shown for value in series.values if math.isfinite(value)]


def _banded(shown: Sequence[Series]) -> bool:
    return any(one.name.endswith(", low") for one in shown)


def _stacked(axes: Axes, panel: Panel, shown: Sequence[Series]) -> None:
    moments = sorted({time for series in shown for time in series.times})
    values = [np.nan_to_num(_at(series, moments)) for series in shown]
    colours = [_COLOURS[at % len(_COLOURS)] for at in range(len(shown))]
    axes.stackplot(moments, values, labels=[one.name for one in shown], colors=colours, alpha=0.8)
    _finish(axes, panel, len(shown))


def _at(series: Series, moments: Sequence[float]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    known = dict(zip(series.times, series.values, strict=True))
    return np.array([known.get(moment, np.nan) for moment in moments])


def _heatmap(axes: Axes, panel: Panel, shown: Sequence[Series]) -> None:
    """Grafana takes the buckets apart: each counts all below its end."""
    buckets = sorted(shown, key=lambda one: float(one.name))
    moments = sorted({time for series in buckets for time in series.times})
    below = np.nan_to_num(np.array([_at(series, moments) for series in buckets]))
    within = np.diff(below, axis=0, prepend=0.0)
    drawn = axes.pcolormesh(_ends(moments), np.arange(len(buckets) + 1), within, cmap="Blues")
    axes.set_yticks(np.arange(len(buckets)) + 1, [one.name for one in buckets])
    axes.figure.colorbar(drawn, ax=axes, label="applications")
    _finish(axes, panel, 0)


def _history(axes: Axes, panel: Panel, shown: Sequence[Series]) -> None:
    moments = sorted({time for series in shown for time in series.times})
    rows = sorted(shown, key=lambda one: (max(one.values), one.name))
    values = np.array([_at(series, moments) for series in rows])
    norm = BoundaryNorm([-np.inf, panel.notable, 2 * panel.notable, np.inf], 3)
    colours = ListedColormap([_GOOD, _NOTABLE, _GRAVE])
    axes.pcolormesh(_ends(moments), np.arange(len(rows) + 1), values, cmap=colours, norm=norm)
    axes.set_yticks(np.arange(len(rows)) + 0.5, [_with_value(one) for one in rows])
    axes.set_yticks(np.arange(len(rows)), minor=True)
    axes.grid(which="minor", axis="y", color="white", linewidth=1)
    _finish(axes, panel, 0)


def _with_value(series: Series) -> str:
    return f"{series.name} ({series.values[-1]:.3g})"


def _ends(moments: Sequence[float]) -> list[float]:
    """The ends of the cells around moments that are a step apart."""
    step = moments[1] - moments[0] if len(moments) > 1 else 1.0
    return [moments[0] - step, *moments]


def _bars(axes: Axes, panel: Panel, shown: Sequence[Series]) -> None:
    ranked = sorted(shown, key=lambda one: one.values[-1])
    bars = axes.barh([one.name for one in ranked], [one.values[-1] for one in ranked])
    for bar in bars:
        bar.set_color(_COLOURS[0])
    axes.spines[["top", "right"]].set_visible(False)
    if panel.unit == "percentunit":
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g} %"))


def _finish(axes: Axes, panel: Panel, names: int) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _clock(value)))
    axes.spines[["top", "right"]].set_visible(False)
    if panel.unit == "percentunit":
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g} %"))
    if panel.unit == "bytes":
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 2**20:.0f} MiB"))
    elif panel.kind in {Kind.LINES, Kind.STACKED} and axes.get_ylim()[1] > _LARGE:
        axes.yaxis.set_major_formatter(EngFormatter(sep=""))
    elif panel.unit in _UNITS:
        axes.set_ylabel(_UNITS[panel.unit], fontsize=8)
    if 0 < names <= 2 * _NAMED:
        axes.legend(
            *axes.get_legend_handles_labels(),
            loc="upper center",
            bbox_to_anchor=(0.5, -0.09),
            ncols=3,
            fontsize=7,
            frameon=False,
        )


def _clock(seconds: float) -> str:
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%H:%M:%S}"


_BY_KIND: dict[Kind, Callable[[Axes, Panel, Sequence[Series]], None]] = {
    Kind.LINES: _lines,
    Kind.STACKED: _stacked,
    Kind.HEATMAP: _heatmap,
    Kind.HISTORY: _history,
    Kind.BARS: _bars,
}
