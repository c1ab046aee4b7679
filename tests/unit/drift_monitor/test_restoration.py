"""A restored column is distributed as the reference's, and no row changes that need not."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from contracts.packing import FloatVector
from drift_monitor.restoration import restored
from tests.drift import NAN, floats

SEEDS = st.integers(0, 2**32 - 1)
COLUMNS = st.lists(st.sampled_from([NAN, -1.0, 0.0, 1.0, 2.5]), min_size=1, max_size=40)


def a_draw(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def counted(values: FloatVector) -> dict[str, int]:
    found, counts = np.unique(values, return_counts=True)
    return dict(zip(map(str, found.tolist()), counts.tolist(), strict=True))


@given(values=COLUMNS, seed=SEEDS, levels=st.booleans())
def test_a_reference_of_the_same_size_is_met_exactly(
    values: list[float], seed: int, *, levels: bool
) -> None:
    window, draw = floats(*values), a_draw(seed)
    reference = floats(*draw.choice([NAN, 0.0, 1.0, 7.0], len(values)))
    assert counted(restored(window, reference, draw, levels=levels)) == counted(reference)


@given(values=COLUMNS, seed=SEEDS, levels=st.booleans())
def test_a_column_that_has_not_moved_stays_as_it_is(
    values: list[float], seed: int, *, levels: bool
) -> None:
    window, draw = floats(*values), a_draw(seed)
    kept = restored(window, draw.permutation(window), draw, levels=levels)
    assert np.array_equal(kept, window, equal_nan=True)


def test_numbers_keep_their_order() -> None:
    draw = a_draw()
    window = draw.normal(size=500).astype(np.float32)
    reference = (3 * draw.normal(size=2_000) + 10).astype(np.float32)
    changed = restored(window, reference, draw, levels=False)
    assert np.array_equal(np.argsort(window), np.argsort(changed))
    assert abs(float(changed.mean()) - float(reference.mean())) < 0.05


def test_only_the_surplus_goes_missing_and_the_present_rows_stay() -> None:
    window = floats(*[NAN] * 40, *[1.0] * 60)
    reference = floats(*[NAN] * 10, *[1.0] * 90)
    changed = restored(window, reference, a_draw(), levels=True)
    assert np.isnan(changed).sum() == 10
    assert (changed[40:] == 1.0).all()


def test_a_column_that_is_missing_on_one_side_altogether() -> None:
    missing, present = floats(*[NAN] * 5), floats(1, 2, 3, 4, 5)
    for levels in (True, False):
        assert np.isnan(restored(present, missing, a_draw(), levels=levels)).all()
        assert sorted(restored(missing, present, a_draw(), levels=levels)) == present.tolist()


def test_infinite_values_are_numbers_like_others() -> None:
    changed = restored(floats(np.inf, 1, -np.inf), floats(3, 4, 5), a_draw(), levels=False)
    assert changed.tolist() == [5, 4, 3]
