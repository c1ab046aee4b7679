"""Pictures of the attributions by the shap package: a beeswarm, and waterfalls of single rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from contracts.bundle import BundleManifest
from contracts.events import Decision, HistoryStatus
from training.attribution import Attributions

Table = npt.NDArray[np.object_]

SHOWN = 20
_IN_A_WATERFALL = 14
_MISSING = "missing"
_TITLE_PAD = 30  # above the value that a waterfall ends with


def shap_figures(found: Attributions, manifest: BundleManifest) -> Iterator[tuple[str, Figure]]:
    """Each picture with its file name; a figure is closed when the next one is asked for.

    The beeswarm shows every row. The waterfalls lead from the average to the score of a typical
    applicant of each decision; a decision that no row gets has none.
    """
    import shap  # noqa: PLC0415 - slow to import, and needed here alone

    explanation = shap.Explanation(
        values=found.values,
        base_values=np.full(len(found.values), found.base),
        data=found.matrix,
        feature_names=list(found.names),
    )
    swarm = partial(shap.plots.beeswarm, explanation, max_display=SHOWN, show=False)
    yield from _drawn("shap_beeswarm", "Every applicant: red is a high value", swarm)
    explanation.display_data = in_words(found, manifest.categories)
    for decision, row in typical_rows(found, manifest).items():
        draw = partial(
            shap.plots.waterfall, explanation[row], max_display=_IN_A_WATERFALL, show=False
        )
        title = f"A typical applicant: {decision} (log-odds of default)"
        yield from _drawn(f"waterfall_{decision}", title, draw)


def in_words(found: Attributions, categories: Mapping[str, Sequence[str]]) -> Table:
    """The rows with the names of levels in place of their codes, and what is missing said so."""
    table = found.matrix.astype(object)
    table[np.isnan(found.matrix)] = _MISSING
    for at, name in enumerate(found.names):
        if name in categories:
            table[:, at] = [_level(code, categories[name]) for code in found.matrix[:, at]]
    return table


def typical_rows(found: Attributions, manifest: BundleManifest) -> Mapping[Decision, int]:
    """For each decision that occurs, the row of the median probability among those that get it."""
    raw_scores = found.values.sum(axis=1) + found.base
    order = np.argsort(raw_scores, kind="stable").tolist()
    decided: dict[Decision, list[int]] = {}
    for row in order:
        probability = manifest.calibration.probability(float(raw_scores[row]))
        decision = manifest.policy.decide(probability, HistoryStatus.PRESENT)
        decided.setdefault(decision, []).append(row)
    return {decision: rows[len(rows) // 2] for decision, rows in decided.items()}


def _level(code: float, levels: Sequence[str]) -> str:
    return levels[int(code)] if code >= 0 else _MISSING


def _drawn(name: str, title: str, draw: Callable[[], object]) -> Iterator[tuple[str, Figure]]:
    draw()
    figure = plt.gcf()
    figure.axes[0].set_title(title, loc="left", pad=_TITLE_PAD)
    yield name, figure
    plt.close(figure)
