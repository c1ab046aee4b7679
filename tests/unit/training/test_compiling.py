from pathlib import Path

import numpy as np
import pytest
from prometheus_client import REGISTRY

from runtime.attributions import AGREEMENT, CompiledEngine, LightGBMEngine, disagreement
from runtime.model_bundle import ModelBundle
from tests.builders import a_bundle, a_reference
from training.compiling import attribution_engine, compile_trees_for

FEW, MANY = 10, 100_000


@pytest.fixture
def bundle(tmp_path: Path) -> ModelBundle:
    return a_bundle(tmp_path)


def rows_by_compiled_trees() -> float:
    return REGISTRY.get_sample_value("creditstream_tree_rows_total", {"engine": "compiled"}) or 0.0


@pytest.mark.parametrize(("rows", "compiled"), [(FEW, 0), (MANY, 400)])
def test_many_rows_are_scored_by_compiled_trees_with_the_same_bits(
    bundle: ModelBundle, rows: int, compiled: int
) -> None:
    matrix = a_reference(seed=3)
    expected, before = bundle.raw_scores(matrix), rows_by_compiled_trees()

    compile_trees_for(bundle, rows)

    assert bundle.raw_scores(matrix).tobytes() == expected.tobytes()
    assert rows_by_compiled_trees() - before == compiled


def test_many_rows_are_explained_by_the_compiled_engine_as_lightgbm_would(
    bundle: ModelBundle,
) -> None:
    few, many = attribution_engine(bundle, FEW), attribution_engine(bundle, MANY)

    assert isinstance(few, LightGBMEngine)
    assert isinstance(many, CompiledEngine)
    rows = np.ascontiguousarray(bundle.model_input(a_reference(seed=3)))
    assert disagreement(few, many, rows) < AGREEMENT
