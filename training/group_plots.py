"""Pictures of segments and of protected groups. Pure: records in."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.fairness import FairnessGroup
from training.plots import BAD, FAINT, GOOD, NEUTRAL, draw_interval, name_rows
from training.segments import Segment

FOUR_FIFTHS = 0.8


def segments_plot(segments: Sequence[Segment], auc: float) -> Figure:
    """AUC by segment beside that of everyone, and predicted against observed."""
    figure = Figure(figsize=(11, 0.28 * len(segments) + 1.4), layout="constrained")
    ranks, rates = figure.subplots(1, 2, sharey=True)
    for at, one in enumerate(segments):
        if one.auc is not None:
            draw_interval(ranks, at, one.auc, _color(one))
    _draw_rates(rates, segments)
    ranks.axvline(auc, color=NEUTRAL, linewidth=1, linestyle=":")
    name_rows(ranks, [f"{one.attribute}: {one.level} ({one.rows:,})" for one in segments])
    ranks.set(xlabel="AUC, 95 % interval; dotted: everyone")
    figure.suptitle("Quality by segment (applicants); grey: too few to rely on", x=0.01, ha="left")
    return figure


def fairness_plot(groups: Sequence[FairnessGroup]) -> Figure:
    """Ratios of approval and of opportunity, and predicted against observed, by group."""
    figure = Figure(figsize=(12, 0.3 * len(groups) + 1.6), layout="constrained")
    approval, opportunity, rates = figure.subplots(1, 3, sharey=True)
    for at, one in enumerate(groups):
        if one.approval_ratio is not None:
            draw_interval(approval, at, one.approval_ratio, _color(one))
        if one.opportunity_ratio is not None:
            draw_interval(opportunity, at, one.opportunity_ratio, _color(one))
    for axes in (approval, opportunity):
        axes.axvline(FOUR_FIFTHS, color=BAD, linewidth=1, linestyle="--")
    _draw_rates(rates, groups)
    name_rows(approval, [_words(one) for one in groups])
    approval.set(xlabel="approval rate, ratio to the reference")
    opportunity.set(xlabel="the same among those who repaid")
    figure.suptitle(
        "Fairness by group (applicants); * reference; grey: too few to judge; dashed: four fifths",
        x=0.01,
        ha="left",
    )
    return figure


def _draw_rates(axes: Axes, groups: Sequence[Segment | FairnessGroup]) -> None:
    for at, one in enumerate(groups):
        draw_interval(axes, at, one.observed, _color(one))
    predicted = [one.predicted for one in groups]
    axes.scatter(predicted, range(len(groups)), marker="|", s=90, color=BAD, zorder=3)
    judged = [one for one in groups if not one.small] or list(groups)
    most = max(max(one.observed.high, one.predicted) for one in judged)
    axes.set(xlabel="defaults: observed, predicted (red)", xlim=(0, 1.15 * most))


def _color(group: Segment | FairnessGroup) -> str:
    return FAINT if group.small else GOOD


def _words(group: FairnessGroup) -> str:
    mark = " *" if group.reference else ""
    return f"{group.attribute}: {group.level} ({group.rows:,}){mark}"
