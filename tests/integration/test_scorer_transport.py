"""What the scorer's transport promises, on the real Kafka: a relay stands for the scorer."""

import itertools
import json
import os
import random
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from deploy.local.kafka import LocalKafka
from deploy.local.processes import LeashedProcess
from tests.integration.relay import Relay
from tests.topics import TopicFactory
from tests.waiting import wait_until

_ROOT = Path(__file__).parents[2]
_RELAY = str(Path(__file__).with_name("relay.py"))
_SECONDS = 60
_PARTITIONS = 4
PROTOCOLS: Mapping[str, Mapping[str, Any]] = {
    "range": {"partition.assignment.strategy": "range"},
    "cooperative-sticky": {"partition.assignment.strategy": "cooperative-sticky"},
    "consumer": {
        "group.protocol": "consumer",
        "partition.assignment.strategy": None,
        "session.timeout.ms": None,
        "heartbeat.interval.ms": None,
    },
}


@dataclass
class Worker:
    """One relay process."""

    process: LeashedProcess
    log: Path

    def told(self, name: str) -> list[Any]:
        """All values of one kind that it has told."""
        lines = (line for line in self.log.read_text().splitlines() if line.startswith("{"))
        return [told[name] for told in map(json.loads, lines) if name in told]

    def wait_assigned(self) -> None:
        wait_until(lambda: "assigned: [(" in self.log.read_text(), _SECONDS, "an assignment")

    def ended(self) -> int:
        """Its exit code, once it has ended by itself."""
        assert self.process.ended_within(_SECONDS), self.log.read_text()[-3_000:]
        return self.process.wait()

    def stop(self) -> int | None:
        self.process.stop(grace=30)
        return self.process.exit_code


@dataclass
class Course:
    """An input and an output topic with as many partitions, and the workers between them."""

    bootstrap: str
    source: str
    target: str
    folder: Path
    partitions: int = _PARTITIONS
    group: str = field(default_factory=lambda: f"relay-{uuid.uuid4().hex[:8]}")
    published: list[int] = field(default_factory=list)
    exits: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.published = [0] * self.partitions
        self._producer = Producer({"bootstrap.servers": self.bootstrap})
        self._names = itertools.count()

    def start(self, **how: Any) -> Worker:
        """Another worker; `how` are fields of `Relay`."""
        told = {"bootstrap": self.bootstrap, "group": self.group, **how}
        relay = Relay(source=self.source, target=self.target, **told)
        log = self.folder / f"relay-{next(self._names)}.log"
        command = [sys.executable, _RELAY, msgspec.json.encode(relay).decode()]
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        process = LeashedProcess(command, log=log, environment=environment)
        self.exits.callback(process.kill)
        return Worker(process, log)

    def publish(self, count: int) -> None:
        """So many more, in turn to every partition, each with its number in its partition."""
        for at in range(count):
            partition = at % self.partitions
            self._producer.produce(
                self.source, str(self.published[partition]), f"key-{partition}", partition
            )
            self.published[partition] += 1
        assert not self._producer.flush(30)

    def relayed(self) -> list[list[int]]:
        """What lies in the output now, partition by partition."""
        found: list[list[int]] = [[] for _ in range(self.partitions)]
        ends = self.count()
        client = self._client()
        client.assign([TopicPartition(self.target, at, 0) for at in range(self.partitions)])

        def complete() -> bool:
            for message in client.consume(10_000, 0.1):
                found[message.partition() or 0].append(int(message.value() or b""))
            return sum(map(len, found)) >= ends

        wait_until(complete, 30, f"{self.target} held fewer than {ends}")
        client.close()
        return found

    def count(self) -> int:
        """How many records the output has been given."""
        client = self._client()

        def ends() -> list[int]:
            try:
                told = [client.get_watermark_offsets(p, 10) for p in self._places(self.target)]
            except KafkaException:  # a topic made this moment has no leader yet
                return []
            return [end for _, end in told]

        total = sum(wait_until(ends, 30, f"no leader of {self.target}"))
        client.close()
        return total

    def committed(self) -> list[int]:
        """The group's offsets, partition by partition; zero where there are none."""
        client = self._client()
        offsets = [
            max(0, p.offset) for p in client.committed(self._places(self.source), timeout=10)
        ]
        client.close()
        return offsets

    def wait_committed(self) -> None:
        wait_until(lambda: self.committed() == self.published, _SECONDS, "all to be committed")

    def assert_nothing_lost_or_out_of_order(self) -> None:
        """Consumers keep the first of each: those must be all, in order."""
        for partition, numbers in enumerate(self.relayed()):
            assert list(dict.fromkeys(numbers)) == list(range(self.published[partition]))

    def _places(self, topic: str) -> list[TopicPartition]:
        return [TopicPartition(topic, at) for at in range(self.partitions)]

    def _client(self) -> Consumer:
        return Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": self.group,
                "enable.auto.commit": False,
            }
        )


@contextmanager
def a_course(
    bootstrap: str, make_topic: TopicFactory, folder: Path, partitions: int = _PARTITIONS
) -> Iterator[Course]:
    source, target = (make_topic(name, partitions=partitions) for name in ("in", "out"))
    with ExitStack() as exits:
        yield Course(bootstrap, source, target, folder, partitions, exits=exits)


@pytest.fixture
def course(kafka_bootstrap: str, make_topic: TopicFactory, tmp_path: Path) -> Iterator[Course]:
    with a_course(kafka_bootstrap, make_topic, tmp_path) as course:
        yield course


def test_the_offset_behind_the_last_record_is_committed_and_nothing_comes_twice(
    course: Course,
) -> None:
    course.publish(1_003)
    first = course.start()
    course.wait_committed()
    assert first.stop() == 0
    second = course.start()
    course.publish(10)
    course.wait_committed()
    assert second.told("batch")
    assert course.relayed() == [list(range(count)) for count in course.published]


def test_a_lone_record_is_not_delayed_and_a_backlog_fills_batches(course: Course) -> None:
    course.publish(1_000)
    worker = course.start(size=100)
    course.wait_committed()
    assert max(worker.told("batch")) == 100
    before = len(worker.told("batch"))
    course.publish(1)
    course.wait_committed()
    assert worker.told("batch")[before:] == [1]


def test_records_of_many_sparse_partitions_come_in_one_batch(
    kafka_bootstrap: str, make_topic: TopicFactory, tmp_path: Path
) -> None:
    with a_course(kafka_bootstrap, make_topic, tmp_path, partitions=64) as course:
        course.publish(64 * 3)
        worker = course.start(work=0.1)
        course.wait_committed()
        assert len(worker.told("batch")) <= 16
        course.assert_nothing_lost_or_out_of_order()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_workers_come_and_go_and_every_record_is_relayed_once(
    course: Course, protocol: str
) -> None:
    how = {"config": PROTOCOLS[protocol], "size": 20, "work": 0.01}
    first = course.start(**how)
    course.publish(2_000)
    wait_until(lambda: course.count() > 0, _SECONDS, "the first records")
    second = course.start(**how)
    second.wait_assigned()
    course.publish(1_000)
    wait_until(lambda: second.told("batch"), _SECONDS, "a share of the second")
    assert first.stop() == 0
    course.publish(1_000)
    course.wait_committed()
    assert course.relayed() == [list(range(count)) for count in course.published]


@pytest.mark.parametrize("rounds", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_kills_under_load_lose_nothing_and_keep_the_order(course: Course, rounds: int) -> None:
    draw = random.Random(rounds)
    short = {"config": {"session.timeout.ms": 6_000}, "size": 50}
    for _ in range(rounds):
        worker = course.start(**short)
        before = course.count()
        course.publish(1_000)
        wanted = before + draw.randint(1, 900)
        wait_until(lambda wanted=wanted: course.count() >= wanted, _SECONDS, "some records")  # type: ignore[misc]
        worker.process.kill()
    course.start(**short)
    course.wait_committed()
    course.assert_nothing_lost_or_out_of_order()


def test_a_worker_that_cannot_keep_up_pauses_stays_in_the_group_and_goes_on(
    course: Course,
) -> None:
    course.publish(60)
    worker = course.start(size=20, work=1.5, config={"session.timeout.ms": 6_000})
    course.wait_committed()
    assert max(worker.told("batch")) == 20
    assert "behind: no more is fetched" in worker.log.read_text()
    course.publish(4)
    course.wait_committed()
    course.assert_nothing_lost_or_out_of_order()


def test_a_stop_finishes_the_batch_in_hand_and_commits_it(course: Course) -> None:
    course.publish(1_000)
    worker = course.start(size=20, work=0.05)
    wait_until(lambda: course.count() > 0, _SECONDS, "the first records")
    assert worker.stop() == 0
    assert sum(course.committed()) == course.count() < 1_000
    course.start()
    course.wait_committed()
    assert course.relayed() == [list(range(count)) for count in course.published]


def test_an_error_in_the_agent_ends_the_process_and_its_batch_comes_again(course: Course) -> None:
    course.publish(400)
    failing = course.start(size=10, fail_on="60")
    assert failing.ended() == 1
    assert "a bug in the agent" in failing.log.read_text()
    assert max(course.committed()) <= 60
    assert sum(course.committed()) == sum(failing.told("batch")[:-1]) > 0
    course.start()
    course.wait_committed()
    course.assert_nothing_lost_or_out_of_order()


def test_an_unknown_topic_ends_the_process_and_is_named(course: Course) -> None:
    course.source = "never-made"
    worker = course.start(config={"topic.metadata.propagation.max.ms": 1})
    assert worker.ended() == 1
    assert "never-made" in worker.log.read_text()
    assert "Unknown topic or partition" in worker.log.read_text()


def test_gaps_between_offsets_do_not_hold_commits_up(course: Course) -> None:
    """As in a compacted topic: here aborted records and the marks of transactions make them."""
    producer = Producer(
        {"bootstrap.servers": course.bootstrap, "transactional.id": f"gaps-{course.group}"}
    )
    producer.init_transactions()
    for end in (producer.commit_transaction, producer.abort_transaction) * 3:
        producer.begin_transaction()
        for _ in range(10):
            producer.produce(course.source, str(course.published[0]), partition=0)
            course.published[0] += end == producer.commit_transaction
        producer.flush()
        end()
    course.publish(0)
    course.start(size=7)
    wait_until(lambda: course.committed()[0] == 54, _SECONDS, "the last record's offset")
    assert course.relayed()[0] == list(range(30))


@pytest.mark.parametrize("fault", ["frozen", "killed"])
def test_a_broker_that_goes_away_and_comes_back_costs_nothing(
    own_kafka: LocalKafka, tmp_path: Path, fault: str
) -> None:
    factory = TopicFactory(own_kafka.bootstrap, "")
    with a_course(own_kafka.bootstrap, factory, tmp_path) as course:
        course.publish(2_000)
        worker = course.start(size=20, work=0.01, config={"session.timeout.ms": 6_000})
        wait_until(lambda: course.count() > 0, _SECONDS, "the first records")
        leave, come_back = ways(own_kafka)[fault]
        leave()
        looks = len(worker.told("lag"))
        wait_until(lambda: len(worker.told("lag")) > looks + 30, _SECONDS, "three seconds")
        come_back()
        course.wait_committed()
        assert worker.process.exit_code is None
        course.assert_nothing_lost_or_out_of_order()


def ways(kafka: LocalKafka) -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
    """How a broker leaves, and how it comes back."""
    return {
        "frozen": (kafka.process.freeze, kafka.process.thaw),
        "killed": (lambda: kafka.halt(kill=True), kafka.start),
    }


def test_the_lag_is_told_before_anything_was_ever_committed(course: Course) -> None:
    course.publish(400)
    worker = course.start(size=10, work=30)

    def lag() -> Sequence[int]:
        told = worker.told("lag")
        return list(told[-1].values()) if told else []

    wait_until(lambda: sum(lag()) >= 100, _SECONDS, "the lag of what is read from")
