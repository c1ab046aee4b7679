"""Small rows to train on, and a plan for them."""

from collections.abc import Mapping

import numpy as np

from training.parameters import Parameters, Plan, default_parameters
from training.train import TrainingRows

NAMES = ("SIGNAL", "LEVEL", "NOISE", "MORE_NOISE")


def some_rows(rows: int = 900, seed: int = 3) -> TrainingRows:
    draw = np.random.default_rng(seed)
    matrix = draw.normal(size=(rows, 4)).astype(np.float32)
    matrix[:, 1] = draw.integers(0, 3, rows)
    log_odds = 1.5 * matrix[:, 0] + (matrix[:, 1] == 2) - 1.5
    target = (draw.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(np.float64)
    return TrainingRows(matrix, target, NAMES, ("LEVEL",))


def a_plan(
    *,
    workers: int = 1,
    inner_folds: int = 3,
    most_features: int = 9,
    bags: int = 1,
    monotone: Mapping[str, int] | None = None,
    **boosting_changes: float,
) -> Plan:
    small: Parameters = {
        **default_parameters(900),
        "feature_fraction": 1.0,
        "learning_rate": 0.1,
        "min_data_in_leaf": 20,
    }
    return Plan(
        folds=4,
        inner_folds=inner_folds,
        most_features=most_features,
        max_rounds=40,
        patience=10,
        seed=7,
        bags=bags,
        workers=workers,
        monotone=monotone or {},
        boosting={**small, **boosting_changes},
    )
