import msgspec
from hypothesis import given
from hypothesis import strategies as st

from training.gate_rules import GateRules
from training.promotion_log import Move, version_before, was_promoted


def moved(kind: str, version: str, previous: str | None) -> Move:
    return Move(
        kind="promote" if kind == "promote" else "rollback",
        alias="champion",
        version=version,
        previous=previous,
        by="a lender",
        at="2026-01-15T12:00:00+00:00",
        reason="better",
    )


def promoted(*versions: str) -> list[Move]:
    before = (None, *versions[:-1])
    return [moved("promote", *pair) for pair in zip(versions, before, strict=True)]


def test_nothing_stood_before_the_first_version() -> None:
    assert version_before([], "1") is None
    assert version_before(promoted("1"), "1") is None


def test_the_version_promoted_before_is_found() -> None:
    assert version_before(promoted("1", "2", "3"), "3") == "2"


def test_a_second_rollback_goes_one_further_back() -> None:
    moves = [*promoted("1", "2", "3"), moved("rollback", "2", "3")]

    assert version_before(moves, "2") == "1"
    assert version_before([*moves, moved("rollback", "1", "2")], "1") is None


def test_after_a_rollback_the_version_that_failed_is_not_gone_back_to() -> None:
    moves = [*promoted("1", "2"), moved("rollback", "1", "2"), moved("promote", "3", "1")]

    assert version_before(moves, "3") == "1"


def test_an_alias_moved_by_other_means_goes_back_to_what_the_log_knows() -> None:
    assert version_before(promoted("1", "2"), "7") == "2"


def test_a_move_in_the_log_that_was_never_made_is_not_gone_back_to() -> None:
    moves = [*promoted("1", "2"), moved("promote", "3", "1")]  # 2 was logged, and 1 stayed

    assert version_before(moves, "3") == "1"


def test_a_version_that_the_alias_was_moved_to_by_hand_was_never_promoted() -> None:
    moves = [*promoted("1"), moved("promote", "3", "2")]

    assert version_before(moves, "3") == "2"
    assert not was_promoted(moves, "2")
    assert was_promoted(moves, "1")


def test_a_rollback_is_no_promotion() -> None:
    assert not was_promoted([moved("rollback", "2", "3")], "2")


def test_the_bounds_of_the_gate_stay_in_the_log_and_an_older_log_has_none() -> None:
    move = msgspec.structs.replace(moved("promote", "1", None), rules=GateRules(overlap_rows=7))
    older = msgspec.to_builtins(moved("promote", "1", None))
    del older["rules"]

    assert msgspec.json.decode(msgspec.json.encode(move), type=Move).rules == move.rules
    assert msgspec.convert(older, Move).rules is None


@given(st.lists(st.integers(1, 9).map(str), min_size=1, max_size=12, unique=True))
def test_rolling_back_again_and_again_walks_the_promotions_backwards(versions: list[str]) -> None:
    moves, current, walked = promoted(*versions), versions[-1], [versions[-1]]
    while (before := version_before(moves, current)) is not None:
        moves.append(moved("rollback", before, current))
        current = before
        walked.append(before)

    assert walked == versions[::-1]
