"""Raw scores of a model: LightGBM's, and the compiled ones once they are proven the same."""

import logging
from typing import Protocol

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from numba.core.errors import NumbaError

from contracts.packing import FloatMatrix
from runtime import metrics
from runtime.leaf_masks import leaf_masks
from runtime.tree_kernel import evaluate
from runtime.tree_text import UnsupportedModelError

logger = logging.getLogger(__name__)

Doubles = npt.NDArray[np.float64]

_FEW = 3  # up to so many rows LightGBM is as fast: a block is sixteen rows wide


class Trees(Protocol):
    """Evaluates a model; a row's score does not depend on the batch it comes in."""

    def raw_scores(self, model_input: FloatMatrix) -> Doubles:
        """Log-odds before calibration of rows of the model's features, shape (rows,)."""


class LightGBMTrees:
    """LightGBM's own evaluation, by one thread, so that every batch gives the same bits."""

    def __init__(self, booster: lgb.Booster) -> None:
        self._booster = booster

    def raw_scores(self, model_input: FloatMatrix) -> Doubles:
        """Log-odds before calibration of rows of the model's features, shape (rows,)."""
        scores = self._booster.predict(model_input, raw_score=True, num_threads=1)
        return np.asarray(scores, dtype=np.float64)


class CompiledTrees:
    """The same bits by `runtime.tree_kernel`; raises `UnsupportedModelError` for other models.

    The first call of a process compiles, or reads what an earlier process compiled. The code is the
    same for all models: another model costs no more than taking it apart.
    """

    def __init__(self, booster: lgb.Booster) -> None:
        self._masks = leaf_masks(booster)
        self._features = booster.num_feature()

    def raw_scores(self, model_input: FloatMatrix) -> Doubles:
        """Log-odds before calibration of rows of the model's features, shape (rows,).

        Raises:
            ValueError: the rows have not the model's number of features.
        """
        rows, features = model_input.shape
        if features != self._features:
            raise ValueError(f"rows of {features} features, the model takes {self._features}")
        scores = np.empty(rows)
        evaluate(self._masks, np.ascontiguousarray(model_input, dtype=np.float32), scores)
        return scores


class ProvenTrees:
    """LightGBM's scores, and from `prove` on the compiled ones where they are the same to the bit.

    So it may change from one to the other between any two batches.
    """

    def __init__(self, booster: lgb.Booster) -> None:
        self._booster = booster
        self._lightgbm = LightGBMTrees(booster)
        self._compiled: CompiledTrees | None = None

    def raw_scores(self, model_input: FloatMatrix) -> Doubles:
        """Log-odds before calibration of rows of the model's features, shape (rows,)."""
        if self._compiled is not None and len(model_input) > _FEW:
            metrics.TREE_ROWS.labels("compiled").inc(len(model_input))
            return self._compiled.raw_scores(model_input)
        metrics.TREE_ROWS.labels("lightgbm").inc(len(model_input))
        return self._lightgbm.raw_scores(model_input)

    def prove(self, proof: FloatMatrix) -> bool:
        """Compile, and take the compiled trees if they score these rows as LightGBM does.

        Any thread may call it while others score. Where it gives False the log says why, and
        LightGBM goes on.
        """
        try:
            compiled = CompiledTrees(self._booster)
            scores = compiled.raw_scores(proof)
        except (UnsupportedModelError, NumbaError, OSError, RuntimeError) as error:
            logger.warning("LightGBM scores alone: %s", error)
            return False
        unequal = int((_bits(scores) != _bits(self._lightgbm.raw_scores(proof))).sum())
        if unequal:
            logger.error(
                "LightGBM scores alone: compiled, %d of %d rows differ", unequal, len(proof)
            )
            return False
        logger.info("compiled trees score %d rows as LightGBM does, to the last bit", len(proof))
        self._compiled = compiled
        return True


def _bits(scores: Doubles) -> npt.NDArray[np.int64]:
    return scores.view(np.int64)
