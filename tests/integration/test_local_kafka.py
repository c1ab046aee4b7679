"""The local Kafka is a real broker, and nothing of it outlives its owner."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin import AdminClient

from deploy.local.kafka import LocalKafka
from deploy.local.kafka_node import KafkaStartError, PortTakenError
from deploy.local.ports import LOOPBACK, is_free
from tests.round_trip import consume_values, produce_values
from tests.topics import TopicFactory
from tests.waiting import wait_until

pytestmark = pytest.mark.kafka

_ROOT = Path(__file__).parents[2]


def _port(bootstrap: str) -> int:
    return int(bootstrap.rsplit(":", 1)[1])


def _answers(bootstrap: str) -> bool:
    client = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    try:
        return bool(client.list_topics(timeout=1).brokers)
    except KafkaException:
        return False


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def _somebody_on(port: int) -> Iterator[None]:
    with socket.socket() as other:
        other.bind((LOOPBACK, port))
        other.listen()
        yield


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_both_group_protocols_read_what_was_published(
    kafka_bootstrap: str, make_topic: TopicFactory, protocol: str
) -> None:
    topic = make_topic()
    produce_values(kafka_bootstrap, topic, [b"one", b"two"])

    assert consume_values(kafka_bootstrap, topic, count=2, protocol=protocol) == [b"one", b"two"]


def test_a_topic_nobody_created_is_an_error_and_not_a_new_topic(
    kafka_bootstrap: str, topic_prefix: str
) -> None:
    producer = Producer(
        {"bootstrap.servers": kafka_bootstrap, "topic.metadata.propagation.max.ms": 1}
    )
    outcomes: list[str | None] = []

    def note(error: KafkaError | None, _: Message) -> None:
        outcomes.append(error.name() if error else None)

    producer.produce(f"{topic_prefix}misspelt", b"x", on_delivery=note)
    producer.flush(10)

    assert outcomes == ["UNKNOWN_TOPIC_OR_PART"]


def test_a_prefix_takes_its_topics_with_it(kafka_bootstrap: str) -> None:
    topics = TopicFactory(kafka_bootstrap, "doomed-")
    name = topics("one", config={"cleanup.policy": "compact"})

    topics.delete_all()

    client = AdminClient({"bootstrap.servers": kafka_bootstrap})
    wait_until(lambda: name not in client.list_topics(timeout=5).topics, 10, f"{name} stays")


def test_two_nodes_live_side_by_side(kafka_bootstrap: str, own_kafka: LocalKafka) -> None:
    assert own_kafka.bootstrap != kafka_bootstrap
    assert _answers(kafka_bootstrap)
    assert _answers(own_kafka.bootstrap)


@pytest.mark.parametrize("kill", [False, True], ids=["orderly", "crash"])
def test_a_restart_keeps_address_and_records(own_kafka: LocalKafka, *, kill: bool) -> None:
    address = own_kafka.bootstrap
    topic = TopicFactory(address, "kept-")()
    produce_values(address, topic, [b"before"])

    own_kafka.restart(kill=kill)

    assert own_kafka.bootstrap == address
    produce_values(address, topic, [b"after"])
    assert consume_values(address, topic, count=2) == [b"before", b"after"]


def test_a_frozen_node_is_silent_until_it_thaws(own_kafka: LocalKafka) -> None:
    own_kafka.process.freeze()
    assert not _answers(own_kafka.bootstrap)

    own_kafka.process.thaw()
    wait_until(lambda: _answers(own_kafka.bootstrap), 20, "the thawed node stays silent")


@pytest.mark.parametrize("state", ["running", "frozen", "halted"])
def test_nothing_is_left_after_stop(state: str) -> None:
    kafka = LocalKafka()
    kafka.start()
    pid, port, folder = kafka.process.pid, _port(kafka.bootstrap), kafka.log.parent
    if state == "frozen":
        kafka.process.freeze()
    if state == "halted":
        kafka.halt()

    kafka.stop()

    assert not _is_running(pid)
    assert is_free(port)
    assert not folder.exists()


def test_a_folder_of_the_callers_keeps_the_records(tmp_path: Path) -> None:
    with LocalKafka(folder=tmp_path) as kafka:
        topic = TopicFactory(kafka.bootstrap, "kept-")()
        produce_values(kafka.bootstrap, topic, [b"before"])

    with LocalKafka(folder=tmp_path) as kafka:
        assert consume_values(kafka.bootstrap, topic, count=1) == [b"before"]


def test_a_node_that_ends_by_itself_leaves_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kafka = LocalKafka()
    kafka.start()
    log = kafka.log
    os.kill(kafka.process.pid, signal.SIGKILL)
    kafka.process.wait()

    kafka.stop()

    assert log.exists()


def test_a_chosen_port_that_is_taken_is_named(free_port: int, tmp_path: Path) -> None:
    with (
        _somebody_on(free_port),
        pytest.raises(PortTakenError, match=f"port {free_port} is taken") as caught,
    ):
        LocalKafka(folder=tmp_path, port=free_port).start()

    assert f"its log is {tmp_path / 'kafka.log'}" in str(caught.value)


def test_a_free_port_that_was_lost_is_replaced(
    free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = LocalKafka.__init__.__globals__["free_port"]
    ports = iter([free_port])
    monkeypatch.setattr("deploy.local.kafka.free_port", lambda: next(ports, None) or free())

    with _somebody_on(free_port), LocalKafka() as kafka:
        assert _port(kafka.bootstrap) != free_port
        assert _answers(kafka.bootstrap)


def test_a_cluster_id_may_start_with_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    dash = UUID(bytes=b"\xf8" + bytes(15))
    monkeypatch.setattr("deploy.local.kafka_node.uuid.uuid4", lambda: dash)

    with LocalKafka() as kafka:
        client = AdminClient({"bootstrap.servers": kafka.bootstrap})
        assert client.list_topics(timeout=5).cluster_id == "-" + "A" * 21


def test_a_start_that_fails_names_what_the_node_said(tmp_path: Path) -> None:
    kafka = LocalKafka(folder=tmp_path, jvm_flags=("-Xmx1k",))

    with pytest.raises(KafkaStartError, match="Too small maximum heap"):
        kafka.start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_foreground_command_takes_its_node_with_it(
    number: signal.Signals, free_port: int, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "deploy.local.kafka", "--port", str(free_port)]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as foreground:
        assert foreground.stdout is not None
        assert foreground.stdout.readline() == f"{LOOPBACK}:{free_port}\n"

        foreground.send_signal(number)

        assert foreground.wait(20) == (-number if number == signal.SIGKILL else 0)
    wait_until(lambda: is_free(free_port), 5, f"port {free_port} is still taken")
    assert number == signal.SIGKILL or not list(tmp_path.iterdir())
