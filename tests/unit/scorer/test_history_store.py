import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer.history_store import Change, HistoryStore, HistoryStoreFullError, Outcome
from scorer.scoring import History
from tests.builders import HISTORY_VERSION, NOON

SIZE = 1024 * 1024


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HistoryStore]:
    opened = HistoryStore(tmp_path / "histories", SIZE)
    yield opened
    opened.close()


def history(*values: float, days: int = 0) -> History:
    as_of = NOON + dt.timedelta(days=days)
    return History(as_of, HISTORY_VERSION, np.array(values, dtype=np.float32))


def values(store: HistoryStore, application_id: int) -> list[float] | None:
    held = store.lookup([application_id])[0]
    return None if held is None or held.features is None else held.features.tolist()


def test_what_was_stored_is_found_as_it_was(store: HistoryStore) -> None:
    store.apply([Change(7, history(1.5, np.nan, -np.inf))], {})
    held = store.lookup([7])[0]
    assert held is not None
    assert held.features is not None
    np.testing.assert_array_equal(held.features, np.array([1.5, np.nan, -np.inf], dtype="<f4"))
    assert (held.as_of, held.version) == (NOON, HISTORY_VERSION)


def test_no_history_is_held_apart_from_never_seen(store: HistoryStore) -> None:
    store.apply([Change(7, History(NOON, HISTORY_VERSION, None))], {})
    known, unseen = store.lookup([7, 8])
    assert known == History(NOON, HISTORY_VERSION, None)
    assert unseen is None


def test_a_newer_history_replaces_the_one_held(store: HistoryStore) -> None:
    outcomes = store.apply([Change(7, history(1)), Change(7, history(2, days=1))], {})
    assert outcomes == {Outcome.STORED: 2}
    assert values(store, 7) == [2]


def test_an_older_history_changes_nothing(store: HistoryStore) -> None:
    outcomes = store.apply([Change(7, history(1)), Change(7, history(2, days=-1))], {})
    assert outcomes == {Outcome.STORED: 1, Outcome.OUTDATED: 1}
    assert values(store, 7) == [1]


def test_the_later_record_wins_among_histories_of_one_date(store: HistoryStore) -> None:
    store.apply([Change(7, history(1)), Change(7, history(2))], {})
    assert values(store, 7) == [2]


def test_a_tombstone_deletes(store: HistoryStore) -> None:
    outcomes = store.apply([Change(7, history(1)), Change(7, None), Change(8, None)], {})
    assert outcomes[Outcome.DELETED] == 2
    assert store.lookup([7]) == [None]


def test_offsets_and_histories_outlive_the_process(tmp_path: Path) -> None:
    first = HistoryStore(tmp_path, SIZE)
    first.apply([Change(7, history(1))], {0: 5, 3: 9})
    first.close()
    second = HistoryStore(tmp_path, SIZE)
    assert [second.offset(partition) for partition in (0, 1, 3)] == [5, None, 9]
    assert values(second, 7) == [1]
    second.close()


def test_a_full_store_takes_neither_histories_nor_offsets(store: HistoryStore) -> None:
    store.apply([Change(1, history(1))], {0: 1})
    flood = [Change(at, history(*range(200))) for at in range(2_000)]
    with pytest.raises(HistoryStoreFullError, match="raise SCORER_HISTORY_STORE_BYTES"):
        store.apply(flood, {0: 2_001})
    assert store.offset(0) == 1
    assert len(store) == 1


def test_a_topic_created_anew_empties_the_store(store: HistoryStore) -> None:
    assert not store.belong_to("topic-1")
    store.apply([Change(7, history(1))], {0: 5})
    assert not store.belong_to("topic-1")
    assert values(store, 7) == [1]
    assert store.belong_to("topic-2")
    assert store.lookup([7]) == [None]
    assert store.offset(0) is None
    assert not store.belong_to("topic-2")


@given(
    st.lists(st.tuples(st.integers(1, 3), st.none() | st.integers(0, 5)), max_size=20),
    st.integers(0, 20),
)
def test_the_newest_date_is_held_however_the_records_are_batched(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[tuple[int, int | None]],
    split: int,
) -> None:
    store = HistoryStore(tmp_path_factory.mktemp("store"), SIZE)
    changes = [
        Change(applicant, None if day is None else history(at, days=day))
        for at, (applicant, day) in enumerate(records)
    ]
    store.apply(changes[:split], {})
    store.apply(changes[split:], {})
    held = store.lookup([1, 2, 3])
    store.close()
    for applicant, found in zip((1, 2, 3), held, strict=True):
        days = [day for who, day in records if who == applicant]
        since_deleted = days[len(days) - days[::-1].index(None) :] if None in days else days
        expected = max((day for day in since_deleted if day is not None), default=None)
        assert (None if found is None else (found.as_of - NOON).days) == expected
