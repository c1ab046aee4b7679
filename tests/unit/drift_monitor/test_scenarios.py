"""A scenario moves what it says, by as much as it says, and nothing else."""

import numpy as np
import pytest

from contracts.application import CATEGORICAL, NUMERIC
from drift_monitor.sample import Sample
from drift_monitor.scenarios import (
    SCENARIOS,
    Scenario,
    clean,
    more_missing,
    more_of_level,
    plus,
    times,
    unseen_level,
)

ROWS, SIZE = 2000, 500


def a_pool() -> Sample:
    draw = np.random.default_rng(1)
    numeric = draw.random((ROWS, len(NUMERIC)))
    numeric[: ROWS // 5] = np.nan
    levels = draw.choice(np.array(["a", "b", None], dtype=object), (ROWS, len(CATEGORICAL)))
    return Sample(numeric, levels)


def shifted(scenario: Scenario) -> Sample:
    window = scenario.shift(a_pool(), SIZE, np.random.default_rng(2))
    assert len(window) == SIZE
    return window


def numbers(window: Sample, column: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    values: np.ndarray[tuple[int], np.dtype[np.float64]] = window.numeric[:, NUMERIC.index(column)]
    return values


UNMOVED = clean(a_pool(), SIZE, np.random.default_rng(2))


def test_more_of_a_level_takes_more_rows_of_it() -> None:
    column = "NAME_CONTRACT_TYPE"
    at = CATEGORICAL.index(column)
    before = (a_pool().levels[:, at] == "a").mean()
    window = shifted(more_of_level(column, "a", 0.1))
    assert (window.levels[:, at] == "a").mean() == pytest.approx(before + 0.1, abs=1 / SIZE)


def test_more_missing_adds_to_what_is_missing() -> None:
    window = shifted(more_missing("EXT_SOURCE_3", 0.1))
    lost = np.isnan(numbers(window, "EXT_SOURCE_3")).sum()
    assert lost == np.isnan(numbers(UNMOVED, "EXT_SOURCE_3")).sum() + SIZE / 10
    np.testing.assert_array_equal(numbers(window, "AMT_CREDIT"), numbers(UNMOVED, "AMT_CREDIT"))


def test_values_are_multiplied_and_moved_within_their_range() -> None:
    before = numbers(UNMOVED, "AMT_CREDIT")
    np.testing.assert_allclose(
        numbers(shifted(times("AMT_CREDIT", 1.2)), "AMT_CREDIT"), before * 1.2
    )
    moved = numbers(shifted(plus("AMT_CREDIT", -0.3, 0, 1)), "AMT_CREDIT")
    np.testing.assert_allclose(moved, np.clip(before - 0.3, 0, 1))


def test_an_unseen_level_is_none_of_the_known_ones() -> None:
    window = shifted(unseen_level("ORGANIZATION_TYPE", 0.02))
    levels = window.levels[:, CATEGORICAL.index("ORGANIZATION_TYPE")]
    assert sum(level not in ("a", "b", None) for level in levels) == SIZE * 0.02


def test_the_pool_is_left_as_it_was() -> None:
    pool = a_pool()
    for scenario in SCENARIOS.values():
        if scenario.column != "NAME_CONTRACT_TYPE":
            scenario.shift(pool, SIZE, np.random.default_rng(3))
    np.testing.assert_array_equal(pool.numeric, a_pool().numeric)
    assert (pool.levels == a_pool().levels).all()
