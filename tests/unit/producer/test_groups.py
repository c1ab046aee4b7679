from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.synthesis.groups import (
    id_capacity,
    previous,
    running_total,
    scattered_ids,
    spread,
)
from producer.synthesis.tables import IntArray

counts = st.lists(st.integers(0, 6), max_size=30).map(lambda n: np.array(n, dtype=np.int64))


@given(counts)
def test_spread_gives_each_owner_its_rows_numbered_from_zero(n: IntArray) -> None:
    rows = spread(n)
    expected = [(owner, place) for owner, size in enumerate(n) for place in range(size)]
    assert list(zip(rows.owner.tolist(), rows.place.tolist(), strict=True)) == expected
    assert rows.of.tolist() == [n[owner] for owner, _ in expected]


@given(counts)
def test_running_total_starts_anew_with_each_owner(n: IntArray) -> None:
    rows = spread(n)
    values = np.arange(len(rows)) * 1.0
    expected = [
        total
        for _, group in groupby(zip(rows.owner, values, strict=True), key=lambda pair: pair[0])
        for total in np.cumsum([value for _, value in group])
    ]
    assert running_total(rows, values).tolist() == pytest.approx(expected)


@given(counts)
def test_previous_never_crosses_owners(n: IntArray) -> None:
    rows = spread(n)
    before = previous(rows, rows.owner * 10.0 + rows.place, first=-1.0)
    expected = np.where(rows.place == 0, -1.0, rows.owner * 10.0 + rows.place - 1)
    assert before.tolist() == expected.tolist()


@given(st.integers(1, 400_000))
def test_ids_of_chunks_never_meet(applicants: int) -> None:
    capacity = id_capacity(applicants)
    first = scattered_ids(0, 1_000, 5_000_000, capacity)
    second = scattered_ids(1_000, 1_000, 5_000_000, capacity)
    assert len(set(first) | set(second)) == 2_000
    assert min(first.min(), second.min()) >= 5_000_000
    assert max(first.max(), second.max()) < 5_000_000 + capacity


def test_ids_that_are_used_up_are_an_error() -> None:
    with pytest.raises(ValueError, match="used up"):
        scattered_ids(90, 11, 0, 100)
