"""Pictures of the attributions by the shap package: bar, beeswarm, waterfalls."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from contracts.bundle import Calibration
from training.attribution import Attributions

Table = npt.NDArray[np.object_]

SHOWN = 20


def shap_figures(
    found: Attributions, calibration: Calibration, categories: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, Figure]]:
    """Each picture with its file name; a figure is closed when the next one is asked for."""
    import shap  # noqa: PLC0415 - slow to import, and needed here alone

    explanation = shap.Explanation(
        values=found.values,
        base_values=np.full(len(found.values), found.base),
        data=found.matrix,
        feature_names=list(found.names),
    )
    for name, plot in (("shap_bar", shap.plots.bar), ("shap_beeswarm", shap.plots.beeswarm)):
        yield from _drawn(name, partial(plot, explanation, max_display=SHOWN, show=False))
    explanation.display_data = in_words(found, categories)
    for name, row in _examples(found, calibration).items():
        draw = partial(shap.plots.waterfall, explanation[row], max_display=14, show=False)
        yield from _drawn(f"waterfall_{name}", draw)


def in_words(found: Attributions, categories: Mapping[str, Sequence[str]]) -> Table:
    """The rows with the names of levels in place of their codes."""
    table = found.matrix.astype(object)
    for at, name in enumerate(found.names):
        if name in categories:
            table[:, at] = [_level(code, categories[name]) for code in found.matrix[:, at]]
    return table


def _level(code: float, levels: Sequence[str]) -> str:
    return levels[int(code)] if code >= 0 else "missing"


def _drawn(name: str, draw: Callable[[], object]) -> Iterator[tuple[str, Figure]]:
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
