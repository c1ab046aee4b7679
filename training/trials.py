"""One set of parameters judged on inner held-out rows. Pure."""

from collections.abc import Callable, Mapping, Sequence

import lightgbm as lgb
import msgspec
import numpy as np

from training.parameters import Parameters, Plan
from training.train import Split, TrainingRows, inner_splits, lightgbm_data, lightgbm_parameters

Report = Callable[[float, int], None]
"""Told the mean loss so far and the inner folds behind it; raises to end the trial."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one set of parameters.

    Attributes:
        part: the rows that chose by it: an outer fold's training part, or all.
        number: from 0 on, within the part.
        parameters: that were drawn.
        loss: the mean log loss over the inner folds, of those that were tried if it was pruned.
        rounds: the number of trees; None where it was pruned.
        seconds: that it took.
    """

    part: str
    number: int
    parameters: Mapping[str, float]
    loss: float
    rounds: int | None
    seconds: float


def judge_trial(
    rows: TrainingRows, plan: Plan, boosting: Parameters, report: Report
) -> tuple[list[float], int]:
    """The log loss of every inner fold, and the number of trees that gives it."""
    losses: list[float] = []
    rounds: list[int] = []
    for split in inner_splits(rows.target, plan):
        loss, trees = _held_out_loss(rows, plan, boosting, split)
        losses.append(loss)
        rounds.append(trees)
        report(float(np.mean(losses)), len(losses))
    return losses, round(float(np.mean(rounds)))


def surely_better(losses: Sequence[float], default: Sequence[float]) -> bool:
    """Whether losses are below those of the default by more than the standard error of that.

    The best of many trials is the best by luck too; what is not surely better is not taken. One
    split alone gives no error to go by: then any gain counts.

    Source: L. Breiman et al., Classification and regression trees, 1984, on the rule of one
    standard error.
    """
    gains = np.subtract(default, losses)
    error = gains.std(ddof=1) / np.sqrt(len(gains)) if len(gains) > 1 else 0.0
    return bool(gains.mean() > error)


def _held_out_loss(
    rows: TrainingRows, plan: Plan, boosting: Parameters, split: Split
) -> tuple[float, int]:
    learned, held_out = (rows.some(part) for part in split)
    data = lightgbm_data(learned)
    booster = lgb.train(
        {**lightgbm_parameters(rows, plan, boosting, plan.seed), "metric": "binary_logloss"},
        data,
        num_boost_round=plan.max_rounds,
        valid_sets=[lightgbm_data(held_out).set_reference(data)],
        callbacks=[lgb.early_stopping(plan.patience, verbose=False)],
    )
    return booster.best_score["valid_0"]["binary_logloss"], booster.best_iteration
