import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.tree_explainer import TreeExplainerEngine
from contracts.packing import FloatMatrix
from runtime.attributions import AGREEMENT, CompiledEngine, LightGBMEngine, disagreement
from runtime.forest import forest
from runtime.tree_text import UnsupportedModelError
from runtime.treeshap import BLOCK
from tests.forests import (
    KINDS,
    MATRICES,
    UNKNOWN,
    a_chain,
    a_forest,
    an_unknown_forest,
    some_rows,
)


def _apart(booster: lgb.Booster, rows: FloatMatrix) -> float:
    return disagreement(CompiledEngine(booster), LightGBMEngine(booster), rows)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 7, 8, BLOCK, 2 * BLOCK + 3])
def test_every_kind_of_model_is_attributed_as_lightgbm_does(kind: str, count: int) -> None:
    assert _apart(a_forest(kind), some_rows(count, seed=2)) < AGREEMENT


@given(MATRICES, st.sampled_from(sorted(KINDS)))
@settings(max_examples=60)
def test_any_value_goes_the_way_it_goes_in_lightgbm(rows: FloatMatrix, kind: str) -> None:
    assert _apart(a_forest(kind), rows) < AGREEMENT


def test_lightgbms_own_are_those_of_the_shap_package() -> None:
    booster, rows = a_forest("dart"), some_rows(50, seed=3)
    assert disagreement(LightGBMEngine(booster), TreeExplainerEngine(booster), rows) < AGREEMENT


def test_attributions_and_base_value_add_up_to_the_raw_score() -> None:
    booster, rows = a_forest("several words of leaves"), some_rows(300, seed=3)
    engine = CompiledEngine(booster)
    told = engine.attributions(rows).sum(axis=1) + engine.base_value
    np.testing.assert_allclose(told, np.asarray(booster.predict(rows, raw_score=True)), atol=1e-10)


@pytest.mark.parametrize("splits", [1, 40, 300, 1500])
def test_a_tree_may_be_as_deep_as_it_has_leaves(splits: int) -> None:
    assert _apart(a_chain(splits), some_rows(20, seed=11)) < AGREEMENT


def test_a_model_of_one_constant_has_a_base_value_and_nothing_else() -> None:
    rows = some_rows(50, seed=4)
    data = lgb.Dataset(rows, np.arange(50) % 2)
    booster = lgb.train({"objective": "binary", "min_data_in_leaf": 1000, "verbose": -1}, data, 2)
    engine = CompiledEngine(booster)
    assert not engine.attributions(rows).any()
    assert engine.base_value == pytest.approx(
        np.asarray(booster.predict(rows[:1], raw_score=True)).item()
    )


@pytest.mark.parametrize(("parameters", "says"), UNKNOWN)
def test_a_model_it_does_not_know_is_refused_by_name(
    parameters: dict[str, object], says: str
) -> None:
    with pytest.raises(UnsupportedModelError, match=says):
        forest(an_unknown_forest(parameters))
