"""Pictures of an application table: missing values, distributions, default rates. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.applications import TARGET
from training.plots import BAD, GOOD, NEUTRAL

_COLUMNS = 2
_BINS = 40
_TAILS = (0.005, 0.995)
"""Quantiles between which values are drawn; a single far value would press all others together."""

_MOST_NAMED = 40


def missing_figure(missing: pd.DataFrame) -> Figure:
    """The columns with missing values: how many, and the default rates with and without a value."""
    shown = missing[missing["missing"] > 0][:_MOST_NAMED]
    figure = Figure(figsize=(11, 0.2 * len(shown) + 1.6), layout="constrained")
    shares, rates = figure.subplots(1, 2, sharey=True)
    figure.suptitle("Missing values, and what they say of the outcome", x=0.01, ha="left")
    names = list(shown.index)
    shares.barh(names, 100 * shown["missing"], color=NEUTRAL)
    shares.set(xlabel="missing, % of applications")
    rates.plot(100 * shown["rate_missing"], names, "o", color=BAD, label="value missing")
    rates.plot(100 * shown["rate_present"], names, "o", color=GOOD, label="value present")
    rates.set(xlabel="defaults, %")
    rates.legend(frameon=False, fontsize=8)
    shares.invert_yaxis()
    shares.tick_params(axis="y", labelsize=7)
    _open(shares, rates)
    return figure


def distributions(applications: pd.DataFrame, columns: Sequence[str]) -> Figure:
    """Numbers among those who repaid and those who defaulted, in per cent of either."""
    figure, panels = _panels("Who repaid and who defaulted", len(columns))
    for axes, column in zip(panels, columns, strict=True):
        low, high = applications[column].quantile(list(_TAILS))
        edges = np.linspace(low, high, _BINS).tolist()
        for value, colour, label in ((0, GOOD, "repaid"), (1, BAD, "defaulted")):
            values = applications.loc[applications[TARGET] == value, column].dropna()
            shares = np.full(len(values), 100 / max(len(values), 1))
            axes.hist(values, edges, weights=shares, alpha=0.55, color=colour, label=label)
        axes.set(xlabel=column, ylabel="% of the group")
    panels[0].legend(frameon=False, fontsize=8)
    return figure


def rates_figure(rates: Mapping[str, pd.DataFrame], overall: float) -> Figure:
    """Default rates by segment with 95 % intervals; the line is the rate of all.

    Args:
        rates: by column, as `training.exploration.default_rates` gives them.
        overall: the share of defaults among all rows.
    """
    figure, panels = _panels("Defaults by segment, with 95 % intervals", len(rates))
    for axes, (column, found) in zip(panels, rates.items(), strict=True):
        segments = [f"{_named(segment)} ({rows:,})" for segment, rows in found["rows"].items()]
        reach = 100 * np.array([found["rate"] - found["low"], found["high"] - found["rate"]])
        axes.errorbar(
            100 * found["rate"], segments, xerr=reach, fmt="o", color=GOOD, markersize=4, capsize=2
        )
        axes.axvline(100 * overall, color=NEUTRAL, linewidth=1, linestyle=":")
        axes.set(xlabel="defaults, %", title=column)
        axes.tick_params(axis="y", labelsize=7)
    return figure


def _panels(title: str, count: int) -> tuple[Figure, Sequence[Axes]]:
    lines = -(-count // _COLUMNS)
    figure = Figure(figsize=(12, 3.2 * lines), layout="constrained")
    figure.suptitle(title, x=0.01, ha="left")
    panels = list(figure.subplots(lines, _COLUMNS, squeeze=False).ravel())
    for axes in panels[count:]:
        axes.set_visible(False)
    _open(*panels)
    return figure, panels[:count]


def _named(segment: object) -> str:
    return f"{segment:g}" if isinstance(segment, float) else str(segment)


def _open(*panels: Axes) -> None:
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
