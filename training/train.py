"""Fitting: nested cross-validation for honest figures, then the final trees. Pure."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold, train_test_split

from contracts.packing import FloatMatrix
from training.parameters import Parameters, Plan

Doubles = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Split = tuple[Rows, Rows]
Step = Callable[[], object]

_INNER_SEED = 1
_HELD_BACK = 0.25
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


@dataclass(frozen=True, slots=True)
class FoldModel:
    """The trees of an outer fold, and the places of the features that they take."""

    booster: lgb.Booster
    columns: Rows


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What models said of rows that they had not seen in any way.

    Attributes:
        raw_scores: log-odds before calibration, shape (rows,).
        fold: the outer fold in which a row was held out, shape (rows,).
        rounds: the number of trees that each outer fold chose from its own training part.
        models: of each outer fold.
    """

    raw_scores: Doubles
    fold: npt.NDArray[np.intp]
    rounds: tuple[int, ...]
    models: tuple[FoldModel, ...]

    @property
    def median_rounds(self) -> int:
        """The number of trees for a model on all rows."""
        return round(float(np.median(self.rounds)))


def cross_validate(rows: TrainingRows, plan: Plan, step: Step) -> OutOfFold:
    """Score every row by a model that neither saw it nor was tuned by it.

    The features and the number of trees of an outer fold are chosen inside its training part, and
    the fold's model is then fitted to the whole of that part.

    Args:
        rows: all rows.
        plan: folds, seed, parameters.
        step: called after each outer fold.
    """
    raw_scores = np.empty(len(rows.target))
    fold = np.empty(len(rows.target), dtype=np.intp)
    rounds = [0] * plan.folds
    models: dict[int, FoldModel] = {}

    def score(at: int, learned: Rows, held_out: Rows) -> None:
        part = rows.some(learned)
        columns = screen(part, plan)
        part = part.only(columns)
        rounds[at] = best_rounds(part, plan)
        booster = fit(part, boosting(plan), rounds[at])
        unseen = np.ascontiguousarray(rows.matrix[np.ix_(held_out, columns)])
        raw_scores[held_out] = booster.predict(unseen, raw_score=True, num_threads=1)
        fold[held_out] = at
        models[at] = FoldModel(booster, columns)
        step()

    with ThreadPoolExecutor(plan.workers) as pool:
        splits = enumerate(_folds(rows.target, plan.folds, plan.seed))
        for done in [pool.submit(score, at, *split) for at, split in splits]:
            done.result()
    in_order = tuple(models[at] for at in range(plan.folds))
    return OutOfFold(raw_scores, fold, tuple(rounds), in_order)


def screen(rows: TrainingRows, plan: Plan) -> Rows:
    """The places of the features that gain most in a quick model, at most as many as planned."""
    if len(rows.names) <= plan.most_features:
        return np.arange(len(rows.names))
    quick = {**boosting(plan), "learning_rate": _QUICK_RATE}
    gains = fit(rows, quick, _QUICK_ROUNDS).feature_importance("gain")
    strongest = np.argsort(-gains, kind="stable")[: plan.most_features]
    return np.sort(strongest[gains[strongest] > 0])


def best_rounds(rows: TrainingRows, plan: Plan) -> int:
    """The number of trees at which the log loss on inner held-out rows is least."""
    history = lgb.cv(
        {**boosting(plan), "metric": "binary_logloss"},
        _lightgbm_data(rows),
        num_boost_round=plan.max_rounds,
        folds=list(_inner_splits(rows.target, plan)),
        callbacks=[lgb.early_stopping(plan.patience, verbose=False)],
    )
    return len(history["valid binary_logloss-mean"])  # type: ignore[arg-type]


def fit(rows: TrainingRows, parameters: Parameters, rounds: int) -> lgb.Booster:
    """Trees fitted to all these rows."""
    return lgb.train(dict(parameters), _lightgbm_data(rows), num_boost_round=rounds)


def boosting(plan: Plan) -> Parameters:
    """LightGBM's parameters with the plan's seed and threads."""
    return {**plan.boosting, "seed": plan.seed, "num_threads": 1 if plan.workers > 1 else 0}


def _folds(target: Doubles, folds: int, seed: int) -> Iterator[Split]:
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    yield from splitter.split(np.zeros(len(target)), target)


def _inner_splits(target: Doubles, plan: Plan) -> Iterator[Split]:
    seed = plan.seed + _INNER_SEED
    if plan.inner_folds > 1:
        yield from _folds(target, plan.inner_folds, seed)
        return
    yield tuple(
        train_test_split(
            np.arange(len(target)), test_size=_HELD_BACK, random_state=seed, stratify=target
        )
    )


def _lightgbm_data(rows: TrainingRows) -> lgb.Dataset:
    return lgb.Dataset(
        rows.matrix,
        rows.target,
        feature_name=list(rows.names),
        categorical_feature=[name for name in rows.names if name in rows.categorical],
        params={"verbosity": -1},
        free_raw_data=False,
    )
