"""Finds the record that ends the process: a note of what is being processed outlives the process.

Before a batch is processed its offsets are noted in a file, and the note is struck out when the
batch is done. Where three notes lie over a batch (the process ended in it three times), it is gone
through one record at a time; a record that alone ends the process three times is condemned.
"""

import os
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from contracts.records import RawRecord

_LIMIT = 3


class _Note(msgspec.Struct):
    """How often the process ended in these offsets of one partition, both ends included."""

    first: int
    last: int
    alone: bool
    attempts: int = 0

    @property
    def condemns(self) -> bool:
        """Whether the one record is known to end the process."""
        return self.alone and self.attempts >= _LIMIT


@dataclass(frozen=True, slots=True)
class Attempt:
    """Records to process together; `condemned` ones go to the dead letters unprocessed."""

    records: Sequence[RawRecord]
    alone: bool = False
    condemned: bool = False


class CrashGuard:
    """Splits batches into attempts and remembers, across processes, which of them failed.

    One file belongs to one process at a time. It is written without a sync to disk: it has to
    outlive the process, not the machine. Every write is one call of the system, so a process that
    is killed leaves the notes as they were before it or after it.
    """

    def __init__(
        self,
        path: Path,
        excuses: tuple[type[Exception], ...] = (),
        *,
        until_done: bool = False,
    ) -> None:
        """Begin with the notes of the last process.

        Args:
            path: the file of the notes.
            excuses: errors that say of themselves that no record is to blame, such as a broker or
                a disk that fails; they end the process too, and are not held against the records.
            until_done: keep what is known of condemned records until `done`: for a service that
                begins a batch before the last one is confirmed, and may get both again.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._excuses, self._until_done = excuses, until_done
        self._notes = _read(path)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        weakref.finalize(self, os.close, self._file)
        self._size = os.fstat(self._file).st_size

    def attempts(self, records: Sequence[RawRecord]) -> Iterator[Attempt]:
        """The batch as a whole or, once it ended the process three times, record by record.

        Each attempt must be entered with `guarded` and finished before the next one is taken.
        """
        if not any(self._ended_in(*span) >= _LIMIT for span in _spans(records)):
            if records:
                yield Attempt(records)
            return
        for record in records:
            alone = self._alone(record)
            condemned = alone is not None and alone.condemns
            yield Attempt([record], alone=True, condemned=condemned)

    def done(self, records: Sequence[RawRecord]) -> None:
        """The output of these is confirmed: forget the condemned ones up to them."""
        spans = [(place, last) for place, _, last in _spans(records) if self._notes.get(place)]
        for place, last in spans:
            self._notes[place] = [note for note in self._notes[place] if note.last > last]
        if spans:
            self._write()

    @contextmanager
    def guarded(self, attempt: Attempt) -> Iterator[None]:
        """Note the attempt, and strike it out when it has ended well; an error keeps the note."""
        spans = list(_spans(attempt.records))
        notes = [self._note(*span, alone=attempt.alone) for span in spans]
        self._count(notes, 1)
        try:
            yield
        except self._excuses:
            self._count(notes, -1)
            raise
        for place, _, last in spans:
            self._strike(place, last)
        self._write()

    def _ended_in(self, place: str, first: int, last: int) -> int:
        notes = self._notes.get(place, [])
        near = [note for note in notes if note.first <= last and first <= note.last]
        return sum(note.attempts for note in near if not note.alone or note.condemns)

    def _alone(self, record: RawRecord) -> _Note | None:
        notes = self._notes.get(_place(record), [])
        return next((n for n in notes if n.alone and n.first == record.offset), None)

    def _count(self, notes: Sequence[_Note], attempts: int) -> None:
        for note in notes:
            note.attempts += attempts
        self._write()

    def _note(self, place: str, first: int, last: int, *, alone: bool) -> _Note:
        notes = self._notes.setdefault(place, [])
        for note in notes:
            if note.first == first and note.alone == alone:
                note.last = max(note.last, last)
                return note
        notes.append(_Note(first, last, alone))
        return notes[-1]

    def _strike(self, place: str, done: int) -> None:
        """Forget what lies at or before the offset that has ended well."""
        notes = self._notes.get(place, [])
        after = [note for note in notes if note.last > done]
        for note in after:
            note.first = max(note.first, done + 1)
        known = [n for n in notes if self._until_done and n.condemns and n.last <= done]
        self._notes[place] = known + after

    def _write(self) -> None:
        notes = msgspec.json.encode(self._notes).ljust(self._size)  # over all that was there
        self._size = os.pwrite(self._file, notes, 0)


def _read(path: Path) -> dict[str, list[_Note]]:
    """The notes of the last process; a torn or foreign file counts as none: it is only a memory."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, list[_Note]])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


def _place(record: RawRecord) -> str:
    return f"{record.topic}-{record.partition}"


def _spans(records: Sequence[RawRecord]) -> Iterator[tuple[str, int, int]]:
    """For each partition in the batch its first and last offset; its records are in order."""
    first: dict[tuple[str, int], RawRecord] = {}
    last: dict[tuple[str, int], int] = {}
    for record in records:
        place = (record.topic, record.partition)
        first.setdefault(place, record)
        last[place] = record.offset
    for place, record in first.items():
        yield _place(record), record.offset, last[place]
