"""The rules of idempotence: first record wins, late ones are ignored, the last is in force."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from contracts.events import LoanScored, Purpose
from query_api.store.acceptance import Acceptance, Standing, accept, points_bin
from tests.published import a_score

_IDS = st.integers(1, 3)
_OFFSETS = st.integers(0, 6)
_deliveries = st.lists(st.tuples(_IDS, _OFFSETS), max_size=30)


class _Store:
    """What accumulates over batches, as the tables do."""

    def __init__(self) -> None:
        self.known: dict[str, LoanScored] = {}
        self.held: dict[int, Standing] = {}
        self.counts: Counter[object] = Counter()

    def take(self, batch: list[LoanScored]) -> Acceptance:
        result = accept(batch, self.known, self.held)
        self.known |= result.accepted
        self.held |= result.in_force
        for cell, change in result.changes.items():
            self.counts[cell] += change.applications
        return result


def _scores(deliveries: list[tuple[int, int]]) -> list[LoanScored]:
    return [a_score(application, offset, points=500 + offset) for application, offset in deliveries]


def test_the_first_record_of_an_id_wins() -> None:
    first, again = a_score(offset=1, probability=0.1), a_score(offset=1, probability=0.9)
    result = accept([first, again], set(), {})
    assert list(result.accepted.values()) == [first]
    assert result.ignored == 1


def test_an_id_that_the_store_has_is_ignored() -> None:
    score = a_score(offset=1)
    result = accept([score], {score.score_id}, {})
    assert not result.accepted
    assert not result.changes


def test_a_re_score_supersedes_and_both_are_kept() -> None:
    old, new = a_score(offset=1), a_score(offset=2)
    result = accept([new], set(), {old.application_id: Standing.of(old)})
    assert result.is_in_force(new)
    assert result.superseded == {old.score_id}


def test_a_lower_source_offset_is_ignored() -> None:
    held, late = a_score(offset=5), a_score(offset=4)
    result = accept([late], set(), {held.application_id: Standing.of(held)})
    assert result.ignored == 1
    assert not result.accepted


def test_offsets_of_two_partitions_do_not_compare() -> None:
    held, moved = a_score(offset=5), a_score(offset=4, source_partition=1)
    result = accept([moved], set(), {held.application_id: Standing.of(held)})
    assert result.is_in_force(moved)


def test_a_simulation_is_kept_and_never_in_force_or_counted() -> None:
    real = a_score(offset=1)
    what_if = a_score(offset=2, purpose=Purpose.SIMULATION)
    result = accept([real, what_if], set(), {})
    assert result.is_in_force(real)
    assert not result.is_in_force(what_if)
    assert what_if.score_id in result.accepted
    assert sum(change.applications for change in result.changes.values()) == 1


def test_a_re_score_moves_the_application_to_its_new_cell() -> None:
    old, new = a_score(offset=1, points=505), a_score(offset=2, points=615)
    changes = accept([new], set(), {old.application_id: Standing.of(old)}).changes
    told = {cell.points_from: change.applications for cell, change in changes.items()}
    assert told == {500: -1, 610: 1}


@given(_deliveries, st.integers(0, 30))
def test_a_redelivery_changes_nothing(deliveries: list[tuple[int, int]], cut: int) -> None:
    scores = _scores(deliveries)
    once, twice = _Store(), _Store()
    once.take(scores)
    twice.take(scores)
    twice.take(scores[cut:])
    assert (twice.known, twice.held, twice.counts) == (once.known, once.held, once.counts)


@given(_deliveries, st.integers(0, 30))
def test_batches_may_be_cut_anywhere(deliveries: list[tuple[int, int]], cut: int) -> None:
    scores = _scores(deliveries)
    whole, cut_up = _Store(), _Store()
    whole.take(scores)
    cut_up.take(scores[:cut])
    cut_up.take(scores[cut:])
    assert cut_up.known == whole.known
    assert cut_up.held == whole.held
    assert +cut_up.counts == +whole.counts


@given(_deliveries)
def test_the_highest_offset_is_in_force_and_counted_once(deliveries: list[tuple[int, int]]) -> None:
    store = _Store()
    store.take(_scores(deliveries))
    highest: dict[int, int] = {}
    for application, offset in deliveries:
        highest[application] = max(offset, highest.get(application, 0))
    assert {key: one.source_offset for key, one in store.held.items()} == highest
    assert sum(store.counts.values()) == len(highest)


@given(st.floats(-2_000, 2_000))
def test_points_lie_in_their_bin(points: float) -> None:
    assert points_bin(points) <= points < points_bin(points) + 10
