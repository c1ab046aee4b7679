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
from confluent_kafka import (
    OFFSET_END,
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

from deploy.local.kafka import LocalKafka
from deploy.local.processes import LeashedProcess
from runtime.kafka_errors import NOT_YET
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

    def resident(self) -> int:
        """Bytes of its memory, by the system's account."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


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

    def transact(self, count: int, *, keep: bool, partitions: Sequence[int]) -> None:
        """So many records to each partition in one transaction, committed or aborted."""
        name = f"{self.group}-{next(self._names)}"
        producer = Producer({"bootstrap.servers": self.bootstrap, "transactional.id": name})
        producer.init_transactions()
        producer.begin_transaction()
        for partition in partitions:
            for at in range(count):
                number = str(self.published[partition] + at)
                producer.produce(self.source, number, f"key-{partition}", partition)
            self.published[partition] += count if keep else 0
        producer.flush()
        (producer.commit_transaction if keep else producer.abort_transaction)()

    def expire(self) -> None:
        """Delete what the input holds, as its retention does."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        ends = [TopicPartition(place.topic, place.partition, OFFSET_END) for place in self._input]
        for deleted in admin.delete_records(ends).values():
            deleted.result(30)

    def readable(self) -> int:
        """How many records the input holds now, offsets without one left out."""
        client = Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": self.group,
                "enable.auto.commit": False,
                "enable.partition.eof": True,
            }
        )
        client.assign([TopicPartition(p.topic, p.partition, 0) for p in self._input])
        found = [0, 0]

        def complete() -> bool:
            for message in client.consume(10_000, 0.1):
                error = message.error()
                assert error is None or error.code() == KafkaError._PARTITION_EOF, error
                found[error is not None] += 1
            return found[True] == self.partitions

        wait_until(complete, 30, "the ends of the input")
        client.close()
        return found[False]

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

        def offsets() -> list[int]:
            try:
                told = client.committed(self._input, timeout=10)
            except KafkaException as error:
                if error.args[0].code() not in NOT_YET:  # the group's coordinator may not be ready
                    raise
                return []
            return [max(0, p.offset) for p in told]

        found = wait_until(offsets, 30, "no coordinator of the group")
        client.close()
        return found

    def wait_committed(self) -> None:
        wait_until(lambda: self.committed() == self.published, _SECONDS, "all to be committed")

    def assert_nothing_lost_or_out_of_order(self) -> None:
        """Consumers keep the first of each: those must be all, in order."""
        for partition, numbers in enumerate(self.relayed()):
            assert list(dict.fromkeys(numbers)) == list(range(self.published[partition]))

    @property
    def _input(self) -> list[TopicPartition]:
        return self._places(self.source)

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
    bootstrap: str,
    make_topic: TopicFactory,
    folder: Path,
    partitions: int = _PARTITIONS,
    config: Mapping[str, str] | None = None,
) -> Iterator[Course]:
    source = make_topic("in", partitions=partitions, config=config)
    target = make_topic("out", partitions=partitions)
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


def test_a_worker_that_stood_still_until_it_was_given_up_goes_on_behind_the_others(
    course: Course,
) -> None:
    how = {"size": 20, "work": 0.02, "config": {"session.timeout.ms": 6_000}}
    stopped = course.start(**how)
    course.publish(2_000)
    wait_until(lambda: course.count() > 0, _SECONDS, "the first records")
    stopped.process.freeze()
    other = course.start(**how)
    course.wait_committed()
    stopped.process.thaw()
    wait_until(lambda: "given away" in stopped.log.read_text(), _SECONDS, "the loss to be told")
    wait_until(lambda: stopped.log.read_text().count("assigned:") > 1, _SECONDS, "a new share")
    course.publish(400)
    course.wait_committed()
    course.assert_nothing_lost_or_out_of_order()
    assert (stopped.process.exit_code, other.process.exit_code) == (None, None)


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
    for keep in (True, False) * 3:
        course.transact(10, keep=keep, partitions=[0])
    course.start(size=7)
    wait_until(lambda: course.committed()[0] == 54, _SECONDS, "the last record's offset")
    assert course.relayed()[0] == list(range(30))


def test_fetches_that_hold_nothing_to_read_are_passed_by(course: Course) -> None:
    for _ in range(20):
        course.transact(50, keep=False, partitions=[0])
    course.publish(4)
    worker = course.start(config={"fetch.message.max.bytes": 500})
    wait_until(lambda: course.committed() == [1_021, 1, 1, 1], _SECONDS, "the last record's offset")
    assert sum(worker.told("batch")) == 4
    assert course.relayed() == [[0]] * 4


def test_a_compacted_topic_is_read_to_its_end(
    kafka_bootstrap: str, make_topic: TopicFactory, tmp_path: Path
) -> None:
    config = {"cleanup.policy": "compact", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.01"}
    with a_course(kafka_bootstrap, make_topic, tmp_path, partitions=1, config=config) as course:
        course.publish(1_000)

        def compacted() -> bool:
            course.publish(1)  # closes the segment before it: only those are compacted
            return course.readable() < course.published[0] / 2

        wait_until(compacted, _SECONDS, "the compaction")
        course.start(size=7)
        course.wait_committed()
        [relayed] = course.relayed()
        assert relayed == sorted(set(relayed))
        assert relayed[-1] == course.published[0] - 1
        assert len(relayed) < course.published[0] / 2


@pytest.mark.parametrize("tail", ["marks", "aborted records", "expired records"])
def test_offsets_without_a_record_at_the_end_do_not_lag(course: Course, tail: str) -> None:
    """Else a worker with nothing to do would count as stalled."""
    everywhere = range(course.partitions)
    course.publish(40)
    if tail == "marks":
        course.transact(5, keep=True, partitions=everywhere)
    if tail == "aborted records":
        course.transact(5, keep=False, partitions=everywhere)
    if tail == "expired records":
        first = course.start()
        course.wait_committed()
        assert first.stop() == 0
        course.publish(40)
        course.expire()
    worker = course.start()
    nothing = dict.fromkeys(map(str, everywhere), 0)
    wait_until(lambda: worker.told("lag")[-1:] == [nothing], _SECONDS, "no lag")
    if tail == "expired records":
        assert "offset reset" in worker.log.read_text(), "what was missed is said"
    before = course.count()
    course.publish(4)
    wait_until(lambda: course.count() == before + 4, _SECONDS, "what came then")


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


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_a_million_records_while_workers_come_and_go_cost_no_record_and_no_memory(
    course: Course,
) -> None:
    total, step, ahead = 1_000_000, 10_000, 40_000
    how = {"size": 500, "config": {"session.timeout.ms": 6_000}}
    steady, passing = course.start(**how), course.start(**how)
    warm = 0
    while (published := sum(course.published)) < total:
        course.publish(step)
        wait_until(
            lambda least=published - ahead: course.count() >= least,  # type: ignore[misc]
            _SECONDS,
            "progress",
        )
        if published % 100_000 == 0 and published:
            warm = warm or steady.resident()
            passing.wait_assigned()
            assert passing.stop() == 0
            passing = course.start(**how)
    course.wait_committed()
    assert course.relayed() == [list(range(count)) for count in course.published]
    assert steady.resident() < 1.05 * warm, (steady.resident(), warm)


def test_the_lag_is_told_before_anything_was_ever_committed(course: Course) -> None:
    course.publish(400)
    worker = course.start(size=10, work=30)

    def lag() -> Sequence[int]:
        told = worker.told("lag")
        return list(told[-1].values()) if told else []

    wait_until(lambda: sum(lag()) >= 100, _SECONDS, "the lag of what is read from")
