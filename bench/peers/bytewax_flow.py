"""Bytewax: a dataflow over batches of a Kafka source, with its own recovery store for commits."""

import datetime as dt
from typing import TypeAlias

from bytewax import operators as op
from bytewax.connectors.kafka import KafkaSinkMessage, KafkaSourceMessage
from bytewax.connectors.kafka import operators as kop
from bytewax.dataflow import Dataflow
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main

from bench.peers.assignment import (
    BATCH,
    Assignment,
    consumer_settings,
    producer_settings,
    read_assignment,
)
from bench.peers.work import Output, Work, open_work
from contracts.records import RawRecord

_SNAPSHOTS = dt.timedelta(seconds=1)
Incoming: TypeAlias = KafkaSourceMessage[bytes | None, bytes | None]


def create_flow(assignment: Assignment, work: Work) -> Dataflow:
    """Source, work on whole batches, sink."""

    def worked(batch: list[Incoming]) -> list[KafkaSinkMessage[bytes, bytes]]:
        return [_outgoing(output) for output in work([_record(message) for message in batch])]

    brokers = [assignment.bootstrap]
    own = {"bootstrap.servers", "group.id", "auto.offset.reset"}  # Bytewax sets these by itself
    consuming = {
        k: str(v)
        for k, v in consumer_settings(assignment.bootstrap, assignment.group).items()
        if k not in own
    }
    producing = {
        k: str(v)
        for k, v in producer_settings(assignment.bootstrap).items()
        if k != "bootstrap.servers"
    }
    flow = Dataflow("peer")
    read = kop.input(
        "read",
        flow,
        brokers=brokers,
        topics=[assignment.source],
        add_config=consuming,
        batch_size=BATCH,
    )
    outputs = op.flat_map_batch("work", read.oks, worked)
    kop.output("write", outputs, brokers=brokers, topic=assignment.target, add_config=producing)
    return flow


def _record(message: Incoming) -> RawRecord:
    return RawRecord(
        topic=message.topic or "",
        partition=message.partition or 0,
        offset=message.offset or 0,
        key=message.key,
        value=message.value,
        headers=message.headers,
        timestamp_ms=message.timestamp[1] if message.timestamp else 0,
    )


def _outgoing(output: Output) -> KafkaSinkMessage[bytes, bytes]:
    return KafkaSinkMessage(output.key, output.value, headers=output.headers)


if __name__ == "__main__":
    told = read_assignment()
    told.state.mkdir(parents=True, exist_ok=True)
    init_db_dir(told.state, 1)
    cli_main(
        create_flow(told, open_work(told)),
        recovery_config=RecoveryConfig(told.state),
        epoch_interval=_SNAPSHOTS,
    )
