"""Pictures of how well a model ranks and how true its probabilities are. Pure: records in."""

import numpy as np
from matplotlib.figure import Figure

from training.evaluation import Evaluation
from training.plots import BAD, GOOD, NEUTRAL, canvas
from training.stability import Stability


def roc(evaluation: Evaluation) -> Figure:
    """The ROC curve out of fold."""
    figure, axes = canvas("Defaults found against good applicants refused")
    axes.plot(
        [one.false_alarms for one in evaluation.roc],
        [one.found for one in evaluation.roc],
        color=GOOD,
        linewidth=2,
        label=f"AUC {evaluation.intervals['auc']}",
    )
    axes.plot([0, 1], [0, 1], color=NEUTRAL, linewidth=1, linestyle=":")
    axes.set(xlabel="share of good applicants", ylabel="share of defaults", aspect="equal")
    axes.legend(loc="lower right", frameon=False)
    return figure


def reliability_plot(evaluation: Evaluation) -> Figure:
    """Predicted against observed, ten bins of equal count, with 95 % intervals."""
    figure, axes = canvas("Predicted against observed defaults")
    predicted = [one.predicted for one in evaluation.reliability]
    observed = [one.observed for one in evaluation.reliability]
    errors = np.array([(one.value - one.low, one.high - one.value) for one in observed]).T
    found = evaluation.goodness
    axes.errorbar(
        predicted, [one.value for one in observed], yerr=errors, fmt="o", color=GOOD,
        capsize=3, label=f"expected calibration error {found.ece:.4f}\n"
        f"({found.ece_of_noise:.4f} if the probabilities were true)",
    )  # fmt: skip
    most = 1.05 * max(*predicted, *(one.high for one in observed))
    axes.plot([0, most], [0, most], color=NEUTRAL, linewidth=1, linestyle=":")
    axes.set(xlabel="predicted probability of default", ylabel="observed share of defaults")
    axes.legend(loc="upper left", frameon=False)
    return figure


def calibrations_plot(evaluation: Evaluation) -> Figure:
    """What each way to calibrate costs in log loss above the best one."""
    figure, axes = canvas("Ways to calibrate, on scores out of fold", height=3.2)
    best = min(one.log_loss for one in evaluation.calibrations)
    names = [one.method for one in evaluation.calibrations]
    extra = [one.log_loss - best for one in evaluation.calibrations]
    colors = [GOOD if name == evaluation.calibration_method else NEUTRAL for name in names]
    bars = axes.barh(names, extra, color=colors)
    words = [f" ECE {one.ece:.4f}, AUC lost {one.auc_lost:.4f}" for one in evaluation.calibrations]
    axes.bar_label(bars, words, fontsize=8)
    axes.set_xlim(0, 1.8 * max(*extra, 1e-9))
    axes.invert_yaxis()
    axes.ticklabel_format(axis="x", style="sci", scilimits=(-3, 3))
    axes.set(xlabel=f"log loss above the least, {best:.5f}")
    return figure


def points_histogram(evaluation: Evaluation) -> Figure:
    """The distribution of the points of good and bad applicants."""
    figure, axes = canvas("Points of good and bad applicants")
    edges = [evaluation.points[0].low, *(one.high for one in evaluation.points)]
    for counts, color, label in (
        ([one.good for one in evaluation.points], GOOD, "repaid"),
        ([one.bad for one in evaluation.points], BAD, "defaulted"),
    ):
        axes.stairs(
            np.array(counts) / max(sum(counts), 1), edges, fill=True, alpha=0.6, color=color,
            label=label,
        )  # fmt: skip
    axes.set(xlabel="points; more points, less risk", ylabel="share of the applicants")
    axes.legend(frameon=False)
    return figure


def gain_plot(evaluation: Evaluation) -> Figure:
    """The share of defaults that the riskiest tenths hold, and the lift of each cut."""
    figure, axes = canvas("Defaults among the riskiest tenths")
    share = np.arange(len(evaluation.lift) + 1) / len(evaluation.lift)
    gain = [0.0, *(one.gain for one in evaluation.lift)]
    axes.plot(share, gain, color=GOOD, marker="o", linewidth=2)
    axes.plot([0, 1], [0, 1], color=NEUTRAL, linewidth=1, linestyle=":")
    for place, row in zip(share[1:], evaluation.lift, strict=True):
        axes.annotate(
            f"lift {row.lift:.1f}", (place, row.gain), xytext=(6, -12), fontsize=8,
            textcoords="offset points",
        )  # fmt: skip
    axes.set(xlabel="share of applicants, the riskiest first", ylabel="share of defaults")
    return figure


def stability_plot(found: Stability) -> Figure:
    """The scores of the training rows and of the applicants without outcomes, side by side."""
    figure, axes = canvas("Scores of the training rows and of the test applicants")
    places = np.arange(len(found.bins))
    axes.bar(
        places - 0.2, [one.expected for one in found.bins], 0.4, color=NEUTRAL,
        label=f"training, out of fold ({found.expected_rows:,})",
    )  # fmt: skip
    axes.bar(
        places + 0.2, [one.actual for one in found.bins], 0.4, color=GOOD,
        label=f"test ({found.actual_rows:,})",
    )  # fmt: skip
    names = [f"{one.low:.3f}\nto {one.high:.3f}" for one in found.bins]
    axes.set_xticks(places, names, fontsize=7)
    axes.set(
        xlabel=f"probability of default; PSI {found.psi:.4f}, by chance alone below "
        f"{found.critical:.4f} in 95 % of cases",
        ylabel="share of the applicants",
        ylim=(0, 1.2 * max(max(one.expected, one.actual) for one in found.bins)),
    )
    axes.legend(frameon=False, loc="upper center", ncols=2)
    return figure
