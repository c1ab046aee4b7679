"""Distances are those of scipy and of the textbooks, told for every tested column."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from contracts.features import UNSEEN
from drift_monitor.comparison import Profiled
from drift_monitor.detectors import ScipyDetectors
from drift_monitor.distances import (
    all_distances,
    column_distances,
    drawn_columns,
    measures_of,
    wasserstein,
)
from drift_monitor.evaluation import judge_columns
from drift_monitor.policy import Judged, Policy, by_weight
from drift_monitor.stability import Stability, stability
from tests.drift import NAN, floats, profiled

NUMBERS = [float(at) for at in range(100)]
SAMPLES = st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=60)


@given(SAMPLES, SAMPLES)
def test_wassersteins_distance_is_scipys(reference: list[float], window: list[float]) -> None:
    before, now = np.sort(floats(*reference)), np.sort(floats(*window))
    spread = before.std(dtype=np.float64)
    found = wasserstein(before, now)
    if spread:
        expected = stats.wasserstein_distance(before, now) / spread
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)
    else:
        assert found is None


@pytest.mark.parametrize("window", [[], [1.0, np.inf]])
def test_there_is_no_area_without_values_or_to_infinity(window: list[float]) -> None:
    assert wasserstein(floats(1, 2, 3), floats(*window)) is None


def test_the_largest_numbers_have_a_distance() -> None:
    assert wasserstein(floats(-3e38, 3e38), floats(3e38)) == pytest.approx(1)


def stability_by_name(one: Profiled) -> dict[str, Stability]:
    return {one.column.name: stability(one)}


def judged_of(reference: list[float], window: list[float]) -> tuple[Judged, ...]:
    one = profiled(reference, window)
    return tuple(by_weight(judge_columns([one], ScipyDetectors(), Policy()), {}))


def test_samples_of_many_sizes_are_not_all_remembered() -> None:
    """A pairing of so many values takes 1.4 MB."""
    large = np.arange(60_000, dtype=np.float32)
    tracemalloc.start()
    try:
        for missing in range(12):
            assert wasserstein(large, large[: 1_000 - missing]) is not None
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 8e6


def test_a_number_has_every_distance() -> None:
    one = profiled([*NUMBERS, NAN], [at + 50 for at in NUMBERS])
    (told,) = column_distances(
        judge_columns([one], ScipyDetectors(), Policy()), measures_of([one], stability_by_name(one))
    )
    assert told.ks == pytest.approx(0.5, abs=0.01)
    assert told.wasserstein == pytest.approx(50 / np.std(NUMBERS), rel=1e-3)
    assert told.total_variation == pytest.approx(0.51, abs=0.01)
    assert told.psi > told.psi_critical > 0
    assert told.missing_reference == pytest.approx(1 / 101, rel=1e-3)
    assert told.missing_window == 0
    assert told.distribution is not None
    assert told.distribution.bins[-1] == "missing"
    assert sum(told.distribution.reference) == pytest.approx(1, abs=1e-3)
    assert sum(told.distribution.window) == pytest.approx(1, abs=1e-3)


def test_a_category_has_shares_alone() -> None:
    one = profiled([0, 1] * 50, [0] * 60 + [1] * 30 + [UNSEEN] * 10, ["a", "b"])
    (told,) = all_distances([one], stability_by_name(one), drawn=["COLUMN"])
    assert (told.ks, told.wasserstein) == (None, None)
    assert told.total_variation == pytest.approx(0.2)
    assert told.distribution is not None
    assert told.distribution.bins == ("a", "b", "unseen")
    assert told.distribution.window == (0.6, 0.3, 0.1)


def test_a_distribution_is_told_where_it_is_drawn() -> None:
    one = profiled(NUMBERS, NUMBERS)
    (told,) = all_distances([one], stability_by_name(one), drawn=[])
    assert told.distribution is None


def test_what_moved_is_drawn_first_and_the_number_is_bounded() -> None:
    quiet, moved = judged_of(NUMBERS, NUMBERS), judged_of(NUMBERS, [at + 50 for at in NUMBERS])
    assert moved[0].drifted
    assert not quiet[0].drifted
    assert drawn_columns([*quiet, *moved], least=1) == {"COLUMN"}
    assert drawn_columns(moved, least=0) == frozenset()
