"""Nested cross-validation: every row scored by a model that it had no part in. Pure."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from training.parameters import Choice, Plan
from training.train import Doubles, Rows, TrainingRows, choose_rounds, fit, screen, stratified_folds

Step = Callable[[], object]
Choose = Callable[[TrainingRows, Plan, str], Choice]
"""How parameters and the number of trees follow from rows; told the plan and the rows' name."""

ALL_ROWS = "all rows"


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
        choices: what each outer fold chose from its own training part.
        models: of each outer fold.
    """

    raw_scores: Doubles
    fold: npt.NDArray[np.intp]
    choices: tuple[Choice, ...]
    models: tuple[FoldModel, ...]

    @property
    def rounds(self) -> tuple[int, ...]:
        """The number of trees that each outer fold chose."""
        return tuple(choice.rounds for choice in self.choices)

    @property
    def median_rounds(self) -> int:
        """The number of trees for a model on all rows."""
        return round(float(np.median(self.rounds)))


def cross_validate(
    rows: TrainingRows, plan: Plan, step: Step, choose: Choose = choose_rounds
) -> OutOfFold:
    """Score every row by a model that neither saw it nor was tuned by it.

    The features, the parameters and the number of trees of an outer fold are chosen inside its
    training part, and the fold's model is then fitted to the whole of that part.

    Args:
        rows: all rows.
        plan: folds, seed, parameters.
        step: called after each outer fold.
        choose: how an outer fold chooses.
    """
    raw_scores = np.empty(len(rows.target))
    fold = np.empty(len(rows.target), dtype=np.intp)
    fitted: dict[int, tuple[Choice, FoldModel]] = {}

    def score(at: int, learned: Rows, held_out: Rows) -> None:
        part = rows.some(learned)
        columns = screen(part, plan)
        part = part.only(columns)
        choice = choose(part, plan, f"fold {at + 1}")
        booster = fit(part, plan, choice)
        unseen = np.ascontiguousarray(rows.matrix[np.ix_(held_out, columns)])
        raw_scores[held_out] = booster.predict(unseen, raw_score=True, num_threads=plan.threads)
        fold[held_out] = at
        fitted[at] = choice, FoldModel(booster, columns)
        step()

    with ThreadPoolExecutor(plan.workers) as pool:
        splits = enumerate(stratified_folds(rows.target, plan.folds, plan.seed))
        for done in [pool.submit(score, at, *split) for at, split in splits]:
            done.result()
    choices, models = zip(*(fitted[at] for at in range(plan.folds)), strict=True)
    return OutOfFold(raw_scores, fold, choices, models)


def final_choice(
    rows: TrainingRows, plan: Plan, out_of_fold: OutOfFold, choose: Choose | None = None
) -> Choice:
    """For the model on all rows: chosen from all of them, or else the median of the folds."""
    if choose is None:
        return Choice(boosting=plan.boosting, rounds=out_of_fold.median_rounds)
    return choose(rows.only(screen(rows, plan)), plan, ALL_ROWS)
