"""Pictures of a model's importance, global and local. Pure: figures out."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from contracts.bundle import BundleManifest
from training.attribution import Attributions
from training.dependence_plots import dependence
from training.evaluate import Interval
from training.importance import FamilyImportance, FeatureImportance, Importance
from training.plots import BAD, GOOD, NEUTRAL
from training.shap_plots import shap_figures

_SHOWN = 20
_CLEAR = 0.2
"""A rank correlation below this is no direction."""

_ATTRIBUTION = "mean |attribution|, log-odds"
_LOSS = "AUC lost when shuffled, 95 % interval"


def importance_figures(
    importance: Importance, found: Attributions, manifest: BundleManifest
) -> Iterator[tuple[str, Figure]]:
    """All pictures with their file names, the global ones first."""
    yield "importance_features", feature_bars(importance)
    yield "importance_reasons", family_bars("Importance by reason", importance.reasons)
    yield "importance_tables", family_bars("Importance by table", importance.tables)
    yield "interactions", interaction_map(importance)
    yield "dependence", dependence(found, importance, manifest.categories)
    yield from shap_figures(found, manifest)


def feature_bars(importance: Importance) -> Figure:
    """The features of the greatest attribution, with direction, permutation and gain."""
    shown = importance.features[:_SHOWN]
    figure = Figure(figsize=(12, 0.3 * len(shown) + 1.6), layout="constrained")
    attribution, loss, gain = figure.subplots(1, 3, sharey=True, width_ratios=(3, 3, 2))
    figure.suptitle("What drives the scores", x=0.01, ha="left")
    names = [one.feature for one in shown]
    attribution.barh(names, [one.attribution for one in shown], color=list(map(_colour, shown)))
    attribution.set(xlabel=_ATTRIBUTION)
    attribution.legend(handles=_directions(), frameon=False, loc="lower right", fontsize=8)
    _losses(loss, names, [one.permutation for one in shown])
    gain.barh(names, [100 * one.gain for one in shown], color=NEUTRAL)
    gain.set(xlabel="share of the trees' gain, %")
    _tidy(attribution, loss, gain)
    return figure


def family_bars(title: str, families: Sequence[FamilyImportance]) -> Figure:
    """Families of features: what they moved, and what the ranking loses without them."""
    figure = Figure(figsize=(10, max(0.3 * len(families) + 1.6, 2.8)), layout="constrained")
    attribution, loss = figure.subplots(1, 2, sharey=True)
    figure.suptitle(title, x=0.01, ha="left")
    names = [f"{one.family} ({one.features})" for one in families]
    attribution.barh(names, [one.attribution for one in families], color=GOOD)
    attribution.set(xlabel=_ATTRIBUTION, ylabel="family (number of features)")
    _losses(loss, names, [one.permutation for one in families])
    _tidy(attribution, loss)
    return figure


def interaction_map(importance: Importance) -> Figure:
    """The strength of every pair of the first features."""
    pairs = {frozenset((one.first, one.second)): one.strength for one in importance.interactions}
    paired = {name for pair in pairs for name in pair}
    names = [one.feature for one in importance.features if one.feature in paired]
    table = np.array([[pairs.get(frozenset((a, b)), np.nan) for b in names] for a in names])
    figure = Figure(figsize=(8.5, 7), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(table, cmap="YlOrBr", vmin=0)
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_title("Which features act together", loc="left")
    for (row, column), strength in np.ndenumerate(table):
        if not np.isnan(strength):
            dark = strength > 0.6 * np.nanmax(table)
            ink = "white" if dark else "black"
            axes.text(column, row, f"{strength:.3f}", ha="center", va="center", color=ink, size=7)
    figure.colorbar(image, ax=axes, shrink=0.7, label="mean |interaction|, log-odds")
    return figure


def _losses(axes: Axes, names: Sequence[str], losses: Sequence[Interval | None]) -> None:
    measured = [(name, one) for name, one in zip(names, losses, strict=True) if one is not None]
    places, found = [name for name, _ in measured], [one for _, one in measured]
    values = np.array([one.value for one in found])
    reach = np.array([(one.value - one.low, one.high - one.value) for one in found]).T
    axes.errorbar(values, places, xerr=reach, fmt="o", color=BAD, markersize=4, capsize=2)
    axes.axvline(0, color=NEUTRAL, linewidth=1, linestyle=":")
    axes.set(xlabel=_LOSS)


def _colour(one: FeatureImportance) -> str:
    if one.direction is None or abs(one.direction) < _CLEAR:
        return NEUTRAL
    return BAD if one.direction > 0 else GOOD


def _directions() -> Sequence[Patch]:
    return (
        Patch(color=BAD, label="more of it, more risk"),
        Patch(color=GOOD, label="more of it, less risk"),
        Patch(color=NEUTRAL, label="a category, or neither"),
    )


def _tidy(first: Axes, *others: Axes) -> None:
    first.invert_yaxis()
    first.tick_params(axis="y", labelsize=8)
    for axes in (first, *others):
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(y=0.02)
