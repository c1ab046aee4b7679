from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.records import RawRecord
from runtime.crash_guard import CrashGuard


class ProcessEndedError(Exception):
    pass


def _records(*offsets: int, partition: int = 0) -> list[RawRecord]:
    return [RawRecord("loan.applications", partition, o, None, b"{}") for o in offsets]


def _life(
    path: Path, records: Sequence[RawRecord], poison: Callable[[RawRecord], bool]
) -> list[RawRecord]:
    """One life of a process: what it dead-letters; a poisonous record ends it."""
    guard = CrashGuard(path)
    condemned: list[RawRecord] = []
    for attempt in guard.attempts(records):
        with guard.guarded(attempt):
            if attempt.condemned:
                condemned.extend(attempt.records)
            elif any(poison(record) for record in attempt.records):
                raise ProcessEndedError
    return condemned


def _lives_until_done(
    path: Path, records: Sequence[RawRecord], poison: Callable[[RawRecord], bool]
) -> tuple[int, list[RawRecord]]:
    """How often the process ended, and what it dead-lettered in the end; nothing is committed."""
    for ended in range(100):
        try:
            return ended, _life(path, records, poison)
        except ProcessEndedError:
            continue
    pytest.fail("the poisonous record was never found")


def test_a_healthy_batch_stays_whole(tmp_path: Path) -> None:
    guard = CrashGuard(tmp_path / "notes.json")
    records = _records(1, 2, 3)
    assert [attempt.records for attempt in guard.attempts(records)] == [records]


def test_a_record_that_ends_the_process_is_found_after_three_batches_and_three_times_alone(
    tmp_path: Path,
) -> None:
    records = _records(*range(10))
    ended, condemned = _lives_until_done(tmp_path / "n", records, lambda r: r.offset == 4)
    assert (ended, condemned) == (6, _records(4))


def test_a_process_killed_by_chance_condemns_nothing(tmp_path: Path) -> None:
    path, records = tmp_path / "n", _records(*range(10))
    for _ in range(5):  # killed five times in the same batch, whatever was in it
        with pytest.raises(ProcessEndedError):
            _life(path, records, lambda _: True)
    assert _life(path, records, lambda _: False) == []
    guard = CrashGuard(path)
    assert [len(a.records) for a in guard.attempts(_records(10, 11))] == [2]


def test_a_batch_of_another_cut_is_counted_by_its_overlap(tmp_path: Path) -> None:
    path = tmp_path / "n"
    for offsets in (range(10), range(2, 20), range(4, 12)):
        with pytest.raises(ProcessEndedError):
            _life(path, _records(*offsets), lambda r: r.offset == 5)
    attempts = list(CrashGuard(path).attempts(_records(4, 5, 6)))
    assert [attempt.alone for attempt in attempts] == [True, True, True]


def test_after_the_suspects_batches_are_whole_again(tmp_path: Path) -> None:
    path = tmp_path / "n"
    _lives_until_done(path, _records(*range(5)), lambda r: r.offset == 2)
    assert [a.alone for a in CrashGuard(path).attempts(_records(5, 6))] == [False]


@given(
    poison=st.sets(st.tuples(st.integers(0, 1), st.integers(0, 7)), max_size=3),
)
def test_exactly_the_poisonous_records_are_condemned(
    tmp_path_factory: pytest.TempPathFactory, poison: set[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("guard") / "notes.json"
    records = _records(*range(8)) + _records(*range(8), partition=1)
    _, condemned = _lives_until_done(path, records, lambda r: (r.partition, r.offset) in poison)
    assert {(r.partition, r.offset) for r in condemned} == poison


def test_a_torn_file_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "n"
    path.write_bytes(b'{"loan.applica')
    assert _life(path, _records(1), lambda _: False) == []


def test_an_error_that_blames_no_record_is_not_counted(tmp_path: Path) -> None:
    path, records = tmp_path / "n", _records(1, 2)
    for _ in range(10):
        guard = CrashGuard(path, excuses=(ConnectionError,))
        (attempt,) = guard.attempts(records)
        with pytest.raises(ConnectionError), guard.guarded(attempt):
            raise ConnectionError
    assert [a.alone for a in CrashGuard(path).attempts(records)] == [False]


def _life_of_two_batches(path: Path, *, until_done: bool) -> None:
    """The second batch begins before the first is confirmed; in each one record is poisonous."""
    guard = CrashGuard(path, until_done=until_done)
    for records in (_records(*range(5)), _records(*range(5, 10))):
        for attempt in guard.attempts(records):
            if not attempt.condemned:
                with guard.guarded(attempt):
                    if {2, 7} & {record.offset for record in attempt.records}:
                        raise ProcessEndedError


def _deaths_of_two_batches(path: Path, *, until_done: bool = True) -> int:
    for ended in range(100):
        try:
            _life_of_two_batches(path, until_done=until_done)
        except ProcessEndedError:
            continue
        return ended
    return 100


def test_a_poisonous_record_is_found_once_though_its_batch_comes_again(tmp_path: Path) -> None:
    assert _deaths_of_two_batches(tmp_path / "n") == 12
    assert _deaths_of_two_batches(tmp_path / "m", until_done=False) > 12


def test_what_is_done_is_no_longer_held_against_a_record(tmp_path: Path) -> None:
    _deaths_of_two_batches(tmp_path / "n")
    guard = CrashGuard(tmp_path / "n", until_done=True)
    guard.done(_records(*range(5)))
    again = CrashGuard(tmp_path / "n", until_done=True)
    assert [a.alone for a in again.attempts(_records(*range(5)))] == [False]
    assert [a.condemned for a in again.attempts(_records(6, 7, 8))] == [False, True, False]
