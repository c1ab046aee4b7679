import numpy as np
import numpy.typing as npt
import pytest

from training.attribution import attribute
from training.parameters import Parameters, Plan, default_parameters
from training.train import TrainingRows, best_rounds, boosting, cross_validate, fit, screen

NAMES = ("SIGNAL", "LEVEL", "NOISE", "MORE_NOISE")


def some_rows(rows: int = 900, seed: int = 3) -> TrainingRows:
    draw = np.random.default_rng(seed)
    matrix = draw.normal(size=(rows, 4)).astype(np.float32)
    matrix[:, 1] = draw.integers(0, 3, rows)
    log_odds = 1.5 * matrix[:, 0] + (matrix[:, 1] == 2) - 1.5
    target = (draw.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(np.float64)
    return TrainingRows(matrix, target, NAMES, ("LEVEL",))


def a_plan(
    *, workers: int = 1, inner_folds: int = 3, most_features: int = 9, **boosting_changes: float
) -> Plan:
    small: Parameters = {
        **default_parameters(900),
        "feature_fraction": 1.0,
        "learning_rate": 0.1,
        "min_data_in_leaf": 20,
    }
    return Plan(
        folds=4,
        inner_folds=inner_folds,
        most_features=most_features,
        max_rounds=40,
        patience=10,
        seed=7,
        workers=workers,
        boosting={**small, **boosting_changes},
    )


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
    again = fit(learned.only(columns), boosting(plan), best_rounds(learned.only(columns), plan))

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
    booster = fit(rows, boosting(plan), 40)

    found = attribute(booster, rows.matrix[:50], rows.names)

    raw = np.asarray(booster.predict(rows.matrix[:50], raw_score=True))
    assert np.allclose(found.values.sum(axis=1) + found.base, raw, atol=1e-9)
    assert max(found.importance(), key=found.importance().__getitem__) == "SIGNAL"
