"""Whether this monitor reads every partition: windows over a part of them would mean nothing. Pure.

A second monitor on the same state folder stands by and joins no group. One on a folder of its own
joins, and Kafka divides the partitions between the two: then neither counts.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from runtime.meter import Batches

Place = tuple[str, int]


class Member(Batches, Protocol):
    """A consumer that tells which partitions of its topics it has."""

    @property
    def assigned(self) -> Collection[Place]:
        """Topics and partitions."""


def lacking(partitions: Mapping[str, int], assigned: Collection[Place]) -> str | None:
    """Why a monitor that was given these partitions must not count; None where it may.

    Args:
        partitions: how many there are, by topic.
        assigned: those that the group has given to this monitor.
    """
    wanted = {(topic, part) for topic, count in partitions.items() for part in range(count)}
    elsewhere = wanted - set(assigned)
    if not elsewhere:
        return None
    if elsewhere == wanted:
        return (
            "no partition is given to this monitor yet; if that lasts, another one of the same "
            "group runs on a state folder of its own: stop one of them"
        )
    return (
        f"{len(elsewhere)} of {len(wanted)} partitions are with another monitor of the same group, "
        "on a state folder of its own: stop one of them, until then none counts"
    )
