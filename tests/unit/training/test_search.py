from collections.abc import Callable

import msgspec
import numpy as np
import optuna
import pytest
from optuna.storages import InMemoryStorage

from tests.training_rows import a_plan, some_rows
from training.cross_validation import ALL_ROWS, cross_validate, final_choice
from training.errors import BadInputError
from training.parameters import MANY_ROWS, Plan, default_parameters
from training.search import Search
from training.search_space import search_space
from training.train import TrainingRows
from training.trials import Trial, judge_trial, surely_better

ROWS = some_rows(400)
PLAN = msgspec.structs.replace(
    a_plan(), folds=2, inner_folds=2, max_rounds=15, boosting=default_parameters(400)
)
SPACE = search_space(400, PLAN)


def searched(
    trials: int,
    observe: Callable[[Trial], object] = lambda _: None,
    storage: InMemoryStorage | None = None,
) -> Search:
    return Search(trials, SPACE, storage or InMemoryStorage(), observe)


@pytest.mark.parametrize("rows", [1_000, MANY_ROWS])
def test_every_default_lies_in_the_range_that_is_searched(rows: int) -> None:
    default = default_parameters(rows)
    plan = msgspec.structs.replace(PLAN, boosting=default)

    for name, range_ in search_space(rows, plan).items():
        assert range_.low <= default[name] <= range_.high, name  # type: ignore[operator]


def test_a_parameter_that_was_decided_on_is_not_searched() -> None:
    plan = msgspec.structs.replace(PLAN, boosting={**PLAN.boosting, "learning_rate": 0.1})

    space = search_space(400, plan)

    assert set(SPACE) - set(space) == {"learning_rate"}
    choice = Search(6, space, InMemoryStorage(), lambda _: None)(ROWS, plan, ALL_ROWS)
    assert choice.boosting["learning_rate"] == 0.1


def test_the_first_trial_is_the_default_and_the_best_is_chosen() -> None:
    trials: list[Trial] = []

    choice = searched(7, trials.append)(ROWS, PLAN, ALL_ROWS)

    assert [trial.number for trial in trials] == list(range(7))
    assert all(trials[0].parameters[name] == PLAN.boosting[name] for name in SPACE)
    best = min((one for one in trials if one.rounds is not None), key=lambda one: one.loss)
    assert best.loss < trials[0].loss
    assert choice.rounds == best.rounds
    assert choice.boosting == {**PLAN.boosting, **best.parameters}


def test_a_gain_that_may_be_luck_is_not_taken() -> None:
    assert surely_better([0.1, 0.2, 0.3], [0.2, 0.3, 0.4])
    assert not surely_better([0.1, 0.3, 0.3], [0.2, 0.2, 0.31])
    assert not surely_better([0.2, 0.3], [0.2, 0.3])
    assert surely_better([0.1], [0.2])


def test_trials_that_fall_behind_are_pruned_and_never_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worse = iter(range(20))

    def losing(
        _: object, __: object, ___: object, report: Callable[[float, int], None]
    ) -> tuple[list[float], int]:
        loss = 0.1 + next(worse)
        report(loss, 1)
        return [loss], 3

    monkeypatch.setattr("training.search.judge_trial", losing)
    trials: list[Trial] = []

    choice = searched(8, trials.append)(ROWS, PLAN, ALL_ROWS)

    assert [trial.rounds for trial in trials] == [3] * 5 + [None] * 3
    assert choice.boosting == PLAN.boosting


def test_a_stopped_search_goes_on_to_what_it_would_have_found_in_one_piece() -> None:
    class StoppedError(Exception):
        pass

    def stop(trial: Trial) -> None:
        if trial.number == 3:
            raise StoppedError

    whole, resumed, storage = [], [], InMemoryStorage()  # type: ignore[var-annotated]
    expected = searched(9, whole.append)(ROWS, PLAN, ALL_ROWS)
    with pytest.raises(StoppedError):
        searched(9, stop, storage)(ROWS, PLAN, ALL_ROWS)
    optuna.load_study(study_name=ALL_ROWS, storage=storage).ask()  # a trial that was cut short

    found = searched(9, resumed.append, storage)(ROWS, PLAN, ALL_ROWS)

    assert found == expected
    assert [one.parameters for one in resumed] == [one.parameters for one in whole]
    assert [one.loss for one in resumed] == [one.loss for one in whole]


def test_trials_of_other_rows_or_another_plan_are_refused() -> None:
    storage = InMemoryStorage()
    searched(1, storage=storage)(ROWS, PLAN, ALL_ROWS)
    other = msgspec.structs.replace(PLAN, seed=8)

    with pytest.raises(BadInputError, match=r"all rows: name another file"):
        searched(1, storage=storage)(ROWS, other, ALL_ROWS)
    with pytest.raises(BadInputError, match="other rows"):
        searched(1, storage=storage)(some_rows(500), PLAN, ALL_ROWS)


def test_a_plan_that_differs_by_its_workers_alone_goes_on() -> None:
    storage = InMemoryStorage()
    searched(1, storage=storage)(ROWS, PLAN, ALL_ROWS)

    again = msgspec.structs.replace(PLAN, workers=5)

    assert searched(1, storage=storage)(ROWS, again, ALL_ROWS).rounds > 0


def test_the_outcomes_of_a_fold_have_no_part_in_the_parameters_that_judge_it() -> None:
    found = cross_validate(ROWS, PLAN, lambda: None, searched(4))
    held_out = np.flatnonzero(found.fold == 0)
    zeros, ones = (held_out[ROWS.target[held_out] == value] for value in (0, 1))
    count = min(len(zeros), len(ones))
    swapped = ROWS.target.copy()
    swapped[zeros[:count]], swapped[ones[:count]] = 1.0, 0.0
    lies = TrainingRows(ROWS.matrix, swapped, ROWS.names, ROWS.categorical)
    learned = lies.some(np.flatnonzero(found.fold != 0))

    assert searched(4)(learned, PLAN, "fold 1") == found.choices[0]


def test_the_final_trees_are_searched_on_all_rows() -> None:
    trials: list[Trial] = []
    search = searched(2, trials.append)

    found = cross_validate(ROWS, PLAN, lambda: None, search)
    final = final_choice(ROWS, PLAN, found, search)

    assert {trial.part for trial in trials} == {"fold 1", "fold 2", ALL_ROWS}
    assert len(trials) == 6
    assert set(final.boosting) == set(PLAN.boosting)


def test_the_loss_is_the_mean_over_the_inner_folds() -> None:
    reports: list[tuple[float, int]] = []

    def report(loss: float, folds: int) -> None:
        reports.append((loss, folds))

    plan: Plan = msgspec.structs.replace(PLAN, inner_folds=3)
    losses, rounds = judge_trial(ROWS, plan, plan.boosting, report)

    assert [folds for _, folds in reports] == [1, 2, 3]
    assert reports[-1][0] == pytest.approx(np.mean(losses))
    assert 1 <= rounds <= 15
