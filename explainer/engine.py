"""Attributions for a service: by LightGBM at once, by the compiled engine once it is proven."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import lightgbm as lgb

from contracts.packing import FloatMatrix
from explainer import metrics
from runtime import treeshap
from runtime.attributions import CompiledEngine, LightGBMEngine, proven
from runtime.compiled_code import kept
from runtime.tree_text import Doubles

logger = logging.getLogger(__name__)

_FEW = 3  # up to so many rows LightGBM is as fast: a block is at least eight rows wide


class ProvenEngine:
    """LightGBM's attributions, and the compiled ones for batches once they are proven equal.

    The proof is run in the background over reference rows; where it fails, or the model is none
    that the compiled engine knows, that is logged and LightGBM goes on. The process ends no sooner
    than a compilation that has begun. `proof_ended` is called when all of that is over.
    """

    def __init__(
        self,
        booster: lgb.Booster,
        reference: FloatMatrix,
        compiled_in: Path,
        proof_ended: Callable[[], None] = lambda: None,
    ) -> None:
        self._oracle = LightGBMEngine(booster)
        self._compiled: CompiledEngine | None = None
        self.base_value = self._oracle.base_value
        work = (booster, reference, compiled_in, proof_ended)
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

    def _prove(
        self,
        booster: lgb.Booster,
        reference: FloatMatrix,
        compiled_in: Path,
        proof_ended: Callable[[], None],
    ) -> None:
        try:
            with kept(compiled_in, treeshap.attribute):
                self._compiled = proven(booster, self._oracle, reference)
        except OSError as error:
            logger.warning("compiled code is not kept: %s", error)
        proof_ended()
