from dataclasses import dataclass, replace

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pytest
from sklearn.metrics import roc_auc_score

from training.permutation import PermutationLosses, Shuffling, permutation_losses
from training.train import TrainingRows

NAMES = ("STRONG", "COPY", "WEAK", "NOISE")
SHUFFLING = Shuffling(most_of_a_class=4_000, repeats=2, seed=5)
TREES = {"objective": "binary", "num_leaves": 8, "num_threads": 1, "verbosity": -1, "seed": 7}


@dataclass(frozen=True)
class FoldModel:
    booster: lgb.Booster
    columns: npt.NDArray[np.intp]


@dataclass(frozen=True)
class Folds:
    raw_scores: npt.NDArray[np.float64]
    fold: npt.NDArray[np.intp]
    models: tuple[FoldModel, ...]


@pytest.fixture(scope="module")
def rows() -> TrainingRows:
    """The second column is the first with a little noise; the last tells nothing."""
    draw = np.random.default_rng(11)
    matrix = draw.normal(size=(6_000, 4)).astype(np.float32)
    matrix[:, 1] = matrix[:, 0] + 0.1 * matrix[:, 1]
    log_odds = 1.5 * matrix[:, 0] + 0.4 * matrix[:, 2] - 1.5
    target = (draw.random(6_000) < 1 / (1 + np.exp(-log_odds))).astype(np.float64)
    return TrainingRows(matrix, target, NAMES, ())


@pytest.fixture(scope="module")
def out_of_fold(rows: TrainingRows) -> Folds:
    fold = np.arange(6_000) % 2
    scores = np.empty(6_000)
    models = []
    for at in (0, 1):
        learned, held_out = rows.some(np.flatnonzero(fold != at)), np.flatnonzero(fold == at)
        booster = lgb.train(TREES, lgb.Dataset(learned.matrix, learned.target), 30)
        scores[held_out] = booster.predict(rows.matrix[held_out], raw_score=True)
        models.append(FoldModel(booster, np.arange(4)))
    return Folds(scores, fold, tuple(models))


def losses(
    rows: TrainingRows, out_of_fold: Folds, shuffling: Shuffling = SHUFFLING
) -> PermutationLosses:
    groups = {**{name: [name] for name in NAMES}, "BOTH": ["STRONG", "COPY"], "ALL": NAMES}
    return permutation_losses(rows, out_of_fold, groups, shuffling)


def test_what_matters_costs_and_what_does_not_costs_nothing(
    rows: TrainingRows, out_of_fold: Folds
) -> None:
    found = losses(rows, out_of_fold).losses

    assert found["STRONG"].low > 0
    assert found["WEAK"].low > 0
    assert found["NOISE"].low <= 0 <= found["NOISE"].high
    assert found["STRONG"].value > found["WEAK"].value > found["NOISE"].value


def test_what_two_features_know_is_lost_only_with_both(
    rows: TrainingRows, out_of_fold: Folds
) -> None:
    found = losses(rows, out_of_fold).losses

    assert found["BOTH"].value > found["STRONG"].value + found["COPY"].value


def test_without_any_feature_the_ranking_is_by_chance(
    rows: TrainingRows, out_of_fold: Folds
) -> None:
    every_row = Shuffling(most_of_a_class=12_000, repeats=2, seed=5)

    found = losses(rows, out_of_fold, every_row)

    by_fold = [
        roc_auc_score(rows.target[inside], out_of_fold.raw_scores[inside])
        for inside in (out_of_fold.fold == 0, out_of_fold.fold == 1)
    ]
    assert found.rows == 6_000
    chance = found.losses["ALL"]
    assert chance.low < np.mean(by_fold) - 0.5 < chance.high


def test_the_interval_holds_what_more_rows_say(rows: TrainingRows, out_of_fold: Folds) -> None:
    exact = losses(rows, out_of_fold, Shuffling(most_of_a_class=12_000, repeats=40, seed=1)).losses
    few = [
        losses(rows, out_of_fold, Shuffling(most_of_a_class=300, repeats=1, seed=seed)).losses
        for seed in range(20)
    ]

    held = [one["STRONG"].low <= exact["STRONG"].value <= one["STRONG"].high for one in few]

    assert sum(held) >= 16


def test_a_feature_that_no_fold_takes_costs_nothing(rows: TrainingRows, out_of_fold: Folds) -> None:
    booster = lgb.train(TREES, lgb.Dataset(rows.matrix[:, :2].copy(), rows.target), 5)
    narrow = FoldModel(booster, np.arange(2))

    found = losses(rows, replace(out_of_fold, models=(narrow, narrow))).losses

    assert found["WEAK"].value == found["WEAK"].low == found["WEAK"].high == 0
    assert found["STRONG"].low > 0


def test_the_same_seed_shuffles_alike(rows: TrainingRows, out_of_fold: Folds) -> None:
    assert losses(rows, out_of_fold) == losses(rows, out_of_fold)
