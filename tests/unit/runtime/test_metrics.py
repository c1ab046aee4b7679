import shutil
from pathlib import Path

from prometheus_client import REGISTRY

from contracts.errors import Reason
from contracts.records import RawRecord
from contracts.topics import APPLICATIONS, SCORES
from runtime import metrics
from runtime.meter import Meter
from runtime.service import Service
from runtime.settings import KafkaSettings


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def a_record(offset: int, timestamp_ms: int, topic: str = "mine.loan.scores") -> RawRecord:
    return RawRecord(topic, 0, offset, None, None, (), timestamp_ms)


def test_every_reason_of_dead_letters_is_shown_before_the_first() -> None:
    service = Service("declared", host="127.0.0.1", port=0, stall_seconds=60, dead_letter_limit=9)
    service.start()
    Meter(service, KafkaSettings(topic_prefix="mine."), [APPLICATIONS, SCORES])
    service.close()
    for topic in (APPLICATIONS, SCORES):
        for reason in Reason:
            labels = {"service": "declared", "topic": topic.name, "reason": reason.value}
            assert shown("creditstream_dead_letters_total", **labels) == 0


def test_the_newest_committed_record_of_a_topic_counts_in_whatever_order() -> None:
    name, labels = "creditstream_committed_record_timestamp_seconds", {"service": "aged"}
    metrics.committed("aged", "loan.scores", [a_record(0, 1_500), a_record(1, 9_000)])
    metrics.committed("aged", "loan.scores", [])
    assert shown(name, topic="loan.scores", **labels) == 9.0
    metrics.committed("aged", "loan.scores", [a_record(3, 12_500), a_record(2, 12_000)])
    assert shown(name, topic="loan.scores", **labels) == 12.5


def test_the_free_disk_is_that_of_the_state_folder_even_before_there_is_one(tmp_path: Path) -> None:
    metrics.watch_disk("stored", tmp_path / "not" / "yet")
    usage = shutil.disk_usage(tmp_path)
    free = shown("creditstream_state_free_ratio", service="stored")
    assert free is not None
    assert abs(free - usage.free / usage.total) < 0.05
