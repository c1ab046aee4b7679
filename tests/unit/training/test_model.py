import datetime as dt

import numpy as np
import pytest

from contracts.bundle import ReasonGroup
from contracts.features import PROTECTED
from tests.builders import some_applications
from tests.kaggle_tables import frame_of
from training.cross_validation import cross_validate, final_choice
from training.dataset import Dataset, build_dataset, choose_features
from training.errors import BadInputError
from training.evaluation_plots import evaluation_figures
from training.model import Rulebook, TrainedModel, build_model, judge
from training.parameters import Plan, Recipe, default_parameters
from training.policy import DEFAULT_POLICY, read_policy
from training.reasons import DEFAULT_CATALOGUE, read_catalogue
from training.shap_plots import in_words

NOON = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
RULEBOOK = Rulebook(read_policy(DEFAULT_POLICY), read_catalogue(DEFAULT_CATALOGUE))
PLAN = Plan(
    folds=3,
    inner_folds=2,
    most_features=8,
    max_rounds=30,
    patience=10,
    seed=7,
    workers=1,
    boosting={**default_parameters(600), "learning_rate": 0.1, "feature_fraction": 1.0},
)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return build_dataset(frame_of(some_applications(600)), None)


@pytest.fixture(scope="module")
def model(dataset: Dataset) -> TrainedModel:
    return train(dataset, RULEBOOK)


def train(dataset: Dataset, rulebook: Rulebook) -> TrainedModel:
    rows = dataset.model_rows(choose_features(dataset, with_protected=False))
    judged = judge(cross_validate(rows, PLAN, lambda: None), rows.target)
    recipe = Recipe(plan=PLAN, choice=final_choice(rows, PLAN, judged.out_of_fold))
    return build_model(dataset, rows, judged, recipe, rulebook, trained_at=NOON)


def test_the_manifest_can_be_served_and_agrees_with_the_trees(model: TrainedModel) -> None:
    model.manifest.check()

    assert tuple(model.booster.feature_name()) == model.manifest.model_features
    assert set(model.manifest.importance) == set(model.manifest.model_features)
    assert model.manifest.trained_at == "2026-01-15T12:00:00+00:00"
    assert model.reference.shape == (600, len(model.manifest.features))


def test_no_more_features_than_planned_and_none_that_is_protected(model: TrainedModel) -> None:
    assert len(model.manifest.model_features) <= 8
    assert not set(model.manifest.model_features) & PROTECTED
    assert "EXT_SOURCE_2" in model.manifest.model_features


def test_the_mean_probability_is_the_default_rate(model: TrainedModel, dataset: Dataset) -> None:
    probability = model.judged.probability

    assert probability.mean() == pytest.approx(dataset.target.mean(), abs=0.01)
    assert model.judged.quality.auc.value > 0.7


def test_a_feature_that_no_reason_takes_stops_the_training(dataset: Dataset) -> None:
    rulebook = Rulebook(
        RULEBOOK.policy, (ReasonGroup(code="ONE", text="One.", features=("AMT_*",)),)
    )

    with pytest.raises(BadInputError, match=r"no reason group takes .*EXT_SOURCE_2"):
        train(dataset, rulebook)


def test_every_picture_of_the_evaluation_can_be_drawn(model: TrainedModel) -> None:
    figures = evaluation_figures(model.evaluation)

    assert {"roc", "reliability", "profit_curve", "gain", "segments", "fairness"} <= set(figures)
    assert all(figure.axes[0].get_xlabel() for figure in figures.values())


def test_pictures_name_levels_and_not_their_codes(model: TrainedModel) -> None:
    found = model.attributions
    levels = {"EXT_SOURCE_2": ("a level",)}
    at = list(found.names).index("EXT_SOURCE_2")
    found.matrix[0, at], found.matrix[1, at] = 0.0, np.nan

    table = in_words(found, levels)

    assert table[0, at] == "a level"
    assert table[1, at] == "missing"
