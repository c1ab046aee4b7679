"""Charts of the tables, as SVG whose bytes depend on the figures alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.results import Chart

_SIZE = (8.0, 3.6)  # inches
_STYLE: Any = {
    "svg.hashsalt": "creditstream",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw(chart: Chart, title: str, path: Path) -> None:
    """Draw a chart into a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.add_subplot()
        (_bars if chart.kind == "bars" else _lines)(axes, chart)
        axes.set_title(title, loc="left")
        if len(chart.series) > 1:
            axes.legend(frameon=False)
        figure.savefig(path, format="svg", metadata={"Date": None})


def _bars(axes: Axes, chart: Chart) -> None:
    names = [str(x) for x, _ in next(iter(chart.series.values()))]
    height = 0.8 / len(chart.series)
    for at, (label, points) in enumerate(chart.series.items()):
        places = [place + at * height for place in range(len(names))]
        bars = axes.barh(places, [y for _, y in points], height=height, label=label)
        axes.bar_label(bars, fmt="{:,.3g}" if _small(points) else "{:,.0f}", padding=3, fontsize=8)
    middle = (len(chart.series) - 1) * height / 2
    axes.set_yticks([place + middle for place in range(len(names))], names)
    axes.invert_yaxis()
    axes.set_xlabel(chart.y)
    axes.margins(x=0.15)
    if chart.logarithmic:
        axes.set_xscale("log")


def _small(points: Sequence[tuple[str | float, float]]) -> bool:
    return max(y for _, y in points) < 100  # noqa: PLR2004 - digits on labels


def _lines(axes: Axes, chart: Chart) -> None:
    for label, points in chart.series.items():
        xs = [float(x) for x, _ in points]
        axes.plot(xs, [y for _, y in points], marker="o", label=label)
    axes.set_xlabel(chart.x)
    axes.set_ylabel(chart.y)
    if chart.logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
