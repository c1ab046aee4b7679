"""The histories by applicant on disk: each batch and its Kafka offsets are one transaction."""

import datetime as dt
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import lmdb
import msgspec
import numpy as np

from contracts.packing import FloatVector
from scorer.scoring import History

_TOPIC_ID = b"topic_id"


class HistoryStoreFullError(RuntimeError):
    """The disk or the map has no room for another history; the offsets stay where they were."""


class Outcome(StrEnum):
    """What became of a history record; a closed set, for they are metric labels."""

    STORED = "stored"
    DELETED = "deleted"
    OUTDATED = "outdated"  # older than the one held


@dataclass(frozen=True, slots=True)
class Change:
    """A history to hold, or None to forget the applicant's."""

    application_id: int
    history: History | None


class _Entry(msgspec.Struct, array_like=True, frozen=True):
    """One applicant as it lies on disk; features are little-endian float32."""

    as_of: dt.datetime
    version: str
    features: bytes | None


_decode_entry = msgspec.msgpack.Decoder(_Entry).decode
_FLOAT = np.dtype("<f4")


class HistoryStore:
    """One entry per applicant in LMDB; one thread writes while others read.

    Args:
        folder: where the store lies; it is created.
        size: the most bytes it may take. The file grows only as it fills.
    """

    def __init__(self, folder: Path, size: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._size = folder, size
        self._environment = lmdb.open(str(folder), map_size=size, max_dbs=2, metasync=False)
        self._histories = self._environment.open_db(b"histories")
        self._marks = self._environment.open_db(b"marks")

    def lookup(self, application_ids: Sequence[int]) -> list[History | None]:
        """What is held of each applicant, all as of one moment; None where one was never seen."""
        with self._environment.begin(self._histories) as reading:
            found = [reading.get(_key(application_id)) for application_id in application_ids]
        return [None if entry is None else _history(entry) for entry in found]

    def apply(self, changes: Sequence[Change], offsets: Mapping[int, int]) -> Counter[Outcome]:
        """Take changes in, in order, and note the offset to go on from in each partition.

        A history that is older than the one held changes nothing.

        Raises:
            HistoryStoreFullError: there is no room; neither changes nor offsets were taken.
        """
        try:
            with self._environment.begin(write=True) as writing:
                outcomes = Counter(self._apply(writing, change) for change in changes)
                for partition, offset in offsets.items():
                    writing.put(_mark(partition), str(offset).encode(), db=self._marks)
        except (lmdb.MapFullError, lmdb.DiskError) as error:
            raise HistoryStoreFullError(
                f"{self._folder}: no room for histories within {self._size} bytes ({error}); "
                "make room on the disk or raise SCORER_HISTORY_STORE_BYTES"
            ) from error
        return outcomes

    def offset(self, partition: int) -> int | None:
        """The offset to go on from, None where nothing of the partition was read yet."""
        with self._environment.begin(self._marks) as reading:
            mark = reading.get(_mark(partition))
        return None if mark is None else int(mark)

    def belong_to(self, topic_id: str) -> bool:
        """Empty the store if it was filled from another topic; returns whether it was.

        A topic that was deleted and created again counts its offsets anew under the same name: to
        go on from the old ones would skip histories.
        """
        with self._environment.begin(write=True) as writing:
            held = writing.get(_TOPIC_ID, db=self._marks)
            foreign = held is not None and held != topic_id.encode()
            if foreign:
                writing.drop(self._histories, delete=False)
                writing.drop(self._marks, delete=False)
            writing.put(_TOPIC_ID, topic_id.encode(), db=self._marks)
        return foreign

    def __len__(self) -> int:
        with self._environment.begin() as reading:
            return int(reading.stat(self._histories)["entries"])

    def close(self) -> None:
        """Close the files."""
        self._environment.close()

    def _apply(self, writing: lmdb.Transaction, change: Change) -> Outcome:
        key = _key(change.application_id)
        if change.history is None:
            writing.delete(key, db=self._histories)
            return Outcome.DELETED
        held = writing.get(key, db=self._histories)
        if held is not None and _history(held).as_of > change.history.as_of:
            return Outcome.OUTDATED
        writing.put(key, _packed(change.history), db=self._histories)
        return Outcome.STORED


def _key(application_id: int) -> bytes:
    return struct.pack(">q", application_id)


def _mark(partition: int) -> bytes:
    return f"offset-{partition}".encode()


def _packed(history: History) -> bytes:
    features = None if history.features is None else history.features.astype("<f4").tobytes()
    return msgspec.msgpack.encode(_Entry(history.as_of, history.version, features))


def _history(entry: bytes | memoryview) -> History:
    read = _decode_entry(entry)
    features: FloatVector | None = None
    if read.features is not None:
        features = np.frombuffer(read.features, dtype=_FLOAT)
    return History(read.as_of, read.version, features)
