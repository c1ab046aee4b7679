"""Evaluation of the trees: LightGBM from numpy and from pandas, and as the scorer has it."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from bench.by_batch import ByBatch, Unit
from bench.material import Material
from bench.results import Findings
from bench.scale import Scale
from bench.timing import Spread, side_by_side
from contracts.packing import FloatMatrix
from runtime.model_bundle import ModelBundle

_COUNTS = (1, 16, 64, 256, 1_024)
_BATCH = 64  # from so many rows on a batch counts as one
_LIGHTGBM, _OURS = "LightGBM, numpy", "scorer"
_UNIT = Unit(1e6, 1, "\u00b5s", "us")

Scores = npt.NDArray[np.float64]


def measure(material: Material, scale: Scale) -> Findings:
    """Microseconds a row by the size of the batch, one thread, and the difference to LightGBM."""
    bundle = material.model()
    timings: dict[int, Mapping[str, Spread]] = {}
    apart: dict[int, float] = {}
    for count in _COUNTS:
        calls = _calls(bundle, np.ascontiguousarray(bundle.reference[:count]))
        timings[count] = side_by_side(calls, scale.call_rounds)
        apart[count] = float(np.abs(calls[_OURS]() - calls[_LIGHTGBM]()).max())
    found = ByBatch(_UNIT, _LIGHTGBM, _OURS, timings, apart)
    table = found.table(
        name="evaluation",
        title="Evaluation of the trees",
        about="microseconds a row by the number of rows in a batch, one thread; the difference is "
        "the scorer's to LightGBM, in log-odds",
        faster="times faster than from numpy",
    )
    return Findings(tables=[table], figures=_figures(found))


def _calls(bundle: ModelBundle, matrix: FloatMatrix) -> dict[str, Callable[[], Scores]]:
    """Each way on the same rows; the scorer's begins with the full matrix and takes columns."""
    rows = bundle.model_input(matrix)
    frame = pd.DataFrame(rows, columns=list(bundle.manifest.model_features))

    def lightgbm(given: FloatMatrix | pd.DataFrame) -> Scores:
        return np.asarray(bundle.booster.predict(given, raw_score=True, num_threads=1))

    return {
        _LIGHTGBM: lambda: lightgbm(rows),
        "LightGBM, pandas": lambda: lightgbm(frame),
        _OURS: lambda: bundle.raw_scores(matrix),
    }


def _figures(found: ByBatch) -> dict[str, float]:
    least = min(ratio for count, ratio in found.ratios.items() if count >= _BATCH)
    return {**found.figures(), "least ratio from 64 rows": least}
