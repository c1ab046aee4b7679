"""A bounded sample of the rows of a day: those whose score ids hash lowest. Pure.

Which rows these are depends on the ids alone: not on their order, nor on batches and restarts.

Source: E. Cohen, H. Kaplan, Summarizing data using bottom-k sketches, 2007.
"""

import hashlib
import heapq
from dataclasses import dataclass, field

import numpy as np

from contracts.packing import FloatMatrix, FloatVector


@dataclass(slots=True)
class RowSample:
    """At most `limit` rows.

    Attributes:
        limit: how many are kept.
        rows: the rows by the hashes of their ids.
        added: hashes of the rows that came since the last `settle`.
        dropped: hashes of the rows that went since then, but were there before.
    """

    limit: int
    rows: dict[int, FloatVector] = field(default_factory=dict)
    added: set[int] = field(default_factory=set)
    dropped: set[int] = field(default_factory=set)
    _highest: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """Order the rows that a restart brings along; there may be more than it keeps now."""
        self._highest = [-key for key in self.rows]
        heapq.heapify(self._highest)
        self._shrink()

    def offer(self, score_id: str, row: FloatVector) -> None:
        """Keep the row if it is among the lowest."""
        key = hash_of(score_id)
        full = len(self.rows) >= self.limit
        if key in self.rows or (full and (not self.limit or key > -self._highest[0])):
            return
        heapq.heappush(self._highest, -key)
        self.rows[key] = row
        self.added.add(key)
        self._shrink()

    def matrix(self) -> FloatMatrix:
        """The rows in the order of their hashes; there must be one."""
        return np.stack([self.rows[key] for key in sorted(self.rows)])

    def settle(self) -> None:
        """What came and went has been saved."""
        self.added, self.dropped = set(), set()

    def _shrink(self) -> None:
        while len(self.rows) > self.limit:
            key = -heapq.heappop(self._highest)
            del self.rows[key]
            if key in self.added:
                self.added.remove(key)
            else:
                self.dropped.add(key)


def hash_of(score_id: str) -> int:
    """A number that spreads ids evenly, below 2 to the 63 as databases take it."""
    digest = hashlib.blake2b(score_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1
