import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from runtime.kafka_errors import OVERTAKEN
from runtime.statistics import read_statistics
from scorer.transport.commits import Commits
from scorer.transport.flow import Flow
from scorer.transport.membership import Membership
from tests.unit.scorer.transport.test_flow import a_message

PLACE = ("in", 0)
BUSY = KafkaError(KafkaError.COORDINATOR_LOAD_IN_PROGRESS)


@dataclass
class Client:
    """Notes what is committed; answers what waits for its answer by `answers`."""

    sent: list[int] = field(default_factory=list)
    answers: list[KafkaError | None] = field(default_factory=list)

    def commit(self, *, offsets: Sequence[TopicPartition], asynchronous: bool) -> Any:
        self.sent += [partition.offset for partition in offsets]
        if not asynchronous and self.answers and (error := self.answers.pop(0)):
            raise KafkaException(error)
        return list(offsets)


@dataclass
class Stand:
    """Commits of a flow whose one partition is worked on record by record."""

    client: Client = field(default_factory=Client)
    flow: Flow = field(default_factory=lambda: Flow(10))

    def __post_init__(self) -> None:
        self.commits = Commits(cast(Any, self.client), self.flow)

    def done(self, offset: int) -> None:
        self.flow.put([a_message(0, offset)])
        self.flow.settle(self.flow.begin())


@pytest.fixture
def stand() -> Stand:
    return Stand()


def test_one_commit_is_under_way_and_the_next_takes_all_that_came_meanwhile(stand: Stand) -> None:
    for offset in range(4):
        stand.done(offset)
        stand.commits.go_on()
    assert stand.client.sent == [1]
    stand.commits.answered(None, [])
    stand.commits.go_on()
    assert stand.client.sent == [1, 4]


def test_without_anything_settled_nothing_is_sent(stand: Stand) -> None:
    stand.commits.go_on()
    stand.commits.wait()
    assert stand.client.sent == []


def test_what_the_broker_cannot_take_yet_is_tried_again(stand: Stand) -> None:
    stand.done(0)
    stand.commits.go_on()
    stand.commits.answered(BUSY, [])
    stand.commits.go_on()
    assert stand.client.sent == [1, 1]


def test_an_error_of_a_partition_counts_too(stand: Stand) -> None:
    stand.done(0)
    stand.commits.go_on()
    refused = cast(TopicPartition, Refused(BUSY))
    stand.commits.answered(None, [refused])
    stand.commits.go_on()
    assert stand.client.sent == [1, 1]


@pytest.mark.parametrize("code", OVERTAKEN)
def test_a_commit_that_a_rebalance_overtook_is_sent_again(stand: Stand, code: int) -> None:
    stand.done(0)
    stand.commits.go_on()
    stand.commits.answered(KafkaError(code), [])
    stand.commits.go_on()
    assert stand.client.sent == [1, 1]


def test_a_late_answer_brings_nothing_of_a_partition_given_away_back(stand: Stand) -> None:
    stand.done(0)
    stand.commits.go_on()
    stand.commits.forget({PLACE})
    stand.commits.answered(KafkaError(KafkaError.ILLEGAL_GENERATION), [])
    stand.commits.go_on()
    assert stand.client.sent == [1]


def test_giving_partitions_away_forgets_what_is_under_way_and_what_was_overtaken(
    stand: Stand,
) -> None:
    stand.done(0)
    stand.commits.go_on()
    stand.client.answers = [KafkaError(KafkaError.REBALANCE_IN_PROGRESS)]
    membership = Membership(stand.flow, stand.commits, threading.Event())
    membership.revoked(cast(Any, stand.client), [TopicPartition(*PLACE)])
    stand.commits.answered(KafkaError(KafkaError.REBALANCE_IN_PROGRESS), [])
    stand.commits.go_on()
    assert stand.client.sent == [1, 1]


def test_what_was_overtaken_while_waiting_is_sent_again(stand: Stand) -> None:
    stand.done(0)
    stand.client.answers = [KafkaError(KafkaError.REBALANCE_IN_PROGRESS)]
    stand.commits.wait()
    stand.commits.go_on()
    assert stand.client.sent == [1, 1]


def test_the_answer_to_an_earlier_commit_is_not_taken_for_that_under_way(stand: Stand) -> None:
    stand.done(0)
    stand.commits.wait()
    stand.done(1)
    stand.commits.go_on()
    stand.commits.answered(None, [TopicPartition(*PLACE, 1)])
    stand.commits.answered(KafkaError(KafkaError.REBALANCE_IN_PROGRESS), [])
    stand.commits.go_on()
    assert stand.client.sent == [1, 2, 2]


def test_any_other_refusal_ends_the_process(stand: Stand) -> None:
    stand.done(0)
    stand.commits.go_on()
    with pytest.raises(KafkaException, match="TOPIC_AUTHORIZATION_FAILED"):
        stand.commits.answered(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED), [])


def test_waiting_sees_the_commit_under_way_through_and_tries_again(stand: Stand) -> None:
    stand.done(0)
    stand.commits.go_on()
    stand.done(1)
    stand.client.answers = [BUSY, None]
    stand.commits.wait()
    assert stand.client.sent == [1, 2, 2]


def test_an_old_answer_brings_no_older_offset_back(stand: Stand) -> None:
    stand.done(0)
    stand.commits.go_on()
    stand.done(1)
    stand.commits.wait()
    stand.commits.answered(BUSY, [])
    stand.commits.go_on()
    assert stand.client.sent == [1, 2]


@dataclass(frozen=True)
class Refused:
    """A partition in the broker's answer."""

    error: KafkaError


def test_an_exhausted_partition_lags_until_its_last_record_is_committed(stand: Stand) -> None:
    told = {"consumer_lag": 3, "eof_offset": 8, "ls_offset": 8}
    statistics = read_statistics(json.dumps({"topics": {"in": {"partitions": {"0": told}}}}))
    membership = Membership(stand.flow, stand.commits, threading.Event())
    membership.assigned(cast(Any, stand.client), [TopicPartition(*PLACE)])
    lags = [membership.lag(statistics)]
    stand.flow.put([a_message(0, 5)])
    lags.append(membership.lag(statistics))
    fetch = stand.flow.begin()
    lags.append(membership.lag(statistics))
    stand.flow.settle(fetch)
    lags.append(membership.lag(statistics))
    stand.commits.go_on()
    lags.append(membership.lag(statistics))
    stand.commits.answered(None, [TopicPartition(*PLACE, 6)])
    lags.append(membership.lag(statistics))
    assert [lag[PLACE] for lag in lags] == [0, 3, 3, 3, 3, 0]
