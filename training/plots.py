"""Pictures of a model's quality, for MLflow and the notebooks. Pure: figures in, figures out."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from contracts.bundle import BundleManifest, DecisionPolicy, PointsScale
from training.evaluate import Quality, reliability
from training.policy import Economics, expected_profit

Doubles = npt.NDArray[np.float64]

_POINT_BINS = 40

GOOD, BAD, NEUTRAL = "#2a6f97", "#c1440e", "#5f6b76"


def quality_figures(
    probability: Doubles,
    target: Doubles,
    quality: Quality,
    economics: Economics,
    manifest: BundleManifest,
) -> Mapping[str, Figure]:
    """All pictures of a model's quality, by file name."""
    return {
        "roc": roc(probability, target, quality),
        "reliability": reliability_plot(probability, target, quality),
        "profit": profit(economics, manifest.policy, probability),
        "points": points_histogram(manifest.points, probability, target),
    }


def roc(probability: Doubles, target: Doubles, quality: Quality) -> Figure:
    """The ROC curve out of fold."""
    figure, axes = _canvas("Defaults found against good applicants refused")
    false_alarms, found, _ = roc_curve(target, probability)
    axes.plot(false_alarms, found, color=GOOD, linewidth=2, label=f"AUC {quality.auc}")
    axes.plot([0, 1], [0, 1], color=NEUTRAL, linewidth=1, linestyle=":")
    axes.set(xlabel="share of good applicants", ylabel="share of defaults", aspect="equal")
    axes.legend(loc="lower right", frameon=False)
    return figure


def reliability_plot(probability: Doubles, target: Doubles, quality: Quality) -> Figure:
    """Predicted against observed, ten bins of equal count, with 95 % intervals."""
    figure, axes = _canvas("Predicted against observed defaults")
    bins = reliability(probability, target)
    predicted = np.array([one.predicted for one in bins])
    observed = np.array([one.observed.value for one in bins])
    low = observed - np.array([one.observed.low for one in bins])
    high = np.array([one.observed.high for one in bins]) - observed
    axes.errorbar(
        predicted, observed, yerr=[low, high], fmt="o", color=GOOD, capsize=3,
        label=f"expected calibration error {quality.ece:.4f}",
    )  # fmt: skip
    most = 1.05 * max(predicted.max(), (observed + high).max())
    axes.plot([0, most], [0, most], color=NEUTRAL, linewidth=1, linestyle=":")
    axes.set(xlabel="predicted probability of default", ylabel="observed share of defaults")
    axes.legend(loc="upper left", frameon=False)
    return figure


def profit(economics: Economics, policy: DecisionPolicy, probability: Doubles) -> Figure:
    """What each decision is expected to earn, and where the thresholds lie."""
    figure, axes = _canvas("Expected profit of a decision")
    reach = np.linspace(0, max(2.5 * policy.decline_from, 0.05), 200)
    earned = expected_profit(economics, reach)
    axes.plot(reach, earned.approve, color=GOOD, linewidth=2, label="approve")
    axes.plot(reach, earned.refer, color=NEUTRAL, linewidth=2, label="refer")
    axes.axhline(0, color=BAD, linewidth=2, label="decline")
    shares = np.histogram(probability, [0, policy.approve_below, policy.decline_from, 1.01])[0]
    words = " / ".join(f"{share / len(probability):.0%}" for share in shares)
    for threshold in (policy.approve_below, policy.decline_from):
        axes.axvline(threshold, color="black", linewidth=1, linestyle="--")
    axes.set(
        xlabel=f"probability of default (approved / referred / declined: {words})",
        ylabel="share of the amount of credit",
    )
    axes.legend(frameon=False)
    return figure


def points_histogram(points: PointsScale, probability: Doubles, target: Doubles) -> Figure:
    """The distribution of the points of good and bad applicants."""
    figure, axes = _canvas("Points of good and bad applicants")
    scored = np.array([points.points(float(one)) for one in probability])
    width = max(1, round(float(np.ptp(scored)) / _POINT_BINS))
    edges = np.arange(scored.min(), scored.max() + width + 1, width)
    for value, color, label in ((0, GOOD, "repaid"), (1, BAD, "defaulted")):
        axes.hist(
            scored[target == value],
            edges.tolist(),
            density=True,
            alpha=0.6,
            color=color,
            label=label,
        )
    axes.set(xlabel="points", ylabel="density")
    axes.legend(frameon=False)
    return figure


def _canvas(title: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
