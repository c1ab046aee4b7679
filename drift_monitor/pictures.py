"""Pictures of a comparison: how far each column moved, and how the furthest look. Pure."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from drift_monitor.comparison import Profiled
from drift_monitor.policy import Judged
from drift_monitor.words import in_words

BEFORE, NOW, QUIET = "#2a6f97", "#c1440e", "#5f6b76"

_COLUMNS = 2
_BINS = 40
_TAILS = (1, 99)


def effects(judged: Sequence[Judged], most: int = 20) -> Figure:
    """The strongest effects in units of their floors; what is beyond one and certain is drift."""
    shown = judged[:most]
    figure = Figure(figsize=(9, 0.28 * len(shown) + 1.4), layout="constrained")
    axes = figure.subplots()
    axes.set_title("How far columns moved", loc="left")
    names = [f"{in_words(one.comparison)}  [{one.comparison.test}]" for one in shown]
    colours = [NOW if one.drifted else QUIET for one in shown]
    axes.barh(range(len(shown)), [one.strength for one in shown], color=colours)
    axes.set_yticks(range(len(shown)), names, fontsize=8)
    axes.axvline(1, color="black", linewidth=1, linestyle="--", label="floor of a verdict")
    axes.set(xlabel="effect, in units of its floor")
    axes.invert_yaxis()
    axes.legend(frameon=False, loc="lower right")
    _open(axes)
    return figure


def moved_columns(profiled: Sequence[Profiled]) -> Figure:
    """Columns before and now, each as shares of the applications."""
    lines = -(-len(profiled) // _COLUMNS)
    figure = Figure(figsize=(12, 3.2 * lines), layout="constrained")
    figure.suptitle("The columns that moved the furthest", x=0.01, ha="left")
    panels = figure.subplots(lines, _COLUMNS, squeeze=False).ravel()
    for axes, one in zip(panels, profiled, strict=False):
        (_numbers if one.column.levels is None else _levels)(axes, one)
        axes.set_title(one.column.name, fontsize=9)
        axes.legend(frameon=False, fontsize=8)
        _open(axes)
    for axes in panels[len(profiled) :]:
        axes.set_visible(False)
    return figure


def _numbers(axes: Axes, one: Profiled) -> None:
    low, high = np.percentile(one.reference.values, _TAILS)
    edges = np.linspace(low, high, _BINS).tolist()
    for profile, colour, label in ((one.reference, BEFORE, "reference"), (one.window, NOW, "now")):
        words = f"{label}, missing {profile.missing_share:.0%}"
        shares = np.full(len(profile.values), 100 / profile.rows)
        axes.hist(profile.values, edges, weights=shares, alpha=0.55, color=colour, label=words)
    axes.set(ylabel="share of the applications, %")


def _levels(axes: Axes, one: Profiled) -> None:
    if one.column.levels is None:
        raise ValueError(f"{one.column.name} is a number: it has no levels")
    places, height = np.arange(len(one.column.levels.names)), 0.4
    for at, (profile, colour, label) in enumerate(
        ((one.reference, BEFORE, "reference"), (one.window, NOW, "now"))
    ):
        shares = 100 * profile.counts / profile.rows
        axes.barh(places + at * height, shares, height, color=colour, label=label)
    axes.set_yticks(places + height / 2, one.column.levels.names, fontsize=7)
    axes.set(xlabel="share of the applications, %")


def _open(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
