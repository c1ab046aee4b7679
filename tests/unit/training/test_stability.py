import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.stability import stability

PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=100).map(np.array)


@given(PROBABILITIES)
def test_scores_are_stable_against_themselves(
    probability: "np.ndarray[tuple[int], np.dtype[np.float64]]",
) -> None:
    assert stability(probability, probability).psi == 0


@given(PROBABILITIES, PROBABILITIES)
def test_the_index_is_finite_and_never_negative(
    one: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    other: "np.ndarray[tuple[int], np.dtype[np.float64]]",
) -> None:
    found = stability(one, other)

    assert 0 <= found.psi < np.inf
    assert sum(part.expected for part in found.bins) == pytest.approx(1)
    assert sum(part.actual for part in found.bins) == pytest.approx(1)


def test_the_critical_value_is_exceeded_by_chance_in_one_of_twenty() -> None:
    draw = np.random.default_rng(7)
    found = [stability(draw.beta(2, 10, 1000), draw.beta(2, 10, 500)) for _ in range(600)]

    assert 0.03 < np.mean([one.psi > one.critical for one in found]) < 0.08


def test_a_shift_is_found() -> None:
    draw = np.random.default_rng(7)

    found = stability(draw.beta(2, 10, 5000), draw.beta(3, 10, 2000))

    assert found.psi > 10 * found.critical
