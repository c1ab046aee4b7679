"""The metrics that every service has; names and labels are a contract with the dashboards."""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram

from contracts.errors import Reason
from contracts.records import RawRecord

_LATENCY_BUCKETS = (
    *(0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75),
    *(1, 1.5, 2, 3, 5, 7.5, 10, 15, 30, 60, 120, 300, 900, 3600),
)
_SIZE_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)

RECORDS = Counter("creditstream_records", "Records processed and committed", ["service", "topic"])
DEAD_LETTERS = Counter(
    "creditstream_dead_letters", "Records that could not be taken", ["service", "topic", "reason"]
)
BATCH_SECONDS = Histogram(
    "creditstream_batch_seconds", "From a batch's arrival to its commit", ["service"]
)
BATCH_RECORDS = Histogram(
    "creditstream_batch_records", "Records in a batch", ["service"], buckets=_SIZE_BUCKETS
)
OUTPUT_AGE_SECONDS = Histogram(
    "creditstream_output_age_seconds",
    "From the application's own time to its output confirmed by the broker or the store",
    ["service"],
    buckets=_LATENCY_BUCKETS,
)
LAG = Gauge(
    "creditstream_consumer_lag_records",
    "Records in the topic that are not committed yet",
    ["service", "topic", "partition"],
)
COMMITTED_AT = Gauge(
    "creditstream_committed_record_timestamp_seconds",
    "Kafka's time of the newest record that was committed; while there is lag, the lag's bound",
    ["service", "topic"],
)
READY = Gauge("creditstream_ready", "1 while the service can take work", ["service"])
PAUSED = Gauge(
    "creditstream_paused", "1 while too many dead letters in a row hold the service", ["service"]
)
KAFKA_UP = Gauge("creditstream_kafka_up", "1 while a broker answers", ["service"])
MODEL = Gauge("creditstream_model_info", "1 for the model in force", ["service", "name", "version"])
TREE_ROWS = Counter(
    "creditstream_tree_rows",
    "Rows scored by the trees, by engine: compiled or lightgbm",
    ["engine"],
)
MODEL_FAILURES = Counter(
    "creditstream_model_load_failures",
    "Times a model could not be looked up or loaded",
    ["service"],
)
STATE_FREE = Gauge(
    "creditstream_state_free_ratio",
    "Free share of the disk that holds the service's own state",
    ["service"],
)


def declare(service: str, topics: Sequence[str]) -> None:
    """Show dead letters as 0 before the first: no rule can see an increase from nothing."""
    for topic in topics:
        for reason in Reason:
            DEAD_LETTERS.labels(service, topic, reason.value)


def watch_disk(service: str, folder: Path) -> None:
    """Show at each scrape how much of the disk is free on which the folder is, or will be."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())

    def free() -> float:
        usage = shutil.disk_usage(there)
        return usage.free / usage.total

    STATE_FREE.labels(service).set_function(free)


def committed(service: str, topic: str, records: Iterable[RawRecord]) -> None:
    """Note how far the committed records of a topic have come."""
    newest = max((record.timestamp_ms for record in records), default=None)
    if newest is not None:
        COMMITTED_AT.labels(service, topic).set(newest / 1000)
