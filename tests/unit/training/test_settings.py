import msgspec
import pytest

from tests.training_options import some_options
from tests.training_rows import a_plan, some_rows
from training.cross_validation import cross_validate, final_choice
from training.parameters import Choice, Recipe
from training.settings import Settings, decode_settings, encode_settings
from training.train import fit

OPTIONS = some_options(measure=("protected",))


def test_the_recorded_recipe_grows_the_very_same_trees() -> None:
    rows, plan = some_rows(), a_plan(bags=2, monotone={"SIGNAL": 1})
    choice = final_choice(rows, plan, cross_validate(rows, plan, lambda: None))
    settings = Settings(options=OPTIONS, recipe=Recipe(plan=plan, choice=choice))

    recipe = decode_settings(encode_settings(settings)).recipe

    grown = fit(rows, plan, choice).model_to_string()
    assert fit(rows, recipe.plan, recipe.choice).model_to_string() == grown


def test_settings_survive_their_file() -> None:
    plan = a_plan()
    choice = Choice(boosting=plan.boosting, rounds=3)
    settings = Settings(options=OPTIONS, recipe=Recipe(plan=plan, choice=choice))

    assert decode_settings(encode_settings(settings)) == settings
    with pytest.raises(msgspec.DecodeError):
        decode_settings(b'{"options": {}}')
