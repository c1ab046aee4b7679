import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.lift import lift_table


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200))
def test_the_gain_never_falls_and_ends_at_everything(rows: list[tuple[float, bool]]) -> None:
    probability, target = np.array([*rows, (0.5, True)], dtype=np.float64).T

    found = lift_table(probability, target)

    assert [one.gain for one in found] == sorted(one.gain for one in found)
    assert found[-1].gain == pytest.approx(1)
    assert found[-1].lift == pytest.approx(1)
    assert sum(one.rows for one in found) == len(target)
    assert sum(one.defaults for one in found) == target.sum()


def test_the_riskiest_tenth_comes_first() -> None:
    probability = np.linspace(0, 1, 100)
    target = np.where(probability > 0.945, 1.0, 0.0)  # six defaults, all in the last tenth

    first = lift_table(probability, target)[0]

    assert (first.tenth, first.rows, first.defaults) == (1, 10, 6)
    assert first.default_rate == pytest.approx(0.6)
    assert first.gain == pytest.approx(1)
    assert first.lift == pytest.approx(10)
