"""The compiled attributions against LightGBM's own, over every kind of split there is."""

import functools

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.packing import FloatMatrix
from explainer.engine import (
    AGREEMENT,
    CompiledEngine,
    ProvenEngine,
    TreeExplainerEngine,
    disagreement,
)
from explainer.forest import UnsupportedModelError, forest
from explainer.treeshap import BLOCK

FEATURES = 10
CATEGORY, WIDE_CATEGORY, ZEROS = 3, 4, 5

KINDS: dict[str, dict[str, object]] = {
    "nan is missing": {},
    "zero is missing": {"zero_as_missing": True},
    "nothing is missing": {"use_missing": False},
    "shallow": {"max_depth": 2},
    "deep": {"num_leaves": 63, "min_data_in_leaf": 5},
    "stumps": {"num_leaves": 2},
    "one category at a time": {"max_cat_to_onehot": 100},
}


def _rows(count: int, seed: int) -> FloatMatrix:
    draw = np.random.default_rng(seed)
    rows = draw.normal(size=(count, FEATURES))
    rows[:, CATEGORY] = draw.integers(-1, 9, count)
    rows[:, WIDE_CATEGORY] = draw.integers(0, 120, count)
    rows[:, ZEROS] = np.where(draw.random(count) < 0.5, 0.0, rows[:, ZEROS])
    rows[draw.random(rows.shape) < 0.2] = np.nan
    return rows.astype(np.float32)


def _labels(rows: FloatMatrix) -> npt.NDArray[np.int_]:
    filled = np.nan_to_num(rows)
    signal = filled[:, 0] + (filled[:, 3] % 3 == 1) + (filled[:, 4] % 7 < 2) * filled[:, 1]
    return np.asarray(signal + filled[:, ZEROS] > 0.5, dtype=int)


@functools.cache
def _model(kind: str) -> lgb.Booster:
    usual = {"objective": "binary", "num_leaves": 15, "verbose": -1, "num_threads": 1}
    rows = _rows(1500, seed=1)
    data = lgb.Dataset(rows, _labels(rows), categorical_feature=[CATEGORY, WIDE_CATEGORY])
    return lgb.train(usual | {"min_data_per_group": 10} | KINDS[kind], data, 25)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 7, 8, BLOCK, 2 * BLOCK + 3])
def test_every_kind_of_model_is_attributed_as_lightgbm_does(kind: str, count: int) -> None:
    booster = _model(kind)
    rows = _rows(count, seed=2)
    assert disagreement(CompiledEngine(booster), TreeExplainerEngine(booster), rows) < AGREEMENT


@given(
    st.lists(
        st.lists(
            st.sampled_from([np.nan, 0.0, -0.0, 1e-36, -1.0, -0.5, 1.0, 8.0, 31.0, 32.0, 119.0])
            | st.floats(-1e9, 1e9, width=32),
            min_size=FEATURES,
            max_size=FEATURES,
        ),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from(sorted(KINDS)),
)
@settings(max_examples=60)
def test_any_value_goes_the_way_it_goes_in_lightgbm(values: list[list[float]], kind: str) -> None:
    booster, rows = _model(kind), np.array(values, dtype=np.float32)
    assert disagreement(CompiledEngine(booster), TreeExplainerEngine(booster), rows) < AGREEMENT


def test_attributions_and_base_value_add_up_to_the_raw_score() -> None:
    booster, rows = _model("deep"), _rows(300, seed=3)
    engine = CompiledEngine(booster)
    told = engine.attributions(rows).sum(axis=1) + engine.base_value
    np.testing.assert_allclose(told, np.asarray(booster.predict(rows, raw_score=True)), atol=1e-10)


def test_a_model_of_one_constant_has_a_base_value_and_nothing_else() -> None:
    rows = _rows(50, seed=4)
    data = lgb.Dataset(rows, np.arange(50) % 2)
    booster = lgb.train({"objective": "binary", "min_data_in_leaf": 1000, "verbose": -1}, data, 2)
    engine = CompiledEngine(booster)
    assert not engine.attributions(rows).any()
    assert engine.base_value == pytest.approx(
        np.asarray(booster.predict(rows[:1], raw_score=True)).item()
    )


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"linear_tree": True}, "linear trees"),
        ({"objective": "multiclass", "num_class": 3}, "several classes"),
        ({"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}, "random forest"),
    ],
)
def test_a_model_it_does_not_know_is_refused_by_name(
    parameters: dict[str, object], says: str
) -> None:
    rows = np.nan_to_num(_rows(600, seed=5))
    usual = {"objective": "binary", "verbose": -1, "num_threads": 1}
    booster = lgb.train(usual | parameters, lgb.Dataset(rows, _labels(rows)), 3)
    with pytest.raises(UnsupportedModelError, match=says):
        forest(booster)


def test_lightgbm_explains_until_the_compiled_engine_has_proven_itself() -> None:
    booster, rows = _model("deep"), _rows(40, seed=6)
    engine = ProvenEngine(booster, rows)
    first = engine.attributions(rows)
    assert engine.wait_for_proof()
    np.testing.assert_allclose(engine.attributions(rows), first, atol=AGREEMENT)


def test_an_unsupported_model_is_explained_by_lightgbm_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rows = _rows(600, seed=7)
    parameters = {"objective": "binary", "boosting": "rf", "bagging_freq": 1, "verbose": -1}
    data = lgb.Dataset(rows, _labels(rows))
    booster = lgb.train({**parameters, "bagging_fraction": 0.5, "num_threads": 1}, data, 3)
    engine = ProvenEngine(booster, rows[:20])
    assert not engine.wait_for_proof()
    assert "random forest" in caplog.text
    assert engine.attributions(rows[:20]).shape == (20, FEATURES)
