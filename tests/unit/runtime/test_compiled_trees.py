import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from contracts.packing import FloatMatrix
from runtime import compiled_trees
from runtime.compiled_trees import CompiledTrees, LightGBMTrees, ProvenTrees
from runtime.leaf_masks import LeafMasks, leaf_masks
from runtime.tree_kernel import BLOCK
from runtime.tree_text import UnsupportedModelError
from tests.forests import (
    FEATURES,
    KINDS,
    MATRICES,
    UNKNOWN,
    a_chain,
    a_forest,
    an_unknown_forest,
    some_rows,
)


def _same_bits(booster: lgb.Booster, rows: FloatMatrix) -> bool:
    compiled, expected = CompiledTrees(booster), LightGBMTrees(booster)
    return compiled.raw_scores(rows).tobytes() == expected.raw_scores(rows).tobytes()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 15, 16, BLOCK, 2 * BLOCK + 3])
def test_every_kind_of_model_scores_to_the_bit_as_lightgbm_does(kind: str, count: int) -> None:
    assert _same_bits(a_forest(kind), some_rows(count, seed=2))


@given(MATRICES, st.sampled_from(sorted(KINDS)))
@settings(max_examples=150)
def test_any_value_goes_the_way_it_goes_in_lightgbm(rows: FloatMatrix, kind: str) -> None:
    assert _same_bits(a_forest(kind), rows)


@given(st.data())
@settings(max_examples=40)
def test_values_at_the_thresholds_go_the_way_they_go_in_lightgbm(data: st.DataObject) -> None:
    booster = a_forest(data.draw(st.sampled_from(sorted(KINDS))))
    thresholds = leaf_masks(booster).threshold
    places = st.integers(0, len(thresholds) - 1)
    row = thresholds[data.draw(st.lists(places, min_size=FEATURES, max_size=FEATURES))]
    above = np.nextafter(row, np.float32(np.inf))
    below = np.nextafter(row, np.float32(-np.inf))
    assert _same_bits(booster, np.stack([row, above, below]))


@pytest.mark.parametrize("missing", [{}, {"zero_as_missing": True}, {"use_missing": False}])
def test_a_threshold_that_no_float32_holds_divides_as_in_float64(
    missing: dict[str, object],
) -> None:
    draw = np.random.default_rng(5)
    exact = draw.normal(size=(500, FEATURES)) * 10.0 ** draw.integers(-40, 40, (500, FEATURES))
    labels = (exact[:, 0] > exact[:, 1]).astype(int)
    parameters = {"objective": "binary", "verbose": -1, "num_threads": 1, "max_bin": 500}
    booster = lgb.train(parameters | missing, lgb.Dataset(exact, labels), 20)
    with np.errstate(over="ignore"):
        assert _same_bits(booster, exact.astype(np.float32))


@pytest.mark.parametrize("splits", [1, 31, 32, 63, 64, 3000])
def test_a_tree_may_be_as_deep_as_it_has_leaves(splits: int) -> None:
    assert _same_bits(a_chain(splits), some_rows(200, seed=11))


def test_a_model_of_one_constant_scores_it() -> None:
    rows = some_rows(50, seed=4)
    data = lgb.Dataset(rows, np.arange(50) % 2)
    booster = lgb.train({"objective": "binary", "min_data_in_leaf": 1000, "verbose": -1}, data, 2)
    assert _same_bits(booster, rows)


@pytest.mark.parametrize(("parameters", "says"), UNKNOWN)
def test_a_model_it_does_not_know_is_refused_by_name_and_scored_by_lightgbm(
    parameters: dict[str, object], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    booster, rows = an_unknown_forest(parameters), some_rows(100, seed=5)
    with pytest.raises(UnsupportedModelError, match=says):
        CompiledTrees(booster)
    trees = ProvenTrees(booster)
    assert not trees.prove(rows[:20])
    assert says in caplog.text
    assert trees.raw_scores(rows).tobytes() == LightGBMTrees(booster).raw_scores(rows).tobytes()


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="rows of 9 features, the model takes 10"):
        CompiledTrees(a_forest("stumps")).raw_scores(some_rows(5, seed=6)[:, :9])


def _scored_by(engine: str) -> float:
    labels = {"engine": engine}
    return REGISTRY.get_sample_value("creditstream_tree_rows_total", labels) or 0.0


def test_a_switch_in_mid_stream_changes_no_bit() -> None:
    trees, rows = ProvenTrees(a_forest("nan is missing")), some_rows(100, seed=7)
    before, by_lightgbm = trees.raw_scores(rows), _scored_by("lightgbm")
    assert trees.prove(some_rows(300, seed=8))
    by_compiled = _scored_by("compiled")
    assert trees.raw_scores(rows).tobytes() == before.tobytes()
    assert (_scored_by("lightgbm"), _scored_by("compiled")) == (by_lightgbm, by_compiled + 100)


def test_a_row_scores_the_same_alone_and_in_any_batch() -> None:
    trees, rows = ProvenTrees(a_forest("dart")), some_rows(BLOCK + 5, seed=9)
    assert trees.prove(rows)
    alone = np.concatenate([trees.raw_scores(rows[at : at + 1]) for at in range(len(rows))])
    assert trees.raw_scores(rows).tobytes() == alone.tobytes()


def test_trees_that_score_one_bit_off_never_serve(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    booster, rows = a_forest("stumps"), some_rows(60, seed=10)

    def one_bit_off(model: lgb.Booster) -> LeafMasks:
        masks = leaf_masks(model)
        return masks._replace(leaf=np.nextafter(masks.leaf, np.inf))

    monkeypatch.setattr(compiled_trees, "leaf_masks", one_bit_off)
    trees = ProvenTrees(booster)
    assert not trees.prove(rows)
    assert "of 60 rows differ" in caplog.text
    assert trees.raw_scores(rows).tobytes() == LightGBMTrees(booster).raw_scores(rows).tobytes()


@pytest.mark.parametrize("error", [RuntimeError("LLVM"), OSError("no space left on device")])
def test_a_compilation_that_fails_leaves_lightgbm_serving(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(compiled_trees, "evaluate", fails)
    rows, trees = some_rows(20, seed=5), ProvenTrees(a_forest("stumps"))
    assert not trees.prove(rows)
    assert f"LightGBM scores alone: {error}" in caplog.text
    assert len(trees.raw_scores(rows)) == 20
