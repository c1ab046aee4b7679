"""Exact path-dependent TreeSHAP: LightGBM's own, and a compiled one that has to prove itself.

LightGBM's takes milliseconds a row; the compiled one is many times faster on batches, but has to be
compiled first. Method: Lundberg et al., Consistent individualized feature attribution for tree
ensembles, 2018.
"""

import logging
from typing import Protocol

import lightgbm as lgb
import numpy as np
from numba.core.errors import NumbaError

from contracts.packing import FloatMatrix
from runtime import treeshap
from runtime.forest import forest
from runtime.tree_text import Doubles, UnsupportedModelError

logger = logging.getLogger(__name__)

AGREEMENT = 1e-9
"""How far the two engines may be apart on any attribution, in log-odds."""


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
    """One model by `runtime.treeshap`; raises `UnsupportedModelError` for what it does not know.

    The first call of a process compiles, or reads what an earlier process compiled.
    """

    def __init__(self, booster: lgb.Booster) -> None:
        self._forest = forest(booster)
        self.base_value = self._forest.base_value

    def attributions(self, model_input: FloatMatrix) -> Doubles:
        """What each feature added to the log-odds, shape (rows, model features)."""
        return treeshap.attributions(self._forest, model_input)


def proven(booster: lgb.Booster, oracle: Engine, proof: FloatMatrix) -> CompiledEngine | None:
    """The compiled engine, if it attributes these rows as the oracle does.

    Where it gives None the log says why: the model is none that it knows, it cannot be compiled, or
    the two differ by more than `AGREEMENT`.
    """
    try:
        compiled = CompiledEngine(booster)
        apart = disagreement(compiled, oracle, proof)
    except (UnsupportedModelError, NumbaError, OSError) as error:
        logger.warning("LightGBM explains alone: %s", error)
        return None
    if not apart <= AGREEMENT:
        logger.error("LightGBM explains alone: the compiled attributions are %g off", apart)
        return None
    logger.info("compiled attributions agree to %g on %d rows", apart, len(proof))
    return compiled


def disagreement(one: Engine, other: Engine, rows: FloatMatrix) -> float:
    """The largest difference of any attribution or base value, in log-odds."""
    apart = np.abs(one.attributions(rows) - other.attributions(rows)).max(initial=0.0)
    return float(max(apart, abs(one.base_value - other.base_value)))
