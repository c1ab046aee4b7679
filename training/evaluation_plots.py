"""All pictures of an evaluation, for MLflow, the model card and the notebooks. Pure: records in."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from training.decision_plots import profit_curve, profit_of_decisions
from training.evaluation import Evaluation
from training.group_plots import fairness_plot, segments_plot
from training.quality_plots import (
    calibrations_plot,
    gain_plot,
    points_histogram,
    reliability_plot,
    roc,
    stability_plot,
)


def evaluation_figures(evaluation: Evaluation) -> Mapping[str, Figure]:
    """Every picture by its name; what was not measured has none."""
    figures = {
        "roc": roc(evaluation),
        "reliability": reliability_plot(evaluation),
        "calibrations": calibrations_plot(evaluation),
        "points": points_histogram(evaluation),
        "gain": gain_plot(evaluation),
        "profit": profit_of_decisions(evaluation.decisions),
        "profit_curve": profit_curve(evaluation.decisions),
        "segments": segments_plot(evaluation.segments, evaluation.quality.auc.value),
        "fairness": fairness_plot(evaluation.fairness),
    }
    if evaluation.stability is not None:
        figures["stability"] = stability_plot(evaluation.stability)
    return figures
