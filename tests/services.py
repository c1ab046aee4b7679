"""A service of ours as a process of its own, and a stage for it: topics, a registry, folders."""

import contextlib
import json
import os
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka import Producer as Client
from confluent_kafka.admin import AdminClient
from prometheus_client.parser import text_string_to_metric_families

from contracts.records import RawRecord
from contracts.topics import Topic
from deploy.local.ports import free_port
from deploy.local.processes import LeashedProcess
from runtime.consumer import raw_record
from runtime.settings import KafkaSettings, MlflowSettings
from runtime.topics import create_missing_topics
from tests.registry import a_registry
from tests.topics import TopicFactory
from tests.waiting import wait_until

_ROOT = Path(__file__).parents[1]
_START_SECONDS = 60
_NOT_YET = (KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_LOAD_IN_PROGRESS)


@dataclass(frozen=True)
class Stage:
    """Where a service plays: a Kafka with topics of its own, a registry, a folder.

    `variables` are those that several services share.
    """

    kafka: KafkaSettings
    mlflow: MlflowSettings
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        """The variables that lead a service here."""
        ours = {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "KAFKA_TOPIC_PREFIX": self.kafka.topic_prefix,
            "MLFLOW_TRACKING_URI": self.mlflow.tracking_uri,
            "MODEL_POLL_SECONDS": "0.2",
            "NUMBA_CACHE_DIR": str(_ROOT / ".pytest_cache" / "compiled"),
        }
        return {**os.environ, **ours, **self.variables, **more}

    def publish(
        self,
        topic: Topic,
        records: Sequence[tuple[bytes | None, bytes | None]],
        headers: Sequence[tuple[str, bytes | None]] = (),
    ) -> None:
        """Publish keys and values as any client would, and return when all are confirmed."""
        failures: list[object] = []
        producer = Client(
            {
                "bootstrap.servers": self.kafka.bootstrap_servers,
                "partitioner": "murmur2_random",
                "message.max.bytes": topic.max_message_bytes,
            }
        )
        for key, value in records:
            producer.produce(
                self.kafka.topic_name(topic),
                value,
                key,
                headers=list(headers),
                on_delivery=lambda error, _: failures.append(error) if error else None,
            )
        assert not producer.flush(30)
        assert not failures, failures[:3]

    def read(self, topic: Topic) -> list[RawRecord]:
        """Everything that a topic (not a compacted one) holds now, partition by partition."""
        client, places = self._client(topic)
        expected = sum(client.get_watermark_offsets(place, timeout=10)[1] for place in places)
        client.assign([TopicPartition(place.topic, place.partition, 0) for place in places])
        records: list[RawRecord] = []

        def complete() -> bool:
            records.extend(raw_record(message) for message in client.consume(10_000, 0.1))
            return len(records) >= expected

        wait_until(complete, 30, f"{topic.name} held fewer than {expected} records")
        client.close()
        return sorted(records, key=lambda record: (record.partition, record.offset))

    def count(self, topic: Topic) -> int:
        """How many records the topic has been given."""
        client, places = self._client(topic)
        total = sum(client.get_watermark_offsets(place, timeout=10)[1] for place in places)
        client.close()
        return total

    def committed(self, topic: Topic, service: str) -> int:
        """How many records the service's group has committed; -1 while Kafka does not know yet."""
        client, places = self._client(topic, self.kafka.group_id(service))
        try:
            offsets = [place.offset for place in client.committed(places, timeout=10)]
        except KafkaException as error:
            if error.args[0].code() not in _NOT_YET:
                raise
            return -1
        finally:
            client.close()
        return sum(max(0, offset) for offset in offsets)

    def recreate(self, topic: Topic) -> None:
        """Delete a topic with all it holds and create it again under the same name."""
        name = self.kafka.topic_name(topic)
        admin = AdminClient({"bootstrap.servers": self.kafka.bootstrap_servers})
        admin.delete_topics([name])[name].result(timeout=30)
        wait_until(lambda: name in create_missing_topics(self.kafka), 30, f"{name} to be anew")

    def _client(
        self, topic: Topic, group: str = "test-reader"
    ) -> tuple[Consumer, list[TopicPartition]]:
        client = Consumer(
            {
                "bootstrap.servers": self.kafka.bootstrap_servers,
                "group.id": group,
                "enable.auto.commit": False,
            }
        )
        name = self.kafka.topic_name(topic)
        return client, [TopicPartition(name, at) for at in range(topic.partitions)]


class ServiceProcess:
    """A service, started as people start it; ends with the test, however that ends."""

    def __init__(self, command: Sequence[str], stage: Stage, prefix: str, **variables: str) -> None:
        """Start `python <command>`; `variables` are the service's own, given without its prefix."""
        self.port = free_port()
        self.log = stage.folder / f"{prefix.lower()}-{self.port}.log"
        own = {"HTTP_PORT": str(self.port), "STATE_DIR": str(stage.folder / prefix.lower())}
        named = {f"{prefix}_{name}": value for name, value in (own | variables).items()}
        self.process = LeashedProcess(
            [sys.executable, *command],
            log=self.log,
            environment=stage.environment(PYTHONPATH=str(_ROOT), **named),
        )

    def wait_ready(self) -> Self:
        """Return once it is ready."""
        wait_until(self._ready_or_ended, _START_SECONDS, f"{self.log}: it was never ready")
        assert self.process.exit_code is None, self.log.read_text()[-3_000:]
        return self

    def get(self, path: str, method: str = "GET") -> tuple[int, str]:
        """Status and body of an answer; status 0 while nothing listens."""
        try:
            answer = httpx.request(method, f"http://127.0.0.1:{self.port}{path}", timeout=5)
        except httpx.TransportError:
            return 0, ""
        return answer.status_code, answer.text

    def reasons(self) -> Mapping[str, str]:
        """Why it is not ready."""
        _, body = self.get("/readyz")
        reasons: dict[str, str] = json.loads(body)["reasons"] if body else {"down": "no answer"}
        return reasons

    def metric(self, name: str, **labels: str) -> float:
        """The sum of the samples of a metric that bear these labels."""
        _, body = self.get("/metrics")
        return sum(
            sample.value
            for family in text_string_to_metric_families(body)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def stop(self) -> int | None:
        """Ask it to end, and give its exit code."""
        self.process.stop(grace=30)
        return self.process.exit_code

    def logged(self) -> list[Any]:
        """Its log, line by line; what is not JSON comes as text."""
        return [_parsed(line) for line in self.log.read_text().splitlines()]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()

    def _ready_or_ended(self) -> bool:
        return self.process.exit_code is not None or self.get("/readyz")[0] == 200


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return line


@contextlib.contextmanager
def a_stage(bootstrap: str, folder: Path, *, tidy: bool = True) -> Iterator[Stage]:
    """A stage with all topics and the tiny model as champion.

    Its topics are deleted after use, unless the broker is one that ends with the test anyway.
    """
    prefix = f"test-{uuid.uuid4().hex[:8]}-"
    kafka = KafkaSettings(bootstrap_servers=bootstrap, topic_prefix=prefix)
    create_missing_topics(kafka)
    yield Stage(kafka, a_registry(folder), folder)
    if tidy:
        TopicFactory(bootstrap, prefix).delete_all()
