"""What stands between the topics as a cluster has them and as `contracts.topics` defines them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from contracts.topics import Topic

_CLEANUP, _RETENTION = "cleanup.policy", "retention.ms"
_RECORD_BYTES, _IN_SYNC = "max.message.bytes", "min.insync.replicas"

SETTINGS = (_CLEANUP, _RETENTION, _RECORD_BYTES, _IN_SYNC)
"""The settings of a topic that are ours to say, by Kafka's names; others are the cluster's."""


class Danger(StrEnum):
    """Changes that may cost records or their order; they are made only where they are named."""

    MORE_PARTITIONS = "more-partitions"
    DELETE_TO_COMPACT = "delete-to-compact"
    COMPACT_TO_DELETE = "compact-to-delete"
    SHORTER_RETENTION = "shorter-retention"
    SMALLER_RECORDS = "smaller-records"


COSTS = {
    Danger.MORE_PARTITIONS: "keys move to other partitions, and lose their order on the way",
    Danger.DELETE_TO_COMPACT: "of every key all records but the last are removed",
    Danger.COMPACT_TO_DELETE: "the last record of a key is removed by its age too",
    Danger.SHORTER_RETENTION: "older records are removed",
    Danger.SMALLER_RECORDS: "larger records are refused from then on",
}

_FEWER_PARTITIONS = "Kafka takes no partition away: copy the records into a topic made anew"
_MORE_REPLICAS = "replicas are added by Kafka's own kafka-reassign-partitions.sh"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a topic lies on a cluster, or is to.

    Attributes:
        partitions: their number.
        replication: copies of each partition; of the one with the fewest where they differ.
        settings: Kafka's names to values, of `SETTINGS` alone.
    """

    partitions: int
    replication: int
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting of one topic that is not as it is to be.

    Attributes:
        topic: its name on the cluster.
        setting: `partitions`, `replication` or Kafka's name of a setting.
        found: the value it has.
        wanted: the value it is to have.
        danger: what the change may cost, where it may.
        impossible: why Kafka cannot make the change, where it cannot.
    """

    topic: str
    setting: str
    found: str
    wanted: str
    danger: Danger | None = None
    impossible: str | None = None

    def __str__(self) -> str:
        return f"{self.topic}: {self.setting} is {self.found}, to be {self.wanted}"

    def refusal(self, allowed: Collection[Danger]) -> str | None:
        """Why the change is not made; None where it is."""
        if self.impossible is not None:
            return f"{self}; {self.impossible}"
        if self.danger is None or self.danger in allowed:
            return None
        return f"{self}; {COSTS[self.danger]}: --allow {self.danger} does it all the same"


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to happen until a cluster's topics are as they are to be."""

    missing: Mapping[str, Layout]
    differences: tuple[Difference, ...]

    @property
    def nothing_to_do(self) -> bool:
        """Whether all topics are there and as they are to be."""
        return not self.missing and not self.differences

    def refusals(self, allowed: Collection[Danger] = ()) -> list[str]:
        """Why it is not carried out; empty where it is."""
        reasons = (difference.refusal(allowed) for difference in self.differences)
        return [reason for reason in reasons if reason is not None]

    def __str__(self) -> str:
        created = (
            f"{name}: missing, to be created with {layout.partitions} partitions"
            for name, layout in self.missing.items()
        )
        return "\n".join((*created, *map(str, self.differences)))


def layout(topic: Topic, replication: int) -> Layout:
    """How a topic is to lie: writes are confirmed by all replicas but one, so that one may fail."""
    settings = {
        _CLEANUP: topic.cleanup,
        _RETENTION: str(topic.retention_ms),
        _RECORD_BYTES: str(topic.max_message_bytes),
        _IN_SYNC: str(max(1, replication - 1)),
    }
    return Layout(topic.partitions, replication, settings)


def plan(topics: Mapping[str, Topic], found: Mapping[str, Layout], replication: int) -> Plan:
    """What makes the found topics those of the contract.

    A topic with more replicas than asked for keeps them, and is to confirm writes accordingly.

    Args:
        topics: by their names on the cluster.
        found: the layout of those that are there.
        replication: the least copies of every partition.
    """
    missing = {
        name: layout(topic, replication) for name, topic in topics.items() if name not in found
    }
    differences = (
        difference
        for name, topic in topics.items()
        if name in found
        for difference in _differences(
            name, found[name], layout(topic, max(replication, found[name].replication))
        )
    )
    return Plan(missing, tuple(differences))


def _differences(name: str, found: Layout, wanted: Layout) -> Iterator[Difference]:
    if found.partitions != wanted.partitions:
        grows = found.partitions < wanted.partitions
        yield Difference(
            name,
            "partitions",
            str(found.partitions),
            str(wanted.partitions),
            danger=Danger.MORE_PARTITIONS if grows else None,
            impossible=None if grows else _FEWER_PARTITIONS,
        )
    if found.replication < wanted.replication:
        copies = str(found.replication), str(wanted.replication)
        yield Difference(name, "replication", *copies, impossible=_MORE_REPLICAS)
    for setting in SETTINGS:
        values = found.settings[setting], wanted.settings[setting]
        if values[0] != values[1]:
            yield Difference(name, setting, *values, danger=_danger(setting, *values))


def _danger(setting: str, found: str, wanted: str) -> Danger | None:
    if setting == _CLEANUP and wanted not in found.split(","):
        return Danger.DELETE_TO_COMPACT if wanted == "compact" else Danger.COMPACT_TO_DELETE
    if setting == _RETENTION and _kept(wanted) < _kept(found):
        return Danger.SHORTER_RETENTION
    if setting == _RECORD_BYTES and int(wanted) < int(found):
        return Danger.SMALLER_RECORDS
    return None


def _kept(retention_ms: str) -> float:
    """Milliseconds that a record is kept; Kafka writes for ever as -1."""
    return float("inf") if int(retention_ms) < 0 else int(retention_ms)
