import itertools
from collections.abc import Sequence

import lightgbm as lgb
import numpy as np
import pytest
import shap
from hypothesis import given
from hypothesis import strategies as st

from contracts.packing import FloatMatrix
from training.interactions import _paths, interactions

ROWS, WIDTH = 400, 5
TREES = {
    "objective": "binary",
    "min_data_in_leaf": 5,
    "min_data_per_group": 5,
    "cat_smooth": 1.0,
    "learning_rate": 0.3,
    "num_threads": 1,
    "verbosity": -1,
}


def some_rows(seed: int, *, levels: int = 0) -> FloatMatrix:
    """Rows with missing values; the last column holds codes of levels if there are levels."""
    draw = np.random.default_rng(seed)
    matrix = draw.normal(size=(ROWS, WIDTH)).astype(np.float32)
    matrix[:, 3] = np.round(matrix[:, 3])
    if levels:
        matrix[:, 4] = draw.integers(-1, levels, ROWS)
    matrix[draw.random((ROWS, WIDTH)) < 0.15] = np.nan
    return matrix


def grown(
    matrix: FloatMatrix, seed: int, categories: Sequence[int] = (), **parameters: float
) -> lgb.Booster:
    """Trees in which the second column matters only together with the first and the last."""
    known = np.nan_to_num(matrix)
    risk = known[:, 0] * known[:, 1] + (known[:, 4] % 3 == 1) * known[:, 1] + known[:, 2]
    noise = np.random.default_rng(seed).normal(scale=0.3, size=len(matrix))
    target = (risk + noise > 0.3).astype(np.float64)
    data = lgb.Dataset(matrix, target, categorical_feature=list(categories))
    return lgb.train({**TREES, **parameters}, data, num_boost_round=12)


@pytest.mark.parametrize("depth", [2, 4, 8])
def test_pairs_get_what_the_shap_package_gives_them_where_no_split_is_on_a_category(
    depth: int,
) -> None:
    matrix = some_rows(1)
    booster = grown(matrix, 1, max_depth=depth, num_leaves=40)

    found = interactions(booster, matrix[:40], range(WIDTH))

    theirs = shap.TreeExplainer(booster).shap_interaction_values(matrix[:40].astype(float))
    for (one, other), added in found.items():
        both_halves = theirs[:, one, other] + theirs[:, other, one]
        assert added == pytest.approx(both_halves, abs=1e-5)
    assert max(np.abs(added).mean() for added in found.values()) > 0.05


@given(
    seed=st.integers(0, 10_000),
    missing=st.sampled_from([{}, {"use_missing": False}, {"zero_as_missing": True}]),
)
def test_every_row_reaches_the_leaves_that_lightgbm_sends_it_to(
    seed: int, missing: dict[str, bool]
) -> None:
    matrix = some_rows(seed, levels=40)
    booster = grown(matrix, seed, categories=[4], num_leaves=8, **missing)

    reached = np.zeros(ROWS)
    for tree in booster.dump_model()["tree_info"]:
        for leaf, held in _paths(tree["tree_structure"], matrix, {}):
            arrived = [satisfied for _, satisfied in held.values()]
            reached += leaf * np.logical_and.reduce(arrived, initial=True)

    said = np.asarray(booster.predict(matrix, raw_score=True, num_threads=1))
    assert reached == pytest.approx(said, abs=1e-9)


@given(st.integers(0, 10_000))
def test_trees_of_one_split_each_have_no_interactions(seed: int) -> None:
    matrix = some_rows(seed, levels=6)
    booster = grown(matrix, seed, categories=[4], num_leaves=2)

    found = interactions(booster, matrix, range(WIDTH))

    assert set(found) == set(itertools.combinations(range(WIDTH), 2))
    assert all(not added.any() for added in found.values())
