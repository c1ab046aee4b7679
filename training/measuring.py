"""The cost in AUC of what restricts a model, measured by fitting what it would be otherwise."""

from training.alternatives import Alternative, Measure, alternatives
from training.costs import Cost, cost_of
from training.cross_validation import cross_validate
from training.dataset import Dataset
from training.model import Judged, judge
from training.monotone import DEFAULT_DIRECTIONS, read_directions
from training.options import TrainingOptions
from training.parameters import MANY_ROWS, Plan
from training.progress import progress_bar
from training.train import Doubles, TrainingRows


def measures_asked(options: TrainingOptions, rows: int) -> tuple[Measure, ...]:
    """What is measured: the restrictions that the options name, and those that they lay on.

    Where they name none, what it costs to leave the protected attributes out is measured as far as
    the rows are few: each attribute takes a cross-validation of its own.
    """
    unasked: tuple[Measure, ...] = ("protected",) if rows < MANY_ROWS else ()
    named = unasked if options.measure is None else options.measure
    laid_on: list[Measure] = []
    if options.features is not None:
        laid_on.append("selection")
    if options.monotone is not None:
        laid_on.append("monotone")
    return tuple(dict.fromkeys([*named, *laid_on]))


def measure_costs(
    options: TrainingOptions, dataset: Dataset, rows: TrainingRows, plan: Plan, judged: Judged
) -> tuple[Cost, ...]:
    """The cost of every restriction that is asked for, with a progress bar.

    Both sides of a comparison take the plan's parameters: where the reported model searched for its
    own, it is fitted once more without the search, so that the restriction alone is compared.

    Raises:
        BadInputError: the file of directions cannot be used.
    """
    found = _asked(options, dataset, rows, plan)
    if not found:
        return ()
    with progress_bar("costs", plan.folds * (len(found) + bool(options.trials))) as step:

        def probability(rows: TrainingRows, plan: Plan) -> Doubles:
            return judge(cross_validate(rows, plan, step), rows.target).probability

        reported = probability(rows, plan) if options.trials else judged.probability
        return tuple(
            cost_of(one, reported, probability(one.rows, one.plan), rows.target) for one in found
        )


def _asked(
    options: TrainingOptions, dataset: Dataset, rows: TrainingRows, plan: Plan
) -> list[Alternative]:
    directions = read_directions(options.monotone or DEFAULT_DIRECTIONS)
    return [
        alternative
        for measure in measures_asked(options, len(rows.target))
        for alternative in alternatives(measure, dataset, rows, plan, directions)
    ]
