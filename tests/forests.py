"""LightGBM models of every kind, and rows that go every way through them."""

import functools
from collections.abc import Sequence

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from contracts.packing import FloatMatrix

FEATURES = 10
CATEGORY, WIDE_CATEGORY, ZEROS = 3, 4, 5
TINY = float(np.float32(1e-35))  # LightGBM reads what is no larger as zero

KINDS: dict[str, dict[str, object]] = {
    "nan is missing": {},
    "zero is missing": {"zero_as_missing": True},
    "nothing is missing": {"use_missing": False},
    "shallow": {"max_depth": 2},
    "a full word of leaves": {"num_leaves": 32, "min_data_in_leaf": 3},
    "several words of leaves": {"num_leaves": 150, "min_data_in_leaf": 2},
    "stumps": {"num_leaves": 2},
    "one category at a time": {"max_cat_to_onehot": 200},
    "extremely random": {"extra_trees": True, "bagging_fraction": 0.5, "bagging_freq": 1},
    "dart": {"boosting": "dart", "drop_rate": 0.5},
}

VALUES = st.floats(width=32) | st.sampled_from(
    [
        *(np.nan, np.inf, -np.inf, 0.0, -0.0, TINY, -TINY, 1e-36, -1e-36, 2e-35, -2e-35),
        *(-1.0, -0.5, 0.5, 1.0, 8.0, 8.5, 31.0, 32.0, 63.0, 64.0, 119.0, 4e9, -4e9),
    ]
)
MATRICES = st.lists(
    st.lists(VALUES, min_size=FEATURES, max_size=FEATURES), min_size=1, max_size=20
).map(lambda rows: np.array(rows, dtype=np.float32))


def some_rows(count: int, seed: int) -> FloatMatrix:
    """Rows with missing values, zeros, and two columns of categories."""
    draw = np.random.default_rng(seed)
    rows = draw.normal(size=(count, FEATURES))
    rows[:, CATEGORY] = draw.integers(-1, 9, count)
    rows[:, WIDE_CATEGORY] = draw.integers(0, 120, count)
    rows[:, ZEROS] = np.where(draw.random(count) < 0.5, 0.0, rows[:, ZEROS])
    rows[draw.random(rows.shape) < 0.2] = np.nan
    return rows.astype(np.float32)


def labels_of(rows: FloatMatrix) -> npt.NDArray[np.int_]:
    """What can be learned of the rows."""
    filled = np.nan_to_num(rows)
    signal = filled[:, 0] + (filled[:, 3] % 3 == 1) + (filled[:, 4] % 7 < 2) * filled[:, 1]
    return np.asarray(signal + filled[:, ZEROS] > 0.5, dtype=int)


@functools.cache
def a_forest(kind: str, trees: int = 25) -> lgb.Booster:
    """A model of one of the kinds."""
    usual = {"objective": "binary", "num_leaves": 15, "verbose": -1, "num_threads": 1, "seed": 3}
    rows = some_rows(1500, seed=1)
    data = lgb.Dataset(rows, labels_of(rows), categorical_feature=[CATEGORY, WIDE_CATEGORY])
    return lgb.train(usual | {"min_data_per_group": 10} | KINDS[kind], data, trees)


def an_unknown_forest(parameters: dict[str, object]) -> lgb.Booster:
    """A model that the compiled engines are to refuse."""
    rows = np.nan_to_num(some_rows(600, seed=5))
    usual = {"objective": "binary", "verbose": -1, "num_threads": 1}
    return lgb.train(usual | parameters, lgb.Dataset(rows, labels_of(rows)), 3)


UNKNOWN: list[tuple[dict[str, object], str]] = [
    ({"linear_tree": True}, "linear trees"),
    ({"objective": "multiclass", "num_class": 3}, "several classes"),
    ({"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}, "random forest"),
]
"""Parameters of models that the compiled engines do not know, and what their refusal says."""


def a_chain(splits: int) -> lgb.Booster:
    """One tree as deep as it has splits: at each one leaf on the left, all the rest on the right.

    LightGBM reads it from its text, as it would grow it where every split takes off one row.
    """
    draw = np.random.default_rng(splits)
    rows_left = range(splits + 1, 1, -1)
    arrays: dict[str, Sequence[object]] = {
        "split_feature": [at % FEATURES for at in range(splits)],
        "split_gain": [1] * splits,
        "threshold": [repr(float(one)) for one in draw.normal(size=splits)],
        "decision_type": [2 * (at % 2) + 8 for at in range(splits)],  # NaN left or right
        "left_child": [~at for at in range(splits)],
        "right_child": [*range(1, splits), ~splits],
        "leaf_value": [repr(float(one)) for one in draw.normal(size=splits + 1)],
        "leaf_weight": [1] * (splits + 1),
        "leaf_count": [1] * (splits + 1),
        "internal_value": [0] * splits,
        "internal_weight": list(rows_left),
        "internal_count": list(rows_left),
    }
    tree = [f"num_leaves={splits + 1}", "num_cat=0"]
    tree += [f"{name}={' '.join(map(str, values))}" for name, values in arrays.items()]
    tree += ["is_linear=0", "shrinkage=1"]
    whole = a_forest("stumps", trees=1).model_to_string()
    head, _, rest = whole.partition("Tree=0\n")
    _, _, tail = rest.partition("end of trees")
    head = "\n".join(line for line in head.splitlines() if not line.startswith("tree_sizes"))
    return lgb.Booster(
        model_str=f"{head}\n\nTree=0\n" + "\n".join(tree) + f"\n\n\nend of trees{tail}"
    )
