"""The settings of the local broker: one node, KRaft, tuned for quick tests rather than for load."""

from collections.abc import Mapping
from pathlib import Path

from deploy.local.ports import LOOPBACK

_MIB = 1024 * 1024
_REPLICAS_OF_ONE = {
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
}
_QUICK_GROUPS = {
    "group.initial.rebalance.delay.ms": 0,
    # the new protocol takes a dead member's place only after its session, 45 s by default
    "group.consumer.session.timeout.ms": 6_000,
    "group.consumer.min.session.timeout.ms": 6_000,
    "group.consumer.heartbeat.interval.ms": 2_000,
    "group.consumer.min.heartbeat.interval.ms": 1_000,
}
_QUICK_RETURN = {
    # after a crash the node is let in again once its former session has ended, 9 s by default
    "broker.session.timeout.ms": 3_000,
    "broker.heartbeat.interval.ms": 500,
}
_QUICK_CLEANING = {"log.cleaner.backoff.ms": 1_000}  # 15 s between looks by default
_SMALL_FOOTPRINT = {
    "offsets.topic.num.partitions": 5,
    "transaction.state.log.num.partitions": 5,
    "num.io.threads": 4,
    "log.cleaner.dedupe.buffer.size": 16 * _MIB,
}


def broker_settings(*, port: int, controller_port: int, data: Path) -> Mapping[str, object]:
    """The settings of the one node, which keeps its records in `data`."""
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "log.dirs": data,
        "auto.create.topics.enable": "false",  # a misspelt topic is an error, as in production
        "message.max.bytes": 2 * _MIB,  # above every topic's own limit, dead letters included
        **_REPLICAS_OF_ONE,
        **_QUICK_GROUPS,
        **_QUICK_RETURN,
        **_QUICK_CLEANING,
        **_SMALL_FOOTPRINT,
    }


def as_properties(settings: Mapping[str, object]) -> str:
    """The settings as the text of a Java properties file."""
    return "".join(f"{name}={value}\n" for name, value in settings.items())
