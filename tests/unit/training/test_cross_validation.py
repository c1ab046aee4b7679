import numpy as np
import numpy.typing as npt
import pytest

from tests.training_rows import a_plan, some_rows
from training.cross_validation import cross_validate, final_choice
from training.parameters import Choice, Plan
from training.train import TrainingRows, choose_rounds, fit, screen


def no_step() -> None:
    return None


@pytest.fixture(scope="module")
def judged_scores() -> npt.NDArray[np.float64]:
    return cross_validate(some_rows(), a_plan(), no_step).raw_scores


def test_every_row_is_scored_once_in_folds_of_equal_default_rates() -> None:
    rows = some_rows()
    steps: list[None] = []

    found = cross_validate(rows, a_plan(), lambda: steps.append(None))

    assert np.isfinite(found.raw_scores).all()
    assert len(steps) == len(found.rounds) == 4
    rates = [rows.target[found.fold == fold].mean() for fold in range(4)]
    assert max(rates) - min(rates) < 0.01


def test_the_outcomes_of_a_fold_have_no_part_in_its_features_trees_or_scores() -> None:
    rows, plan = some_rows(), a_plan(most_features=2)
    before = cross_validate(rows, plan, no_step)
    one, other = (
        np.flatnonzero((before.fold == 0) & (rows.target == value))[:20] for value in (0, 1)
    )
    swapped = rows.target.copy()
    swapped[one], swapped[other] = 1.0, 0.0

    lies = TrainingRows(rows.matrix, swapped, rows.names, rows.categorical)
    held_out = before.fold == 0
    learned = lies.some(np.flatnonzero(~held_out))
    columns = screen(learned, plan)
    chosen = choose_rounds(learned.only(columns), plan, "fold 1")
    again = fit(learned.only(columns), plan, chosen)

    scores = again.predict(rows.matrix[held_out][:, columns], raw_score=True)
    assert np.array_equal(np.asarray(scores), before.raw_scores[held_out])


def test_equal_seeds_give_equal_scores_however_many_folds_run_side_by_side(
    judged_scores: npt.NDArray[np.float64],
) -> None:
    side_by_side = cross_validate(some_rows(), a_plan(workers=3), no_step)

    assert side_by_side.raw_scores.tobytes() == judged_scores.tobytes()


def test_the_signal_is_found(judged_scores: npt.NDArray[np.float64]) -> None:
    target = some_rows().target

    assert judged_scores[target == 1].mean() > judged_scores[target == 0].mean() + 0.5


def test_each_fold_fits_what_was_chosen_from_its_own_part_and_all_rows_what_they_choose() -> None:
    asked: list[tuple[str, int]] = []

    def choose(part: TrainingRows, plan: Plan, name: str) -> Choice:
        asked.append((name, len(part.target)))
        return Choice(boosting={**plan.boosting, "max_depth": 1}, rounds=len(asked) + 2)

    rows, plan = some_rows(), a_plan()
    found = cross_validate(rows, plan, no_step, choose)
    final = final_choice(rows, plan, found, choose)

    assert asked == [(f"fold {at}", 675) for at in (1, 2, 3, 4)] + [("all rows", 900)]
    assert found.rounds == (3, 4, 5, 6)
    assert [model.booster.num_trees() for model in found.models] == [3, 4, 5, 6]
    assert final.rounds == 7


def test_without_a_search_all_rows_take_the_median_of_the_folds() -> None:
    rows, plan = some_rows(), a_plan()
    found = cross_validate(rows, plan, no_step)

    assert final_choice(rows, plan, found).rounds == found.median_rounds
