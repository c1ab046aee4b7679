"""Compiles a model for tables that gain by it; few rows are scored sooner without."""

from runtime.attributions import Engine, LightGBMEngine, proven
from runtime.model_bundle import ModelBundle

_MANY_SCORED, _MANY_EXPLAINED = 50_000, 2_000
"""Rows from which on seconds of compiling are made up for, with some hundred trees."""

_PROOF_ROWS = 64


def compile_trees_for(bundle: ModelBundle, rows: int) -> None:
    """Let compiled trees score the rows, if they are many; the scores are the same to the bit."""
    if rows >= _MANY_SCORED:
        bundle.compile_trees()


def attribution_engine(bundle: ModelBundle, rows: int) -> Engine:
    """What attributes the scores of so many rows: LightGBM, or for many the compiled engine.

    The compiled one is proven on reference rows; where that fails the log says why and LightGBM
    attributes them all.
    """
    oracle = LightGBMEngine(bundle.booster)
    if rows < _MANY_EXPLAINED:
        return oracle
    proof = bundle.model_input(bundle.reference[:_PROOF_ROWS])
    return proven(bundle.booster, oracle, proof) or oracle
