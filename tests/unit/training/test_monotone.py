from pathlib import Path

import numpy as np
import pytest

from contracts.application import CATEGORICAL
from contracts.features import feature_names
from tests.training_rows import a_plan, some_rows
from training.errors import BadInputError
from training.histories.aggregation import HISTORY_FEATURES
from training.monotone import DEFAULT_DIRECTIONS, Directions, read_directions
from training.parameters import Choice
from training.train import fit

ROWS = some_rows()
FEATURES = feature_names(HISTORY_FEATURES)


def most_against(sign: int) -> float:
    """The largest step against a direction of NOISE, all else equal, by a model told so."""
    plan = a_plan(monotone={"NOISE": sign} if sign else {}, min_data_in_leaf=5, lambda_l2=0.1)
    booster = fit(ROWS, plan, Choice(boosting=plan.boosting, rounds=60))
    grid = np.linspace(-3, 3, 50)
    rows = np.repeat(ROWS.matrix[:40], len(grid), axis=0)
    rows[:, list(ROWS.names).index("NOISE")] = np.tile(grid, 40)
    curves = np.asarray(booster.predict(rows, raw_score=True)).reshape(40, len(grid))
    return float((-(sign or 1) * np.diff(curves, axis=1)).max())


@pytest.mark.parametrize("sign", [1, -1])
def test_a_feature_with_a_direction_never_moves_the_risk_against_it(sign: int) -> None:
    assert most_against(0) > 0.01
    assert most_against(sign) <= 0


def test_directions_are_taken_by_name_and_glob() -> None:
    directions = Directions(rising=("NOI*",), falling=("SIGNAL",))

    assert directions.of(ROWS.names) == {"SIGNAL": -1, "NOISE": 1}


def test_a_feature_cannot_go_both_ways() -> None:
    with pytest.raises(BadInputError, match="both ways: NOISE"):
        Directions(rising=("NOISE",), falling=("NO*",)).of(ROWS.names)


def test_every_direction_of_the_default_names_a_feature_and_none_a_category() -> None:
    directions = read_directions(DEFAULT_DIRECTIONS)

    for pattern in directions.rising + directions.falling:
        assert Directions(rising=(pattern,)).of(FEATURES), pattern
    found = directions.of(FEATURES)
    assert not set(found) & set(CATEGORICAL)
    assert found["EXT_SOURCE_2"] == -1
    assert found["POS_DPD_MAX"] == 1
    assert "BUREAU_OVERDUE_TO_DEBT" in found


@pytest.mark.parametrize("content", ["rising = 3", "sideways = []", "rising = ["])
def test_a_file_that_says_no_directions_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "directions.toml"
    path.write_text(content)

    with pytest.raises(BadInputError, match=r"directions\.toml: "):
        read_directions(path)
