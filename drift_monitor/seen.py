"""Which scores have been counted already: a redelivery must not count twice.

The scorer delivers at least once, so a score may come again, right behind the first or, after its
offsets were lost, a whole topic later. The latest ids are remembered one by one; of older ones only
how far each source partition had come. Whatever lies below that counts as seen.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


class Source(NamedTuple):
    """Where a score lies and what it was made from: partitions of the two topics, and the offset.

    All scores of one application partition come in the order of their offsets within a partition
    of the scores, but not across them; so what was seen is kept for each pair of the two.
    """

    partition: int
    source_partition: int
    source_offset: int


@dataclass(slots=True)
class SeenScores:
    """The latest `limit` score ids, and floors below which everything was seen.

    Attributes:
        limit: ids that are remembered one by one.
        ids: score ids in order of arrival, with their sources.
        floors: for each pair of partitions the highest offset of a forgotten id.
        added: ids remembered since the last `settle`.
        dropped: ids forgotten since the last `settle`.
    """

    limit: int
    ids: dict[str, Source] = field(default_factory=dict)
    floors: dict[tuple[int, int], int] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    def admit(self, score_id: str, source: Source) -> bool:
        """Whether the score is new; from now on it is not."""
        floor = self.floors.get((source.partition, source.source_partition), -1)
        if score_id in self.ids or source.source_offset <= floor:
            return False
        self.ids[score_id] = source
        self.added.append(score_id)
        while len(self.ids) > self.limit:
            self._forget(next(iter(self.ids)))
        return True

    def settle(self) -> None:
        """What was added and dropped has been saved."""
        self.added, self.dropped = [], []

    def new_ids(self) -> Iterable[tuple[str, Source]]:
        """The ids to save: those added and not dropped again."""
        return [(one, self.ids[one]) for one in self.added if one in self.ids]

    def _forget(self, score_id: str) -> None:
        gone = self.ids.pop(score_id)
        pair = (gone.partition, gone.source_partition)
        self.floors[pair] = max(self.floors.get(pair, -1), gone.source_offset)
        self.dropped.append(score_id)
