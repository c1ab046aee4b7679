"""Which partitions a worker holds, and what it does before it gives them away."""

import logging
import threading
from collections.abc import Iterable

from confluent_kafka import Consumer as Client
from confluent_kafka import Message, TopicPartition

from runtime.statistics import Statistics
from scorer.transport.commits import Commits
from scorer.transport.flow import Flow, Place, place

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 0.1


class Membership:
    """For the thread that owns the client, which calls `assigned`, `revoked` and `lost`.

    The client assigns by itself what is not assigned here: all at once or, with an assignor that
    cooperates, partition by partition.
    """

    def __init__(self, flow: Flow, commits: Commits, closing: threading.Event) -> None:
        self._flow, self._commits, self._closing = flow, commits, closing
        self._held: set[Place] = set()
        self._begins: dict[Place, int] = {}

    def assigned(self, _: Client, partitions: list[TopicPartition]) -> None:
        """More partitions are ours; reading begins at the group's offsets."""
        logger.info("assigned: %s", sorted(_places(partitions)))
        self._held |= _places(partitions)

    def revoked(self, _: Client, partitions: list[TopicPartition]) -> None:
        """Give partitions away: the next member begins where this one has ended."""
        gone = _places(partitions)
        self._finish(gone)
        if not self._closing.is_set():
            self._commits.wait()
        self._forget(gone)

    def lost(self, _: Client, partitions: list[TopicPartition]) -> None:
        """Another member has them already, and does again what was not committed."""
        gone = _places(partitions)
        self._finish(gone)
        self._forget(gone)

    def note(self, messages: Iterable[Message]) -> None:
        """Remember where reading began, for the lag of partitions that were never committed."""
        if len(self._begins) < len(self._held):
            for message in messages:
                self._begins.setdefault(place(message), message.offset() or 0)

    def lag(self, statistics: Statistics) -> dict[Place, int]:
        """Records not committed, in the partitions held; from where reading began if none ever was.

        Another thread may ask.
        """
        known, lags = statistics.lag(), {}
        for held in self._held.copy():
            end = statistics.end(*held)
            if statistics.exhausted(*held) and not self._is_under_way(held):
                lags[held] = 0
            elif held in known:
                lags[held] = known[held]
            elif held in self._begins and end is not None:
                lags[held] = max(0, end - self._begins[held])
        return lags

    def _is_under_way(self, held: Place) -> bool:
        """Whether records of a partition are on their way from the fetch to the commit."""
        return self._flow.holds(held) or self._commits.owes(held)

    def _finish(self, gone: set[Place]) -> None:
        """Drop what nobody has begun, and wait for what is in progress."""
        self._flow.drop(gone)
        while not self._closing.is_set() and not self._flow.wait_settled(gone, _LOOK_SECONDS):
            pass

    def _forget(self, gone: set[Place]) -> None:
        logger.info("given away: %s", sorted(gone))
        self._flow.forget(gone)
        self._commits.forget(gone)
        self._held -= gone
        self._begins = {at: offset for at, offset in self._begins.items() if at not in gone}


def _places(partitions: list[TopicPartition]) -> set[Place]:
    return {(partition.topic, partition.partition) for partition in partitions}
