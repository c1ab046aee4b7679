"""Pathway (Business Source License 1.1): a raw Kafka table, a batched function, a Kafka sink.

It keeps its place by snapshots of what it has read; without them it would begin anew each time.
"""

import base64

import pathway as pw

from bench.peers.assignment import (
    BATCH,
    Assignment,
    consumer_settings,
    producer_settings,
    read_assignment,
)
from bench.peers.work import Output, Work, open_work
from contracts.records import RawRecord

_COMMIT_MS = 100
_SNAPSHOT_MS = 1_000
_HEADERS = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject")


def build(assignment: Assignment, work: Work) -> None:
    """Declare the tables; `pw.run` makes them flow."""

    @pw.udf(max_batch_size=BATCH, deterministic=True)
    def worked(
        keys: list[bytes], values: list[bytes], told: list[pw.Json]
    ) -> list[tuple[bytes, bytes, tuple[str, ...]]]:
        records = [_record(*row) for row in zip(keys, values, told, strict=True)]
        return [_row(output) for output in work(records)]

    read = pw.io.kafka.read(  # named, so that a snapshot is found again
        _texts(consumer_settings(assignment.bootstrap, assignment.group)),
        topic=assignment.source,
        format="raw",
        autogenerate_key=True,
        with_metadata=True,
        autocommit_duration_ms=_COMMIT_MS,
        max_backlog_size=8 * BATCH,
        name="applications",
    )
    outputs = read.select(output=worked(read.key, read.data, read["_metadata"]))
    columns = {name: pw.this.output[2][at] for at, name in enumerate((*_HEADERS, "traceparent"))}
    written = outputs.select(key=pw.this.output[0], value=pw.this.output[1], **columns)
    pw.io.kafka.write(
        written,
        _texts(producer_settings(assignment.bootstrap)),
        assignment.target,
        format="raw",
        key=written.key,
        value=written.value,
        headers=[written[name] for name in columns],
    )


def _record(key: bytes, value: bytes, told: pw.Json) -> RawRecord:
    metadata = told.as_dict()
    return RawRecord(
        topic=metadata["topic"],
        partition=metadata["partition"],
        offset=metadata["offset"],
        key=key,
        value=value,
        headers=[(name, base64.b64decode(text)) for name, text in metadata["headers"]],
        timestamp_ms=metadata["timestamp_millis"],
    )


def _row(output: Output) -> tuple[bytes, bytes, tuple[str, ...]]:
    headers = dict(output.headers)
    texts = tuple((headers[name] or b"").decode() for name in (*_HEADERS, "traceparent"))
    return output.key, output.value, texts


def _texts(settings: dict[str, str | int | bool]) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in settings.items()
    }


if __name__ == "__main__":
    assigned = read_assignment()
    build(assigned, open_work(assigned))
    kept = pw.persistence.Backend.filesystem(str(assigned.state))
    pw.run(
        monitoring_level=pw.MonitoringLevel.NONE,
        persistence_config=pw.persistence.Config(kept, snapshot_interval_ms=_SNAPSHOT_MS),
    )
