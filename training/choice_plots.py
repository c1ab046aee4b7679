"""Pictures of how a model was chosen: the outer folds, and the trials of a search. Pure."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from training.cross_validation import OutOfFold
from training.evaluate import Doubles, auc_interval
from training.plots import GOOD, NEUTRAL, canvas, draw_interval, name_rows
from training.trials import Trial


def folds_plot(out_of_fold: OutOfFold, target: Doubles) -> Figure:
    """The AUC of each outer fold on the rows it held out, with its interval and its trees."""
    whole = auc_interval(out_of_fold.raw_scores, target)
    figure, axes = canvas(f"The outer folds on rows that they had not seen; all: {whole}", height=3)
    names = []
    for at, rounds in enumerate(out_of_fold.rounds):
        held_out = out_of_fold.fold == at
        found = auc_interval(out_of_fold.raw_scores[held_out], target[held_out])
        draw_interval(axes, at, found, GOOD)
        names.append(f"fold {at + 1}: {held_out.sum():,} rows, {rounds} trees")
    axes.axvline(whole.value, color=NEUTRAL, linewidth=1, linestyle=":")
    name_rows(axes, names)
    axes.set(xlabel="AUC, with its 95 % interval")
    axes.margins(y=0.2)
    return figure


def trials_plot(trials: Sequence[Trial]) -> Figure:
    """The loss of every trial by each parameter; the best trial is ringed, pruned ones are pale."""
    names = list(trials[0].parameters)
    lines = -(-len(names) // 3)
    figure = Figure(figsize=(12, 2.8 * lines), layout="constrained")
    figure.suptitle("Trials of the search: log loss on inner folds", x=0.01, ha="left")
    losses = np.array([trial.loss for trial in trials])
    pale = np.where([trial.rounds is None for trial in trials], 0.3, 1.0)
    best = min((trial for trial in trials if trial.rounds), key=lambda trial: trial.loss)
    panels = figure.subplots(lines, 3, squeeze=False, sharey=True).ravel()
    for axes, name in zip(panels, names, strict=False):
        axes.scatter([trial.parameters[name] for trial in trials], losses, color=GOOD, alpha=pale)
        axes.plot(best.parameters[name], best.loss, "o", color="black", markersize=11, mfc="none")
        axes.set(xlabel=name)
        axes.spines[["top", "right"]].set_visible(False)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    panels[0].set(ylabel="log loss")
    return figure
