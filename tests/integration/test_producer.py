"""The producer's commands as processes, against a real Kafka."""

import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from contracts.codec import decode, decode_application
from contracts.events import EVENT_TYPES, OutcomeObserved
from contracts.headers import envelope
from contracts.records import RawRecord
from contracts.topics import APPLICATIONS, OUTCOMES, Topic
from producer.generator import generate
from runtime.consumer import Consumer
from runtime.settings import KafkaSettings
from runtime.topics import create_missing_topics
from tests.waiting import wait_until


@pytest.fixture
def kafka(kafka_bootstrap: str, topic_prefix: str) -> KafkaSettings:
    settings = KafkaSettings.model_validate(
        {"bootstrap_servers": kafka_bootstrap, "topic_prefix": topic_prefix}
    )
    create_missing_topics(settings)
    return settings


def _run(kafka: KafkaSettings, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "KAFKA_TOPIC_PREFIX": kafka.topic_prefix,
    }
    command = [sys.executable, "-m", "producer", *map(str, arguments)]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def _read(kafka: KafkaSettings, topic: Topic, count: int) -> list[RawRecord]:
    consumer = Consumer(kafka, "reader", [topic])
    records: list[RawRecord] = []

    def enough() -> bool:
        records.extend(consumer.poll_batch(1_000, 0.2))
        return len(records) >= count

    wait_until(enough, 60, f"{count} records in {topic.name}")
    consumer.close()
    return records


def test_applications_arrive_whole_at_the_rate_that_was_asked_for(kafka: KafkaSettings) -> None:
    began = time.monotonic()
    ended = _run(kafka, "applications", "--generate", 60, "--seed", 2, "--rate", 30)
    assert ended.returncode == 0, ended.stderr
    assert time.monotonic() - began >= 59 / 30
    assert ended.stdout == f"60 records in {kafka.topic_name(APPLICATIONS)}\n"
    records = _read(kafka, APPLICATIONS, 60)
    found = {int(r.key or b"0"): decode_application(r.value).application for r in records}
    assert found == {a.SK_ID_CURR: a for a in generate(60, seed=2)}
    times = sorted(envelope(r, EVENT_TYPES[type(found[100_001])]).time.timestamp() for r in records)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps == pytest.approx([1 / 30] * 59, abs=0.002)


def test_outcomes_of_a_synthetic_folder_arrive(kafka: KafkaSettings, tmp_path: Path) -> None:
    assert _run(kafka, "synthesize", "--out", tmp_path, "--applicants", 40).returncode == 0
    ended = _run(kafka, "outcomes", "--truth", tmp_path / "truth.csv", "--delay", 365)
    assert ended.returncode == 0, ended.stderr
    events = [decode(r.value, OutcomeObserved) for r in _read(kafka, OUTCOMES, 40)]
    assert sorted(event.application_id for event in events) == list(range(100_001, 100_041))


@pytest.mark.slow  # the client looks for the topic for half a minute
def test_topic_that_does_not_exist_is_an_error_with_code_1(kafka: KafkaSettings) -> None:
    elsewhere = kafka.model_copy(update={"topic_prefix": f"{kafka.topic_prefix}none-"})
    ended = _run(elsewhere, "applications", "--generate", 1)
    assert ended.returncode == 1
    assert "records failed" in ended.stderr
    assert elsewhere.topic_name(APPLICATIONS) in ended.stderr


def test_progress_bar_stays_silent_where_standard_error_is_no_terminal(
    kafka: KafkaSettings,
) -> None:
    ended = _run(kafka, "applications", "--generate", 5)
    assert ended.stderr == ""
