"""What lies between the thread that reads and the loop that works: fetched, begun, settled."""

import threading
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from confluent_kafka import Message

from contracts.records import RawRecord
from runtime.consumer import raw_record

Place = tuple[str, int]
"""A topic and one of its partitions."""


@dataclass(eq=False, slots=True)
class Fetch:
    """Records that are worked on together.

    Attributes:
        records: those of one partition are in order and follow those of the fetch before.
        ends: by partition the offset behind the last record: what to commit once all is done.
        settled: whether all is done.
    """

    records: Sequence[RawRecord]
    ends: Mapping[Place, int]
    settled: bool = False


class Flow:
    """At most `size` messages wait for the loop; fetches are settled in the order of their begin.

    For one thread that reads and one that works. Offsets are let go for commit only when every
    fetch that began earlier is settled too, whatever the order in which they finish.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._waiting: list[Message] = []
        self._begun: deque[Fetch] = deque()
        self._settled: dict[Place, int] = {}
        self._changed = threading.Condition()

    def room(self) -> int:
        """How many more messages may be fetched."""
        return max(0, self._size - len(self._waiting))

    def put(self, messages: Iterable[Message]) -> None:
        """Add what was fetched."""
        with self._changed:
            self._waiting += messages

    def wait_begun(self, seconds: float) -> bool:
        """Whether nothing waits, at the latest after these seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, seconds)

    @property
    def waiting(self) -> bool:
        """Whether there is anything to begin."""
        return bool(self._waiting)

    def begin(self) -> Fetch:
        """All that has piled up; it is in progress until it is settled."""
        with self._changed:
            messages, self._waiting = self._waiting, []
            records = [raw_record(message) for message in messages]
            fetch = Fetch(records, {(r.topic, r.partition): r.offset + 1 for r in records})
            self._begun.append(fetch)
            self._changed.notify_all()
        return fetch

    def settle(self, fetch: Fetch) -> None:
        """A fetch is done, its output confirmed."""
        with self._changed:
            fetch.settled = True
            while self._begun and self._begun[0].settled:
                self._settled |= self._begun.popleft().ends
            self._changed.notify_all()

    def take_settled(self) -> dict[Place, int]:
        """The offsets to commit, which are then the taker's to see to."""
        with self._changed:
            taken, self._settled = self._settled, {}
        return taken

    def put_back(self, offsets: Mapping[Place, int]) -> None:
        """Offsets that could not be committed yet; later ones that came meanwhile win."""
        with self._changed:
            self._settled = {**offsets, **self._settled}

    def drop(self, places: Collection[Place]) -> None:
        """Forget what waits of partitions that are given away: nobody has begun it."""
        with self._changed:
            self._waiting = [m for m in self._waiting if place(m) not in places]

    def forget(self, places: Collection[Place]) -> None:
        """Forget settled offsets of partitions that are another member's now."""
        with self._changed:
            self._settled = {at: o for at, o in self._settled.items() if at not in places}

    def wait_for_room(self, seconds: float) -> bool:
        """Whether there is room, at the latest after these seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self.room() > 0, seconds)

    def wait_settled(self, places: Collection[Place], seconds: float) -> bool:
        """Whether nothing is in progress of these partitions, at the latest after these seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._in_progress(places), seconds)

    def holds(self, at: Place) -> bool:
        """Whether anything of a partition waits, is in progress, or is to be committed."""
        with self._changed:
            waits = any(place(message) == at for message in self._waiting)
            return waits or at in self._settled or self._in_progress({at})

    def _in_progress(self, places: Collection[Place]) -> bool:
        return any(not fetch.ends.keys().isdisjoint(places) for fetch in self._begun)


def place(message: Message) -> Place:
    """Where a message lies; it bears no error, so it lies somewhere."""
    return message.topic() or "", message.partition() or 0
