import lightgbm as lgb
import msgspec
import numpy as np
import numpy.typing as npt
import pytest

from runtime.forest import forest
from runtime.treeshap import attributions
from tests.training_rows import a_plan, some_rows
from training.bagging import average
from training.parameters import Choice
from training.train import fit

ROWS = some_rows()


def grown(seed: int = 7, rounds: int = 20, bags: int = 1) -> lgb.Booster:
    plan = a_plan(bags=bags, bagging_fraction=0.6, feature_fraction=0.5)
    plan = msgspec.structs.replace(plan, seed=seed)
    return fit(ROWS, plan, Choice(boosting=plan.boosting, rounds=rounds))


def raw_scores(booster: lgb.Booster) -> npt.NDArray[np.float64]:
    return np.asarray(booster.predict(ROWS.matrix, raw_score=True))


@pytest.fixture(scope="module")
def several() -> list[lgb.Booster]:
    return [grown(seed, rounds) for seed, rounds in ((1, 5), (2, 20), (3, 12))]


def test_the_raw_score_is_the_mean_of_theirs(several: list[lgb.Booster]) -> None:
    mean = np.mean([raw_scores(one) for one in several], axis=0)

    merged = average(several)

    assert merged.num_trees() == 37
    assert np.abs(raw_scores(merged) - mean).max() < 1e-12
    assert np.ptp(mean) > 0.5


def test_the_attributions_add_up_to_the_mean_and_the_compiled_ones_agree(
    several: list[lgb.Booster],
) -> None:
    merged = average(several)

    told = np.asarray(merged.predict(ROWS.matrix[:50], pred_contrib=True))

    assert np.abs(told.sum(axis=1) - raw_scores(merged)[:50]).max() < 1e-12
    compiled = attributions(forest(merged), ROWS.matrix[:50])
    assert np.abs(compiled - told[:, :-1]).max() < 1e-12


def test_the_text_is_as_lightgbm_writes_it(several: list[lgb.Booster]) -> None:
    text = average(several).model_to_string()

    assert lgb.Booster(model_str=text).model_to_string() == text
    assert lgb.Booster(model_str=text).feature_name() == list(ROWS.names)


def test_the_gains_of_all_are_kept(several: list[lgb.Booster]) -> None:
    gains = np.sum([one.feature_importance("gain") for one in several], axis=0)

    assert np.allclose(average(several).feature_importance("gain"), gains)


def test_one_booster_stays_as_it_is(several: list[lgb.Booster]) -> None:
    assert average(several[:1]) is several[0]


def test_bags_differ_by_their_seed_and_are_the_same_every_time() -> None:
    one, three = grown(bags=1), grown(bags=3)

    assert three.num_trees() == 3 * one.num_trees()
    assert np.abs(raw_scores(three) - raw_scores(one)).max() > 0.01
    assert grown(bags=3).model_to_string() == three.model_to_string()
