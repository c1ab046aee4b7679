"""Exact SHAP attributions: LightGBM's own, the shap package's, the compiled engine's."""

from collections.abc import Callable

import lightgbm as lgb
import numpy as np

from bench.by_batch import ByBatch, Unit
from bench.material import Material
from bench.results import Findings
from bench.scale import Scale
from bench.timing import Spread, side_by_side
from bench.tree_explainer import TreeExplainerEngine
from contracts.packing import FloatMatrix
from runtime.attributions import CompiledEngine
from runtime.tree_text import Doubles

_COUNTS = (1, 16, 64, 256)
_LIGHTGBM, _OURS = "pred_contrib, 1 thread", "compiled, 1 thread"
_UNIT = Unit(1e3, 3, "ms", "ms")


def measure(material: Material, scale: Scale) -> Findings:
    """Milliseconds a row by the size of the batch, and how far each engine is from LightGBM."""
    bundle = material.model()
    rows = bundle.model_input(bundle.reference)
    engines = _engines(bundle.booster)
    timings: dict[int, dict[str, Spread]] = {}
    apart: dict[int, float] = {}
    for count in _COUNTS:
        batch = np.ascontiguousarray(rows[:count])
        calls = {name: _call(engine, batch) for name, engine in engines.items()}
        timings[count] = side_by_side(calls, scale.call_rounds)
        exact = engines[_LIGHTGBM](batch)
        apart[count] = float(np.abs(engines[_OURS](batch) - exact).max())
    found = ByBatch(_UNIT, _LIGHTGBM, _OURS, timings, apart)
    table = found.table(
        name="attributions",
        title="Exact SHAP attributions",
        about="milliseconds a row by the number of rows in a batch; the difference is the compiled "
        "engine's to pred_contrib, in log-odds, over all attributions of the batch",
        faster="times faster than pred_contrib",
    )
    return Findings(tables=[table], figures=found.figures())


def _engines(booster: lgb.Booster) -> dict[str, Callable[[FloatMatrix], Doubles]]:
    shap, compiled = TreeExplainerEngine(booster), CompiledEngine(booster)

    def contributions(threads: int) -> Callable[[FloatMatrix], Doubles]:
        def call(batch: FloatMatrix) -> Doubles:
            found = booster.predict(batch, pred_contrib=True, num_threads=threads)
            return np.asarray(found)[:, :-1]

        return call

    return {
        _LIGHTGBM: contributions(1),
        "pred_contrib, 2 threads": contributions(2),
        "shap.TreeExplainer": shap.attributions,
        _OURS: compiled.attributions,
    }


def _call(engine: Callable[[FloatMatrix], Doubles], batch: FloatMatrix) -> Callable[[], Doubles]:
    return lambda: engine(batch)
