from pathlib import Path

import msgspec
import pytest

from tests.builders import some_applications
from tests.kaggle_tables import frame_of
from tests.training_options import some_options
from tests.training_rows import a_plan
from training.cross_validation import cross_validate
from training.dataset import build_dataset, choose_features
from training.measuring import measure_costs, measures_asked
from training.model import judge
from training.monotone import DEFAULT_DIRECTIONS
from training.parameters import MANY_ROWS


def test_what_an_option_lays_on_is_measured_with_what_is_asked_for() -> None:
    assert measures_asked(some_options(measure=()), 1_000) == ()
    asked = some_options(measure=("proxies", "monotone"), features=40, monotone=DEFAULT_DIRECTIONS)
    assert measures_asked(asked, 1_000) == ("proxies", "monotone", "selection")


def test_what_protection_costs_is_measured_unasked_where_rows_are_few() -> None:
    assert measures_asked(some_options(), 1_000) == ("protected",)
    assert measures_asked(some_options(), MANY_ROWS) == ()


@pytest.mark.parametrize("trials", [0, 3])
def test_a_restriction_is_compared_on_the_same_folds(trials: int) -> None:
    dataset = build_dataset(frame_of(some_applications(600)), None)
    rows = dataset.model_rows(choose_features(dataset, with_protected=False))
    plan = msgspec.structs.replace(a_plan(most_features=5), folds=3)
    judged = judge(cross_validate(rows, plan, lambda: None), rows.target)
    options = some_options(measure=("selection", "monotone"), trials=trials)

    selection, monotone = measure_costs(options, dataset, rows, plan, judged)

    assert selection.in_force
    assert not monotone.in_force
    assert selection.auc_bound == monotone.auc_free == judged.quality.auc.value
    assert selection.restriction == f"5 of {len(rows.names)} features"
    for cost in (selection, monotone):
        assert cost.cost.low <= cost.auc_free - cost.auc_bound <= cost.cost.high


def test_nothing_is_fitted_where_nothing_is_asked_for() -> None:
    dataset = build_dataset(frame_of(some_applications(60)), None)
    rows = dataset.model_rows(choose_features(dataset, with_protected=False))

    options = some_options(data=Path(), measure=())
    assert measure_costs(options, dataset, rows, a_plan(), None) == ()  # type: ignore[arg-type]
