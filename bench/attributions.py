"""Exact SHAP attributions: LightGBM's own, the shap package's, the compiled engine's."""

from collections.abc import Mapping

import lightgbm as lgb

from bench.models import FEATURES, LEAVES, TREES, rows
from bench.tables import Row, Table
from bench.timing import Timing, side_by_side
from explainer.engine import CompiledEngine, TreeExplainerEngine, disagreement

_COUNTS = (1, 16, 64, 256)


def attributions(booster: lgb.Booster, rounds: int) -> Table:
    """Milliseconds a row, by the size of the batch, and how far the engines are apart."""
    shap, compiled = TreeExplainerEngine(booster), CompiledEngine(booster)
    lines = []
    for count in _COUNTS:
        batch = rows(count, seed=2)
        timings = side_by_side(
            {
                "pred_contrib, 1 thread": lambda batch=batch: booster.predict(  # type: ignore[misc]
                    batch, pred_contrib=True, num_threads=1
                ),
                "shap.TreeExplainer": lambda batch=batch: shap.attributions(batch),  # type: ignore[misc]
                "compiled, 1 thread": lambda batch=batch: compiled.attributions(batch),  # type: ignore[misc]
            },
            rounds,
        )
        lines.append(_row(count, timings, disagreement(compiled, shap, batch)))
    return Table(
        title="Exact SHAP attributions",
        about=f"{TREES} trees of {LEAVES} leaves over {FEATURES} features; milliseconds a row",
        rows=lines,
    )


def _row(count: int, timings: Mapping[str, Timing], apart: float) -> Row:
    cells = {"rows": str(count)}
    cells |= {name: f"{1000 * each.median / count:.3f}" for name, each in timings.items()}
    ratio = timings["pred_contrib, 1 thread"].median / timings["compiled, 1 thread"].median
    return Row({**cells, "times faster": f"{ratio:.1f}", "largest difference": f"{apart:.1e}"})
