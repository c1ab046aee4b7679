"""The honest figures of a run and the choice of its final trees, with progress bars."""

from dataclasses import dataclass
from pathlib import Path

from training.calibrate import Method
from training.cross_validation import cross_validate, final_choice
from training.model import Judged, judge
from training.parameters import Plan, Recipe
from training.progress import progress_bar
from training.search import Search, open_storage
from training.search_space import search_space
from training.train import TrainingRows
from training.trials import Trial


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is known of a model before its final trees are grown.

    Attributes:
        judged: the figures, out of fold.
        recipe: of the final trees.
        trials: of the search, part by part; none where there was none.
    """

    judged: Judged
    recipe: Recipe
    trials: tuple[Trial, ...] = ()


def estimate(rows: TrainingRows, plan: Plan, method: Method) -> Estimate:
    """By the plan's parameters; the outer folds tell the final number of trees."""
    with progress_bar("folds", plan.folds) as step:
        out_of_fold = cross_validate(rows, plan, step)
    choice = final_choice(rows, plan, out_of_fold)
    judged = judge(out_of_fold, rows.target, method)
    return Estimate(judged, Recipe(plan=plan, choice=choice))


def search_and_estimate(
    rows: TrainingRows, plan: Plan, trials: int, study: Path | None, method: Method
) -> Estimate:
    """By parameters that every outer fold searches in its own part, and the final trees in all.

    Raises:
        BadInputError: the study's file cannot be used, or holds trials of something else.
    """
    found: list[Trial] = []
    with progress_bar("trials", (plan.folds + 1) * trials) as step:

        def observe(trial: Trial) -> None:
            found.append(trial)
            step(trial.part)

        space = search_space(len(rows.target), plan)
        search = Search(trials, space, open_storage(study), observe)
        out_of_fold = cross_validate(rows, plan, lambda: None, search)
        choice = final_choice(rows, plan, out_of_fold, search)
    in_order = tuple(sorted(found, key=lambda trial: (trial.part, trial.number)))
    judged = judge(out_of_fold, rows.target, method)
    return Estimate(judged, Recipe(plan=plan, choice=choice), in_order)
