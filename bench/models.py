"""A model of the size of a real one, and rows for it."""

import lightgbm as lgb
import numpy as np

from contracts.packing import FloatMatrix

TREES, FEATURES, LEAVES = 700, 250, 31
_ROWS = 20_000
_CATEGORICAL = [3, 7]


def rows(count: int, seed: int) -> FloatMatrix:
    """Random rows, a fifth of them missing, two columns categories."""
    draw = np.random.default_rng(seed)
    matrix = draw.normal(size=(count, FEATURES)).astype(np.float32)
    for column in _CATEGORICAL:
        matrix[:, column] = draw.integers(0, 40, count)
    matrix[draw.random(matrix.shape) < 0.2] = np.nan  # noqa: PLR2004
    return matrix


def model() -> lgb.Booster:
    """700 trees of 31 leaves over 250 features."""
    matrix = rows(_ROWS, seed=0)
    draw = np.random.default_rng(1)
    weights = draw.normal(size=FEATURES) * (draw.random(FEATURES) < 0.4)  # noqa: PLR2004
    signal = np.nan_to_num(matrix) @ weights / 6 + (matrix[:, 3] % 5 == 1)
    labels = (signal + draw.logistic(size=_ROWS) > 2).astype(int)  # noqa: PLR2004
    parameters = {
        "objective": "binary",
        "num_leaves": LEAVES,
        "learning_rate": 0.03,
        "feature_fraction": 0.3,
        "min_data_in_leaf": 40,
        "verbose": -1,
        "seed": 1,
    }
    return lgb.train(
        parameters, lgb.Dataset(matrix, labels, categorical_feature=_CATEGORICAL), TREES
    )
