"""A sample of a day is the same rows however they come, and never more than it may be."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from drift_monitor.row_sample import RowSample, hash_of
from tests.drift import floats


def offered(limit: int, ids: list[int]) -> RowSample:
    sample = RowSample(limit)
    for one in ids:
        sample.offer(f"score-{one}", floats(one))
    return sample


@given(st.lists(st.integers(0, 50), min_size=1), st.integers(1, 20), st.randoms())
def test_which_rows_are_kept_does_not_depend_on_their_order(
    ids: list[int], limit: int, chance: random.Random
) -> None:
    shuffled = sorted(ids, key=lambda _: chance.random())
    kept = offered(limit, ids).matrix()
    assert len(kept) == min(limit, len(set(ids)))
    assert np.array_equal(kept, offered(limit, shuffled).matrix())


def test_every_row_has_the_same_chance() -> None:
    kept = offered(2_000, list(range(20_000))).matrix()[:, 0]
    assert abs(float((kept < 10_000).mean()) - 0.5) < 0.05


@given(st.lists(st.integers(0, 80), unique=True), st.integers(0, 20), st.integers(0, 80))
def test_what_came_and_went_adds_up_to_what_is_held(ids: list[int], limit: int, at: int) -> None:
    sample = offered(limit, ids[:at])
    saved = set(sample.rows)
    sample.settle()
    for one in ids[at:]:
        sample.offer(f"score-{one}", floats(one))
    assert (saved | sample.added) - sample.dropped == sample.rows.keys()
    assert sample.dropped <= saved


def test_a_smaller_limit_shrinks_what_a_restart_brings() -> None:
    rows = offered(10, list(range(30))).rows
    smaller = RowSample(4, dict(rows))
    assert sorted(smaller.rows) == sorted(rows)[:4]
    assert smaller.dropped == rows.keys() - smaller.rows.keys()


def test_hashes_fit_a_database() -> None:
    assert all(0 <= hash_of(f"score-{at}") < 2**63 for at in range(1_000))
