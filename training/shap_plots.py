"""Pictures of the attributions by the shap package: bar, beeswarm, waterfalls."""

from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from contracts.bundle import Calibration
from training.attribution import Attributions

SHOWN = 20


def shap_figures(found: Attributions, calibration: Calibration) -> Iterator[tuple[str, Figure]]:
    """Each picture with its file name; a figure is closed when the next one is asked for."""
    import shap  # noqa: PLC0415 - slow to import, and needed here alone

    mpl.use("Agg")
    explanation = shap.Explanation(
        values=found.values,
        base_values=np.full(len(found.values), found.base),
        data=found.matrix,
        feature_names=list(found.names),
    )
    yield from _drawn("shap_bar", lambda: shap.plots.bar(explanation, SHOWN, show=False))
    yield from _drawn("shap_beeswarm", lambda: shap.plots.beeswarm(explanation, SHOWN, show=False))
    for name, row in _examples(found, calibration).items():
        one = explanation[row]
        yield from _drawn(f"waterfall_{name}", lambda one=one: shap.plots.waterfall(one, 14, False))


def _drawn(name: str, draw: Any) -> Iterator[tuple[str, Figure]]:
    draw()
    figure = plt.gcf()
    yield name, figure
    plt.close(figure)


def _examples(found: Attributions, calibration: Calibration) -> dict[str, int]:
    """The rows of the least, the median and the greatest risk."""
    raw = found.values.sum(axis=1) + found.base
    order = np.argsort([calibration.probability(float(one)) for one in raw], kind="stable")
    return {
        "least_risk": int(order[0]),
        "median_risk": int(order[len(order) // 2]),
        "greatest_risk": int(order[-1]),
    }
