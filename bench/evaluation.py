"""Evaluation of the trees: LightGBM from numpy and from pandas, and as the scorer has it."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from bench.material import Material
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from bench.timing import Spread, side_by_side
from contracts.packing import FloatMatrix
from runtime.model_bundle import ModelBundle

_COUNTS = (1, 16, 64, 256, 1_024)
_BATCH = 64  # from so many rows on a batch counts as one
_LIGHTGBM, _OURS = "LightGBM, numpy", "scorer"

Scores = npt.NDArray[np.float64]
Timings = Mapping[int, Mapping[str, Spread]]


def measure(material: Material, scale: Scale) -> Findings:
    """Microseconds a row by the size of the batch, one thread, and the difference to LightGBM."""
    bundle = material.model()
    timings: dict[int, Mapping[str, Spread]] = {}
    apart: dict[int, float] = {}
    for count in _COUNTS:
        calls = _calls(bundle, np.ascontiguousarray(bundle.reference[:count]))
        timings[count] = side_by_side(calls, scale.call_rounds)
        apart[count] = float(np.abs(calls[_OURS]() - calls[_LIGHTGBM]()).max())
    return Findings(tables=[_table(timings, apart)], figures=_figures(timings, apart))


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


def _ratio(timings: Mapping[str, Spread]) -> float:
    return timings[_LIGHTGBM].against(timings[_OURS])


def _table(timings: Timings, apart: Mapping[int, float]) -> Table:
    rows = [
        {
            "rows": f"{count:,}",
            **{name: f"{1e6 * one.median / count:.1f}" for name, one in of.items()},
            "times faster than from numpy": f"{_ratio(of):.1f}",
            "largest difference": f"{apart[count]:.1e}",
        }
        for count, of in timings.items()
    ]
    series = {
        name: [(float(count), 1e6 * of[name].median / count) for count, of in timings.items()]
        for name in timings[_COUNTS[0]]
    }
    return Table(
        name="evaluation",
        title="Evaluation of the trees",
        about="microseconds a row by the number of rows in a batch, one thread; the difference is "
        "the scorer's to LightGBM, in log-odds",
        rows=rows,
        chart=Chart(
            kind="lines", x="rows in a batch", y="\u00b5s a row", logarithmic=True, series=series
        ),
    )


def _figures(timings: Timings, apart: Mapping[int, float]) -> dict[str, float]:
    ratios = {count: _ratio(of) for count, of in timings.items()}
    figures = {f"ratio at {count} rows": ratio for count, ratio in ratios.items()}
    figures |= {f"us a row at {n} rows": 1e6 * of[_OURS].median / n for n, of in timings.items()}
    figures["least ratio from 64 rows"] = min(r for n, r in ratios.items() if n >= _BATCH)
    return {**figures, "largest difference": max(apart.values())}
