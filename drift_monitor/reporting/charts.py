"""The charts of the page, as plotly figures. Pure.

Names of levels come from files: they are escaped, for plotly takes its texts as markup.
"""

from collections.abc import Sequence
from html import escape

import numpy as np
import numpy.typing as npt
from plotly import graph_objects as go

from contracts.packing import FloatVector
from drift_monitor.comparison import Profiled
from drift_monitor.profiles import ColumnProfile
from drift_monitor.reporting.by_window import WindowFindings
from drift_monitor.reporting.findings import Findings

_REFERENCE, _CURRENT = "reference", "current"
_BEFORE, _NOW, _SHADE = "#3d7ea6", "#d1602f", "rgba(61, 126, 166, 0.35)"
_BINS = 36
_TAILS = (0.5, 99.5)
_MOST_ROWS = 30
_FAR = 3.0  # floors from which on a cell is of the darkest shade
_ALMOST = 0.99
_SHADES = [
    [0.0, "rgba(120, 130, 140, 0.10)"],
    [_ALMOST / _FAR, "rgba(224, 164, 60, 0.55)"],
    [1 / _FAR, "#d9713c"],
    [1.0, "#9c1c1c"],
]
"""A verdict needs an effect of one floor: there the colour changes."""


def distribution(one: Profiled) -> go.Figure:
    """A column in both files, each as shares of its rows."""
    return _numbers(one) if one.column.levels is None else _levels(one)


def _numbers(one: Profiled) -> go.Figure:
    edges = _edges(one.reference.values, one.window.values)
    figure = go.Figure()
    for name, colour, sample in _sides(one):
        inside = np.clip(sample.values, edges[0], edges[-1])
        counts, _ = np.histogram(inside, edges)
        shares = 100 * counts / sample.rows
        figure.add_scatter(
            x=_short(edges),
            y=_short(np.append(shares, shares[-1])),
            name=name,
            mode="lines",
            line={"shape": "hv", "color": colour, "width": 2},
            fill="tozeroy" if name == _REFERENCE else "none",
            fillcolor=_SHADE,
            hovertemplate="from %{x}: %{y:.1f} %",
        )
    figure.update_layout(yaxis={"title": "share, %", "rangemode": "tozero"})
    return _dressed(figure, 240)


def _levels(one: Profiled) -> go.Figure:
    names = [escape(name) for name in (one.column.levels.names if one.column.levels else ())]
    unseen = bool(one.reference.unseen or one.window.unseen)
    missing = bool(one.reference.missing or one.window.missing)
    rest = [name for name, there in (("unseen", unseen), ("missing", missing)) if there]
    labels = [*names, *(f"<i>{name}</i>" for name in rest)]
    figure = go.Figure()
    for name, colour, sample in _sides(one):
        extra = [count for count, there in _rest(sample, unseen, missing) if there]
        counts = np.append(sample.counts, extra)
        figure.add_bar(
            x=_short(100 * counts / sample.rows),
            y=labels,
            orientation="h",
            name=name,
            marker_color=colour,
            hovertemplate="%{y}: %{x:.1f} %",
        )
    figure.update_layout(barmode="group", bargap=0.25, xaxis_title="share, %")
    figure.update_yaxes(autorange="reversed", type="category", automargin=True)
    return _dressed(figure, 120 + 30 * len(labels))


def over_windows(findings: Findings) -> go.Figure:
    """The columns that moved most in any window, window by window, in units of their floors."""
    windows = findings.windows
    drifted = {name for one in windows for name in one.drifted} | set(findings.drifted)
    strongest = {
        name: max(one.strengths.get(name, 0.0) for one in windows) for name in findings.tested
    }
    order = sorted(strongest, key=lambda name: (name not in drifted, -strongest[name]))
    names = order[:_MOST_ROWS]
    figure = go.Figure(
        go.Heatmap(
            z=[_short([_shade(one, name) for one in windows]) for name in names],
            customdata=[
                _short([one.strengths.get(name, 0.0) for one in windows]) for name in names
            ],
            x=[f"{one.first:,}" for one in windows],
            y=names,
            zmin=0,
            zmax=_FAR,
            colorscale=_SHADES,
            xgap=1,
            ygap=1,
            colorbar={"title": "floors", "thickness": 12, "tickvals": [0, 1, 2, _FAR]},
            hovertemplate="%{y}, window from row %{x}: %{customdata:.2f} floors<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False)
    figure.update_xaxes(
        showgrid=False,
        type="category",
        automargin=True,
        title="windows, by their first row",
        nticks=12,
    )
    return _dressed(figure, 140 + 20 * len(names))


def _shade(one: WindowFindings, name: str) -> float:
    """The effect in floors; without a verdict it stays below one however large it is."""
    strength = one.strengths.get(name, 0.0)
    return strength if name in one.drifted else min(strength, _ALMOST)


def _sides(one: Profiled) -> tuple[tuple[str, str, ColumnProfile], ...]:
    return (_REFERENCE, _BEFORE, one.reference), (_CURRENT, _NOW, one.window)


def _rest(sample: ColumnProfile, unseen: bool, missing: bool) -> tuple[tuple[int, bool], ...]:  # noqa: FBT001 - which rows there are
    return (sample.unseen, unseen), (sample.missing, missing)


def _edges(before: FloatVector, now: FloatVector) -> npt.NDArray[np.float64]:
    """Equal bins between the tails of both; what lies beyond is counted in the outermost."""
    ends = [np.percentile(values, _TAILS) for values in (before, now) if len(values)]
    if not ends:
        return np.array([0.0, 1.0])
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    edges: npt.NDArray[np.float64] = np.linspace(low, high if high > low else low + 1, _BINS + 1)
    return edges


def _short(values: Sequence[float] | npt.NDArray[np.float64]) -> list[float]:
    """With as many digits as a chart shows: they are what the page weighs."""
    return [float(f"{value:.5g}") for value in values]


def _dressed(figure: go.Figure, height: int) -> go.Figure:
    return figure.update_layout(
        template="none",
        height=height,
        margin={"l": 48, "r": 12, "t": 8, "b": 40},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        font={"family": "system-ui, sans-serif", "size": 12},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="closest",
    )
