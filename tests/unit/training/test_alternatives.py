from collections.abc import Mapping

import pytest

from contracts.features import PROTECTED, PROTECTED_GROUPS
from tests.builders import some_applications
from tests.kaggle_tables import frame_of
from tests.training_rows import a_plan
from training.alternatives import PROXIES, Alternative, Measure, alternatives
from training.dataset import Dataset, build_dataset, choose_features
from training.monotone import Directions

DIRECTIONS = Directions(falling=("EXT_SOURCE_*",))


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return build_dataset(frame_of(some_applications(200)), None)


def asked(
    dataset: Dataset,
    measure: Measure,
    *,
    with_protected: bool = False,
    monotone: Mapping[str, int] | None = None,
    most_features: int = 9,
) -> list[Alternative]:
    rows = dataset.model_rows(choose_features(dataset, with_protected=with_protected))
    plan = a_plan(monotone=monotone, most_features=most_features)
    return list(alternatives(measure, dataset, rows, plan, DIRECTIONS))


def test_each_protected_attribute_is_let_in_alone_and_all_together(dataset: Dataset) -> None:
    found = asked(dataset, "protected")

    offered = set(choose_features(dataset, with_protected=False))
    assert [one.restriction for one in found] == [
        "without gender",
        "without age",
        "without all that is protected",
    ]  # the family status is constant here
    for one in found:
        assert one.in_force
        assert set(one.rows.names) - offered == set(one.features)
        assert set(one.rows.names) >= offered
    assert set(found[1].features) <= set(PROTECTED_GROUPS["age"])
    assert set(found[2].features) <= PROTECTED


def test_of_a_model_that_has_them_each_is_left_out(dataset: Dataset) -> None:
    gender, *_ = asked(dataset, "protected", with_protected=True)

    assert not gender.in_force
    assert gender.features == ("CODE_GENDER",)
    assert "CODE_GENDER" not in gender.rows.names
    assert "DAYS_BIRTH" in gender.rows.names


def test_proxies_are_left_out(dataset: Dataset) -> None:
    found = asked(dataset, "proxies")

    assert 2 <= len(found) <= len(PROXIES) + 1
    for one in found:
        assert not one.in_force
        assert not set(one.rows.names) & set(one.features)


def test_features_keep_the_order_of_the_dataset(dataset: Dataset) -> None:
    for one in asked(dataset, "protected"):
        places = [dataset.features.index(name) for name in one.rows.names]
        assert places == sorted(places)
        assert one.rows.matrix.shape == (200, len(one.rows.names))


def test_a_selection_is_lifted_where_there_is_one(dataset: Dataset) -> None:
    (one,) = asked(dataset, "selection")

    assert one.in_force
    assert one.plan.most_features == len(one.rows.names)
    assert not asked(dataset, "selection", most_features=500)


@pytest.mark.parametrize("in_force", [False, True])
def test_directions_are_lifted_or_laid_on(dataset: Dataset, *, in_force: bool) -> None:
    (one,) = asked(dataset, "monotone", monotone={"EXT_SOURCE_2": -1} if in_force else {})

    assert one.in_force is in_force
    assert bool(one.plan.monotone) is not in_force
    assert "EXT_SOURCE_2" in one.features
