"""How an attribution depends on its feature's value, for single rows. Pure: figures out."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from contracts.packing import FloatVector
from training.attribution import Attributions
from training.importance import Importance
from training.plots import NEUTRAL

Doubles = npt.NDArray[np.float64]

_SHOWN, _COLUMNS = 6, 2
_TAILS = (1, 99)
"""Percentiles of the values that are drawn: a single far value would press all others together."""

_MOST_LEVELS = 12
_SIZE = 6
_COLOURS, _RANKS = colormaps["viridis"].with_extremes(bad="lightgrey"), Normalize(0, 1)


def dependence(
    found: Attributions, importance: Importance, categories: Mapping[str, Sequence[str]]
) -> Figure:
    """The first features, each coloured by the number that it acts with the most."""
    names = [one.feature for one in importance.features[:_SHOWN]]
    lines = -(-len(names) // _COLUMNS)
    figure = Figure(figsize=(12, 3.4 * lines), layout="constrained")
    figure.suptitle("What each value adds to the log-odds of default", x=0.01, ha="left")
    panels = figure.subplots(lines, _COLUMNS, squeeze=False).ravel()
    for axes, name in zip(panels, names, strict=False):
        if name in categories:
            _levels(axes, found, name, categories[name])
        else:
            partner = strongest_partner(importance, name, categories)
            _numbers(figure, axes, found, name, partner)
        axes.spines[["top", "right"]].set_visible(False)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    return figure


def strongest_partner(
    importance: Importance, feature: str, apart_from: Collection[str]
) -> str | None:
    """The feature that it interacts with the most; None where it was paired with none."""
    for one in importance.interactions:
        partner = {one.first: one.second, one.second: one.first}.get(feature)
        if partner is not None and partner not in apart_from:
            return partner
    return None


def _numbers(
    figure: Figure, axes: Axes, found: Attributions, name: str, partner: str | None
) -> None:
    values, added = _column(found, name)
    shown, missing = _within_tails(values), np.isnan(values)
    unknown = np.full(len(values), np.nan)
    ranks = (unknown if partner is None else _ranks(_column(found, partner)[0]))[shown]
    x, y = values[shown], added[shown]
    dots = axes.scatter(x, y, _SIZE, ranks, cmap=_COLOURS, norm=_RANKS, plotnonfinite=True)
    axes.axhline(0, color=NEUTRAL, linewidth=1, linestyle=":")
    axes.set(xlabel=name, ylabel="attribution, log-odds")
    if partner is not None:
        bar = figure.colorbar(dots, ax=axes, ticks=[0, 1])
        bar.ax.set_yticklabels(["low", "high"])
        bar.set_label(f"{partner} (grey: missing)", fontsize=8)
    if missing.any():
        mean = float(added[missing].mean())
        label = f"missing in {missing.mean():.0%}: {mean:+.2f} on average"
        axes.axhline(mean, color="black", linewidth=1, linestyle="--", label=label)
        axes.legend(frameon=False, fontsize=8)


def _levels(axes: Axes, found: Attributions, name: str, levels: Sequence[str]) -> None:
    """A box for each level, the most frequent ones."""
    values, added = _column(found, name)
    codes, counts = np.unique(values[values >= 0].astype(int), return_counts=True)
    kept = codes[np.argsort(-counts, kind="stable")][:_MOST_LEVELS]
    boxes = [added[values == code] for code in kept]
    axes.boxplot(
        boxes,
        orientation="horizontal",
        tick_labels=[levels[code] for code in kept],
        showfliers=False,
    )
    axes.axvline(0, color=NEUTRAL, linewidth=1, linestyle=":")
    axes.set(xlabel="attribution, log-odds", title=name)
    axes.tick_params(axis="y", labelsize=7)


def _column(found: Attributions, name: str) -> tuple[FloatVector, Doubles]:
    at = list(found.names).index(name)
    return found.matrix[:, at], found.values[:, at]


def _within_tails(values: FloatVector) -> npt.NDArray[np.bool_]:
    low, high = np.nanpercentile(values, _TAILS)
    within: npt.NDArray[np.bool_] = (values >= low) & (values <= high)
    return within


def _ranks(values: FloatVector) -> Doubles:
    """Ranks from 0 to 1; a missing value has none."""
    present = ~np.isnan(values)
    ranks = np.full(len(values), np.nan)
    _, order = np.unique(values[present], return_inverse=True)
    ranks[present] = order / max(int(order.max(initial=0)), 1)
    return ranks
