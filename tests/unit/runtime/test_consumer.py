import json
from collections.abc import Sequence

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from contracts.records import RawRecord
from contracts.topics import SCORES
from runtime.consumer import Consumer, Positions
from runtime.settings import KafkaSettings


class Client:
    """Refuses the first commits as overtaken by a rebalance."""

    def __init__(self, refusals: int) -> None:
        self.refusals, self.committed = refusals, list[tuple[int, int]]()

    def commit(self, offsets: Sequence[TopicPartition], *, asynchronous: bool) -> None:
        assert not asynchronous
        if self.refusals:
            self.refusals -= 1
            raise KafkaException(KafkaError(KafkaError.REBALANCE_IN_PROGRESS))
        self.committed += [(one.partition, one.offset) for one in offsets]

    def consume(self, _most: int, _wait: float) -> list[object]:
        return []

    def incremental_assign(self, partitions: Sequence[TopicPartition]) -> None:
        self.assigned = [(one.partition, one.offset) for one in partitions]


class JoinedConsumer(Consumer):
    """A member that holds partitions 0 and 1, without a broker."""

    def __init__(self, client: Client, positions: Positions | None = None) -> None:
        self.client = client
        super().__init__(KafkaSettings(), "a service", [SCORES], positions)
        self._assigned(client, [TopicPartition(SCORES.name, at) for at in (0, 1)])  # type: ignore[arg-type]

    def _join(self) -> Client:  # type: ignore[override]
        return self.client

    def lose(self, partition: int) -> None:
        self._revoked(self.client, [TopicPartition(SCORES.name, partition)])  # type: ignore[arg-type]


def record(partition: int, offset: int) -> RawRecord:
    return RawRecord(SCORES.name, partition, offset, None, None, (), 0)


@pytest.fixture
def consumer() -> JoinedConsumer:
    return JoinedConsumer(Client(refusals=1))


def test_a_commit_overtaken_by_a_rebalance_is_made_again_when_nothing_comes(
    consumer: JoinedConsumer,
) -> None:
    consumer.commit([record(0, 4), record(1, 7)])
    assert consumer.client.committed == []

    assert consumer.poll_batch(10, 0) == []

    assert consumer.client.committed == [(0, 5), (1, 8)]


def test_an_overtaken_commit_goes_with_the_next_one(consumer: JoinedConsumer) -> None:
    consumer.commit([record(0, 4), record(1, 7)])

    consumer.commit([record(0, 9)])

    assert consumer.client.committed == [(0, 10), (1, 8)]


def test_an_overtaken_commit_of_a_partition_given_away_is_dropped(
    consumer: JoinedConsumer,
) -> None:
    consumer.commit([record(0, 4), record(1, 7)])
    consumer.lose(0)

    consumer.poll_batch(10, 0)

    assert consumer.client.committed == [(1, 8)]


def statistics(**told: int) -> str:
    """What the client tells of partition 0, committed up to 5 of 6 offsets."""
    partition = {"consumer_lag": 1, "ls_offset": 6, "fetchq_cnt": 0, **told}
    return json.dumps({"topics": {SCORES.name: {"partitions": {"0": partition}}}})


def test_offsets_without_a_record_at_the_end_of_a_partition_do_not_lag(
    consumer: JoinedConsumer,
) -> None:
    consumer._look(statistics(eof_offset=5))
    assert consumer.lag() == {(SCORES.name, 0): 1}

    consumer._look(statistics(eof_offset=6))
    assert consumer.lag() == {(SCORES.name, 0): 0}


def test_what_a_rebalance_keeps_from_being_committed_lags(consumer: JoinedConsumer) -> None:
    consumer.commit([record(0, 5)])
    consumer._look(statistics(eof_offset=6))
    assert consumer.lag() == {(SCORES.name, 0): 1}


def test_where_a_store_goes_on_is_committed_though_nothing_comes() -> None:
    """A kill between the store's commit and the group's would else lag until the next record."""
    stored = {0: 54}
    consumer = JoinedConsumer(Client(refusals=0), lambda _, partition: stored.get(partition))
    assert dict(consumer.client.assigned)[0] == 54

    assert consumer.poll_batch(10, 0) == []

    assert consumer.client.committed == [(0, 54)]
