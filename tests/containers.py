"""Kafka and PostgreSQL in containers, where a Docker daemon is."""

import contextlib
import gc
import warnings
from collections.abc import Iterator

import docker
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from docker.errors import DockerException
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from deploy.local.ports import LOOPBACK, free_port
from tests.waiting import wait_until

KAFKA_IMAGE = "apache/kafka:4.1.0"
POSTGRES_IMAGE = "postgres:15"


def daemon_problem() -> str | None:
    """Why there is no Docker daemon to talk to; None if there is one.

    The client leaves a socket open that it could not connect; it is collected here, unremarked.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            with contextlib.closing(docker.from_env()) as client:
                client.ping()
        except DockerException as error:
            return f"no Docker daemon: {error}"
        finally:
            gc.collect()
    return None


@contextlib.contextmanager
def kafka_container() -> Iterator[str]:
    """One Kafka node in a container, ready; yields its address.

    A daemon on another machine is reached by what TESTCONTAINERS_HOST_OVERRIDE names.
    """
    _keep_no_reaper()
    port = free_port()  # known before the start, for the node must advertise it
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(9092, port)
    bootstrap = f"{testcontainers_config.tc_host_override or LOOPBACK}:{port}"
    with container.with_envs(**_kafka_environment(bootstrap)):
        client = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
        try:
            wait_until(
                lambda: _answers(client), 60, f"Kafka in a container is silent at {bootstrap}"
            )
        except AssertionError as silence:
            silence.add_note(b"".join(container.get_logs()).decode(errors="replace"))
            raise
        yield bootstrap


@contextlib.contextmanager
def postgres_container() -> Iterator[str]:
    """A PostgreSQL server in a container, ready; yields its SQLAlchemy address."""
    _keep_no_reaper()
    server = PostgresContainer(POSTGRES_IMAGE, driver="psycopg").with_env("LANG", "C.UTF-8")
    with server as postgres:
        yield postgres.get_connection_url()


def _keep_no_reaper() -> None:
    """Do without the helper container that ends others: ours are ended by their fixtures."""
    testcontainers_config.ryuk_disabled = True


def _kafka_environment(bootstrap: str) -> dict[str, str]:
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{bootstrap}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }


def _answers(client: AdminClient) -> bool:
    try:
        return bool(client.list_topics(timeout=1).brokers)
    except KafkaException:
        return False
