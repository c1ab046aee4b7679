import numpy as np
import pytest

from tests.training_rows import a_plan, some_rows
from training.attribution import attribute
from training.calibrate import WorthlessScoresError
from training.parameters import Choice, default_parameters
from training.train import TrainingRows, best_rounds, check_room_for_splits, fit, screen


def test_fewer_trees_are_chosen_where_there_is_nothing_to_learn() -> None:
    rows = some_rows()
    noise = TrainingRows(
        rows.matrix, np.random.default_rng(1).permutation(rows.target), rows.names, ()
    )

    assert best_rounds(noise, a_plan()) < best_rounds(rows, a_plan())


def test_no_more_features_are_taken_than_planned_and_the_strongest_stay() -> None:
    rows, plan = some_rows(), a_plan(most_features=2)

    assert [rows.names[at] for at in screen(rows, plan)] == ["SIGNAL", "LEVEL"]
    assert screen(rows, a_plan()).tolist() == [0, 1, 2, 3]


def test_one_inner_fold_is_a_single_split() -> None:
    assert 1 <= best_rounds(some_rows(), a_plan(inner_folds=1)) <= 40


def test_many_rows_get_deeper_trees_than_few() -> None:
    few, many = default_parameters(10_000), default_parameters(300_000)

    assert few["num_leaves"] < many["num_leaves"]  # type: ignore[operator]


def test_attributions_and_their_base_add_up_to_the_raw_score() -> None:
    rows, plan = some_rows(), a_plan()
    booster = fit(rows, plan, Choice(boosting=plan.boosting, rounds=40))

    found = attribute(booster, rows.matrix[:50], rows.names)

    raw = np.asarray(booster.predict(rows.matrix[:50], raw_score=True))
    assert np.allclose(found.values.sum(axis=1) + found.base, raw, atol=1e-9)
    assert max(found.importance(), key=found.importance().__getitem__) == "SIGNAL"


def test_rows_that_allow_no_split_are_refused() -> None:
    plan = a_plan(inner_folds=2, min_data_in_leaf=60)  # of four folds

    check_room_for_splits(320, plan)
    with pytest.raises(WorthlessScoresError, match="trees would grow on 119 of them"):
        check_room_for_splits(319, plan)
