"""A score counts once, however often and in whatever company it comes again."""

from hypothesis import given
from hypothesis import strategies as st

from drift_monitor.seen import SeenScores, Source

_LIMIT = 5


def admitted(seen: SeenScores, offsets: list[int], partition: int = 0) -> list[int]:
    return [at for at in offsets if seen.admit(f"{partition}/{at}", Source(partition, 0, at))]


def test_a_redelivery_is_not_new() -> None:
    assert admitted(SeenScores(_LIMIT), [0, 1, 0, 1, 2]) == [0, 1, 2]


def test_an_application_event_that_was_published_twice_counts_once() -> None:
    seen = SeenScores(_LIMIT)
    assert seen.admit("same", Source(0, 0, 7))
    assert not seen.admit("same", Source(0, 0, 8))


def test_a_whole_topic_that_comes_again_is_not_new() -> None:
    seen = SeenScores(_LIMIT)
    offsets = list(range(100))
    assert admitted(seen, offsets) == offsets
    assert admitted(seen, offsets) == []
    assert len(seen.ids) == _LIMIT


def test_a_score_that_was_overtaken_by_a_few_is_new() -> None:
    assert admitted(SeenScores(_LIMIT), [0, 1, 3, 4, 2]) == [0, 1, 3, 4, 2]


def test_a_partition_that_lags_behind_is_not_taken_for_seen() -> None:
    seen = SeenScores(_LIMIT)
    admitted(seen, list(range(1000, 1100)), partition=0)
    assert admitted(seen, [1, 2, 3], partition=1) == [1, 2, 3]


def test_ids_that_came_and_went_between_two_saves_are_not_saved() -> None:
    seen = SeenScores(_LIMIT)
    admitted(seen, list(range(8)))
    assert [score_id for score_id, _ in seen.new_ids()] == ["0/3", "0/4", "0/5", "0/6", "0/7"]
    assert seen.dropped == ["0/0", "0/1", "0/2"]
    seen.settle()
    assert (list(seen.new_ids()), seen.dropped) == ([], [])


@given(st.lists(st.integers(0, 30), max_size=60), st.integers(1, 40))
def test_no_score_is_ever_admitted_twice(offsets: list[int], limit: int) -> None:
    found = admitted(SeenScores(limit), offsets)
    assert len(found) == len(set(found))


@given(st.lists(st.integers(0, 30), max_size=60))
def test_within_the_limit_every_score_is_admitted(offsets: list[int]) -> None:
    assert set(admitted(SeenScores(31), offsets)) == set(offsets)
