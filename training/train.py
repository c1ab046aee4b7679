"""Fitting trees to rows: which features, how many trees, and the trees themselves. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold, train_test_split

from contracts.packing import FloatMatrix
from training.bagging import average
from training.calibrate import WorthlessScoresError
from training.parameters import Choice, Parameters, Plan

Doubles = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Split = tuple[Rows, Rows]

_INNER_SEED = 1
_BAGS_APART = 1_000
_HELD_BACK = 0.25
_LEAF = 20
"""LightGBM's default for the fewest rows of a leaf."""
_QUICK_RATE, _QUICK_ROUNDS = 0.1, 100


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """What the trees are fitted to.

    Attributes:
        matrix: the model's features, shape (rows, features), C-contiguous.
        target: 1.0 for a default, else 0.0, shape (rows,).
        names: of the features.
        categorical: which of them are codes of levels.
    """

    matrix: FloatMatrix
    target: Doubles
    names: Sequence[str]
    categorical: Sequence[str]

    def some(self, rows: Rows) -> "TrainingRows":
        """Some of the rows."""
        return TrainingRows(self.matrix[rows], self.target[rows], self.names, self.categorical)

    def only(self, columns: Rows) -> "TrainingRows":
        """Some of the features."""
        matrix = np.ascontiguousarray(self.matrix[:, columns])
        names = [self.names[at] for at in columns]
        return TrainingRows(matrix, self.target, names, self.categorical)


def screen(rows: TrainingRows, plan: Plan) -> Rows:
    """The places of the features that gain most in a quick model, at most as many as planned."""
    if len(rows.names) <= plan.most_features:
        return np.arange(len(rows.names))
    quick = Choice(boosting={**plan.boosting, "learning_rate": _QUICK_RATE}, rounds=_QUICK_ROUNDS)
    gains = _grow(rows, plan, quick, plan.seed).feature_importance("gain")
    strongest = np.argsort(-gains, kind="stable")[: plan.most_features]
    return np.sort(strongest[gains[strongest] > 0])


def choose_rounds(rows: TrainingRows, plan: Plan, _: str) -> Choice:
    """The plan's parameters, with as many trees as inner held-out rows tell."""
    return Choice(boosting=plan.boosting, rounds=best_rounds(rows, plan))


def best_rounds(rows: TrainingRows, plan: Plan) -> int:
    """The number of trees at which the log loss on inner held-out rows is least."""
    history = lgb.cv(
        {**lightgbm_parameters(rows, plan, plan.boosting, plan.seed), "metric": "binary_logloss"},
        lightgbm_data(rows),
        num_boost_round=plan.max_rounds,
        folds=list(inner_splits(rows.target, plan)),
        callbacks=[lgb.early_stopping(plan.patience, verbose=False)],
    )
    return len(history["valid binary_logloss-mean"])  # type: ignore[arg-type]


def fit(rows: TrainingRows, plan: Plan, choice: Choice) -> lgb.Booster:
    """Trees fitted to all these rows, the mean of as many seeds as planned."""
    seeds = range(plan.seed, plan.seed + plan.bags * _BAGS_APART, _BAGS_APART)
    return average([_grow(rows, plan, choice, seed) for seed in seeds])


def _grow(rows: TrainingRows, plan: Plan, choice: Choice, seed: int) -> lgb.Booster:
    parameters = lightgbm_parameters(rows, plan, choice.boosting, seed)
    return lgb.train(dict(parameters), lightgbm_data(rows), num_boost_round=choice.rounds)


def lightgbm_parameters(
    rows: TrainingRows, plan: Plan, boosting: Parameters, seed: int
) -> dict[str, object]:
    """What LightGBM is told: parameters, seed, threads and the directions of these features."""
    told: dict[str, object] = {**boosting, "seed": seed, "num_threads": plan.threads}
    directions = [plan.monotone.get(name, 0) for name in rows.names]
    if any(directions):
        told["monotone_constraints"] = directions
    return told


def stratified_folds(target: Doubles, folds: int, seed: int) -> Iterator[Split]:
    """Folds of equal default rates."""
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    yield from splitter.split(np.zeros(len(target)), target)


def inner_splits(target: Doubles, plan: Plan) -> Iterator[Split]:
    """How the training part of an outer fold is split to choose by."""
    seed = plan.seed + _INNER_SEED
    if plan.inner_folds > 1:
        yield from stratified_folds(target, plan.inner_folds, seed)
        return
    yield tuple(
        train_test_split(
            np.arange(len(target)), test_size=_HELD_BACK, random_state=seed, stratify=target
        )
    )


def check_room_for_splits(rows: int, plan: Plan) -> None:
    """Refuse so few rows that the inner parts allow no split: LightGBM would drop every feature.

    Raises:
        WorthlessScoresError: there are too few.
    """
    inner = 1 - 1 / plan.inner_folds if plan.inner_folds > 1 else 1 - _HELD_BACK
    grown_on = int(rows * (1 - 1 / plan.folds) * inner)
    needed = 2 * int(plan.boosting.get("min_data_in_leaf", _LEAF))
    if grown_on < needed:
        raise WorthlessScoresError(
            f"trees would grow on {grown_on} of them, a split needs {needed}"
        )


def lightgbm_data(rows: TrainingRows) -> lgb.Dataset:
    """The rows as LightGBM takes them, named and with their categories."""
    return lgb.Dataset(
        rows.matrix,
        rows.target,
        feature_name=list(rows.names),
        categorical_feature=[name for name in rows.names if name in rows.categorical],
        params={"verbosity": -1},
        free_raw_data=False,
    )
