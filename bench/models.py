"""Models of any size, and rows for them."""

import lightgbm as lgb
import numpy as np

from contracts.packing import FloatMatrix

_ROWS, _LEAVES = 2_000, 31
_CATEGORICAL = [3, 7]
_MISSING = 0.2


def rows(count: int, features: int, seed: int) -> FloatMatrix:
    """Random rows, a fifth of the cells missing, two columns categories."""
    draw = np.random.default_rng(seed)
    matrix = draw.normal(size=(count, features)).astype(np.float32)
    for column in _CATEGORICAL:
        matrix[:, column] = draw.integers(0, 40, count)
    matrix[draw.random(matrix.shape) < _MISSING] = np.nan
    return matrix


def model(trees: int, features: int) -> lgb.Booster:
    """Trees of 31 leaves, fitted to random rows with a signal in them."""
    matrix = rows(_ROWS, features, seed=0)
    draw = np.random.default_rng(1)
    weights = draw.normal(size=features)
    signal = np.nan_to_num(matrix) @ weights / np.sqrt(features) + (matrix[:, 3] % 5 == 1)
    labels = (signal + draw.logistic(size=_ROWS) > 2).astype(int)  # noqa: PLR2004 - few positives
    parameters = {
        "objective": "binary",
        "num_leaves": _LEAVES,
        "learning_rate": 0.03,
        "feature_fraction": 0.3,
        "min_data_in_leaf": 20,
        "force_col_wise": True,
        "num_threads": 1,
        "verbose": -1,
        "seed": 1,
    }
    data = lgb.Dataset(matrix, labels, categorical_feature=_CATEGORICAL)
    return lgb.train(parameters, data, trees)
