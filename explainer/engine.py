"""Exact path-dependent TreeSHAP: LightGBM's own, and a compiled one.

LightGBM's takes milliseconds a row; the compiled one is many times faster on batches, but has to be
compiled first and to prove itself. Method: Lundberg et al., Consistent individualized feature
attribution for tree ensembles, 2018.
"""

import logging
import threading
from pathlib import Path
from typing import Protocol

import lightgbm as lgb
import numpy as np
from numba.core.errors import NumbaError

from contracts.packing import FloatMatrix
from explainer import metrics, treeshap
from explainer.forest import forest
from runtime.compiled_code import kept
from runtime.tree_text import Doubles, UnsupportedModelError

logger = logging.getLogger(__name__)

AGREEMENT = 1e-9
"""How far the two engines may be apart on any attribution, in log-odds."""

_FEW = 3  # up to so many rows LightGBM is as fast: a block is at least eight rows wide


class Engine(Protocol):
    """Attributes a score to the model's features."""

    @property
    def base_value(self) -> float:
        """The mean raw score over the training data, in log-odds."""

    def attributions(self, model_input: FloatMatrix) -> Doubles:
        """What each feature added to the log-odds, shape (rows, model features)."""


class LightGBMEngine:
    """LightGBM's `pred_contrib`, by one thread: what `shap.TreeExplainer` gives, and calls."""

    def __init__(self, booster: lgb.Booster) -> None:
        self._booster = booster
        nothing = np.zeros((1, booster.num_feature()), dtype=np.float32)
        self.base_value = float(self._contributions(nothing)[0, -1])

    def attributions(self, model_input: FloatMatrix) -> Doubles:
        """What each feature added to the log-odds, shape (rows, model features)."""
        return self._contributions(model_input)[:, :-1]

    def _contributions(self, model_input: FloatMatrix) -> Doubles:
        told = self._booster.predict(model_input, pred_contrib=True, num_threads=1)
        return np.asarray(told, dtype=np.float64)


class CompiledEngine:
    """One model by `explainer.treeshap`; raises `UnsupportedModelError` for what it does not know.

    The first call of a process compiles, or reads what an earlier process compiled.
    """

    def __init__(self, booster: lgb.Booster) -> None:
        self._forest = forest(booster)
        self.base_value = self._forest.base_value

    def attributions(self, model_input: FloatMatrix) -> Doubles:
        """What each feature added to the log-odds, shape (rows, model features)."""
        return treeshap.attributions(self._forest, model_input)


class ProvenEngine:
    """LightGBM's attributions, and the compiled ones for batches once they are proven equal.

    The proof is run in the background over reference rows; where it fails, or the model is none
    that the compiled engine knows, that is logged and LightGBM goes on. The process ends no sooner
    than a compilation that has begun.
    """

    def __init__(self, booster: lgb.Booster, reference: FloatMatrix, compiled_in: Path) -> None:
        self._oracle = LightGBMEngine(booster)
        self._compiled: CompiledEngine | None = None
        self.base_value = self._oracle.base_value
        work = (booster, reference, compiled_in)
        self._proof = threading.Thread(target=self._prove, args=work, name="proof")
        self._proof.start()

    def attributions(self, model_input: FloatMatrix) -> Doubles:
        """What each feature added to the log-odds, shape (rows, model features)."""
        compiled = self._compiled
        if compiled is not None and len(model_input) > _FEW:
            metrics.ROWS.labels("compiled").inc(len(model_input))
            return compiled.attributions(model_input)
        metrics.ROWS.labels("lightgbm").inc(len(model_input))
        return self._oracle.attributions(model_input)

    def wait_for_proof(self) -> bool:
        """Whether the compiled engine serves, once that is known."""
        self._proof.join()
        return self._compiled is not None

    def _prove(self, booster: lgb.Booster, reference: FloatMatrix, compiled_in: Path) -> None:
        try:
            with kept(compiled_in, treeshap.attribute):
                compiled = CompiledEngine(booster)
                apart = disagreement(compiled, self._oracle, reference)
        except (UnsupportedModelError, NumbaError, OSError) as error:
            logger.warning("LightGBM explains alone: %s", error)
            return
        if not apart <= AGREEMENT:
            logger.error("LightGBM explains alone: the compiled attributions are %g off", apart)
            return
        logger.info("compiled attributions agree to %g on %d rows", apart, len(reference))
        self._compiled = compiled


def disagreement(one: Engine, other: Engine, rows: FloatMatrix) -> float:
    """The largest difference of any attribution or base value, in log-odds."""
    apart = np.abs(one.attributions(rows) - other.attributions(rows)).max(initial=0.0)
    return float(max(apart, abs(one.base_value - other.base_value)))
