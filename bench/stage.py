"""Where the stream benchmarks play: one real Kafka, a registry, topics, applications."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from mlflow import MlflowClient

from bench.material import MODEL_NAME, Material, Say
from contracts.application import LoanApplication
from contracts.bundle import DIGEST_TAG, MANIFEST_FILE
from contracts.events import EVENT_TYPES
from contracts.headers import cloud_event_headers, new_traceparent
from contracts.topics import APPLICATIONS, DEAD_LETTERS, TOPICS, Topic
from deploy.local.kafka import LocalKafka
from runtime.model_bundle import sha256
from runtime.settings import KafkaSettings, MlflowSettings

_SECONDS = 60.0
_BURST = 5_000
_APPEND_TIME = {"message.timestamp.type": "LogAppendTime"}


class CommandFailedError(RuntimeError):
    """A command of ours failed."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A Kafka, a registry with the model in force, and a folder for what processes leave.

    Attributes:
        bootstrap: Kafka's address.
        kafka_process: its process id.
        kafka_data: its folder of records.
        admin: a client for topics and groups.
        mlflow: the registry.
        folder: of this run; removed behind it.
        material: model, histories and applications.
        values: the application of every applicant, encoded.
        ids: of the applicants, in the same order.
        say: tells who waits how far it is.
    """

    bootstrap: str
    kafka_process: int
    kafka_data: Path
    admin: AdminClient
    mlflow: MlflowSettings
    folder: Path
    material: Material
    values: Sequence[bytes]
    ids: Sequence[int]
    say: Say

    def kafka(self, prefix: str) -> KafkaSettings:
        """Settings under which topics and groups are apart from those of other prefixes."""
        return KafkaSettings(bootstrap_servers=self.bootstrap, topic_prefix=prefix)

    def environment(self, prefix: str) -> dict[str, str]:
        """The variables that lead our services here."""
        return {
            **os.environ,
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap,
            "KAFKA_TOPIC_PREFIX": prefix,
            "MLFLOW_TRACKING_URI": self.mlflow.tracking_uri,
            "MODEL_NAME": MODEL_NAME,
            "NUMBA_CACHE_DIR": str(self.material.compiled),
            "PYTHONUNBUFFERED": "1",
        }

    def create_topics(self, prefix: str, partitions: int | None = None) -> None:
        """Our topics under a prefix, their times the broker's: one clock tells them all.

        Args:
            prefix: of their names.
            partitions: of applications and scores, those of production if None.
        """
        topics = [_new_topic(prefix, topic, partitions) for topic in (*TOPICS, *DEAD_LETTERS)]
        self._create(topics)

    def create_target(self, name: str, partitions: int) -> None:
        """One topic for a contestant's output."""
        self._create([NewTopic(name, partitions, 1, config=_APPEND_TIME)])

    def delete_topics(self, prefix: str) -> None:
        """Make room on the disk: delete every topic whose name begins so."""
        there = self.admin.list_topics(timeout=_SECONDS).topics
        names = [name for name in there if name.startswith(prefix)]
        for deleted in self.admin.delete_topics(names, operation_timeout=_SECONDS).values():
            deleted.result(_SECONDS)

    def bytes_on_disk(self, topic: str) -> int:
        """What a topic's records take, as Kafka keeps them."""
        segments = self.kafka_data.glob(f"{topic}-[0-9]*/*.log")
        return sum(segment.stat().st_size for segment in segments)

    def state(self, prefix: str) -> Path:
        """The scorer's folder under a prefix; the histories are in it once the scorer was ready."""
        return self.folder / f"{prefix}scorer"

    def run(self, prefix: str, *arguments: str) -> None:
        """Run one of our commands here.

        Raises:
            CommandFailedError: it ended with another code than 0; has the end of its output.
        """
        ended = subprocess.run(  # noqa: S603 - our own commands
            [sys.executable, "-m", *arguments],
            env=self.environment(prefix),
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if ended.returncode != 0:
            command = " ".join(arguments)
            raise CommandFailedError(f"{command}: code {ended.returncode}\n{ended.stdout[-1500:]}")

    def publish_backlog(self, prefix: str, count: int, first: int = 0) -> str:
        """The applications from `first` to `count`, applicants in turn, the number for an id.

        Returns:
            The topic.
        """
        topic = self.kafka(prefix).topic_name(APPLICATIONS)
        producer = Producer(
            {
                "bootstrap.servers": self.bootstrap,
                "partitioner": "murmur2_random",
                "compression.type": "lz4",
                "linger.ms": 20,
                "queue.buffering.max.kbytes": 524_288,
            }
        )
        now = dt.datetime.now(dt.UTC)
        for number in range(first, count):
            at = number % len(self.values)
            headers = application_headers(str(number), self.ids[at], now)
            producer.produce(topic, self.values[at], str(self.ids[at]), headers=list(headers))
            if number % _BURST == _BURST - 1:
                producer.flush()
        producer.flush()
        return topic

    def _create(self, topics: list[NewTopic]) -> None:
        for created in self.admin.create_topics(topics, operation_timeout=_SECONDS).values():
            created.result(_SECONDS)


def application_headers(
    event_id: str, application_id: int, time: dt.datetime
) -> list[tuple[str, bytes]]:
    """The headers that upstream systems give an application."""
    return cloud_event_headers(
        event_id=event_id,
        event_type=EVENT_TYPES[LoanApplication],
        source="bench",
        subject=str(application_id),
        time=time,
        traceparent=new_traceparent(),
    )


@contextmanager
def open_stage(material: Material, folder: Path, say: Say) -> Iterator[Stage]:
    """A Kafka of its own and a registry in which the model is champion."""
    say("a Kafka of its own, and a registry")
    applications = material.applications()
    with LocalKafka() as kafka:
        yield Stage(
            bootstrap=kafka.bootstrap,
            kafka_process=kafka.process.pid,
            kafka_data=kafka.log.parent / "data",
            admin=AdminClient({"bootstrap.servers": kafka.bootstrap, "log_level": 0}),
            mlflow=_registry(material, folder),
            folder=folder,
            material=material,
            values=material.encoded(),
            ids=[one.SK_ID_CURR for one in applications],
            say=say,
        )


def _registry(material: Material, folder: Path) -> MlflowSettings:
    settings = MlflowSettings(tracking_uri=f"sqlite:///{folder}/mlflow.db", model_name=MODEL_NAME)
    client = MlflowClient(tracking_uri=settings.tracking_uri)
    client.create_registered_model(MODEL_NAME)
    digest = sha256((material.bundle / MANIFEST_FILE).read_bytes())
    made = client.create_model_version(
        MODEL_NAME, material.bundle.absolute().as_uri(), tags={DIGEST_TAG: digest}
    )
    client.set_registered_model_alias(MODEL_NAME, settings.model_alias, made.version)
    return settings


def _new_topic(prefix: str, topic: Topic, partitions: int | None) -> NewTopic:
    config: Mapping[str, str] = {
        **_APPEND_TIME,
        "cleanup.policy": topic.cleanup,
        "max.message.bytes": str(topic.max_message_bytes),
    }
    spread = topic.partitions if partitions is None or topic.partitions == 1 else partitions
    return NewTopic(prefix + topic.name, spread, 1, config=dict(config))
