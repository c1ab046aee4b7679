from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.topics import APPLICATIONS, DEAD_LETTERS, DRIFT, HISTORIES, SCORES, TOPICS, Topic
from runtime.topic_plan import SETTINGS, Danger, Layout, layout, plan

ALL = {topic.name: topic for topic in (*TOPICS, *DEAD_LETTERS)}
DAY_MS = 24 * 3600 * 1000


def found(
    topic: Topic, *, partitions: int | None = None, replication: int = 1, **settings: str
) -> Layout:
    """As the contract has it, but for what is given; underscores stand for Kafka's dots."""
    as_wanted = layout(topic, replication)
    named = {name.replace("_", "."): value for name, value in settings.items()}
    assert named.keys() <= set(SETTINGS)
    return Layout(partitions or topic.partitions, replication, {**as_wanted.settings, **named})


def refusals(topic: Topic, there: Layout, *allowed: Danger, replication: int = 1) -> list[str]:
    return plan({topic.name: topic}, {topic.name: there}, replication).refusals(allowed)


def test_an_empty_cluster_gets_every_topic_as_the_contract_has_it() -> None:
    made = plan(ALL, {}, 3)
    assert made.missing == {name: layout(topic, 3) for name, topic in ALL.items()}
    assert made.refusals() == []
    assert "loan.scores: missing, to be created with 4 partitions" in str(made)


def test_topics_that_are_as_they_are_to_be_need_nothing() -> None:
    there = {name: layout(topic, 1) for name, topic in ALL.items()}
    assert plan(ALL, there, 1).nothing_to_do


@pytest.mark.parametrize(("replication", "confirm"), [(1, "1"), (2, "1"), (3, "2"), (5, "4")])
def test_one_replica_may_fail_without_stopping_the_writers(replication: int, confirm: str) -> None:
    assert layout(SCORES, replication).settings["min.insync.replicas"] == confirm


@pytest.mark.parametrize(
    ("topic", "there", "danger"),
    [
        (SCORES, found(SCORES, partitions=1), Danger.MORE_PARTITIONS),
        (HISTORIES, found(HISTORIES, cleanup_policy="delete"), Danger.DELETE_TO_COMPACT),
        (APPLICATIONS, found(APPLICATIONS, cleanup_policy="compact"), Danger.COMPACT_TO_DELETE),
        (SCORES, found(SCORES, retention_ms=str(31 * DAY_MS)), Danger.SHORTER_RETENTION),
        (SCORES, found(SCORES, retention_ms="-1"), Danger.SHORTER_RETENTION),
        (DRIFT, found(DRIFT, max_message_bytes="9999999"), Danger.SMALLER_RECORDS),
    ],
)
def test_a_dangerous_change_is_refused_until_it_is_named(
    topic: Topic, there: Layout, danger: Danger
) -> None:
    (refusal,) = refusals(topic, there)
    assert refusal.startswith(f"{topic.name}: ")
    assert f"--allow {danger}" in refusal
    assert refusals(topic, there, danger) == []
    others = [other for other in Danger if other != danger]
    assert refusals(topic, there, *others) == [refusal]


@pytest.mark.parametrize(
    ("topic", "there"),
    [
        (SCORES, found(SCORES, retention_ms=str(DAY_MS))),
        (HISTORIES, found(HISTORIES, retention_ms=str(DAY_MS))),
        (HISTORIES, found(HISTORIES, cleanup_policy="compact,delete")),
        (SCORES, found(SCORES, max_message_bytes="1000")),
        (SCORES, found(SCORES, replication=3, min_insync_replicas="1")),
        (SCORES, found(SCORES, replication=3, min_insync_replicas="3")),
    ],
)
def test_what_costs_nothing_is_a_difference_and_not_refused(topic: Topic, there: Layout) -> None:
    assert len(plan({topic.name: topic}, {topic.name: there}, 1).differences) == 1
    assert refusals(topic, there) == []


def test_fewer_partitions_cannot_be_allowed() -> None:
    (refusal,) = refusals(SCORES, found(SCORES, partitions=12), *Danger)
    assert "loan.scores: partitions is 12, to be 4" in refusal
    assert "takes no partition away" in refusal


def test_more_replicas_are_another_tools_work() -> None:
    there = found(SCORES, replication=1)
    told = refusals(SCORES, there, *Danger, replication=3)
    assert len(told) == 1
    assert "replication is 1, to be 3" in told[0]
    assert "kafka-reassign-partitions" in told[0]


def test_more_replicas_than_asked_for_are_kept() -> None:
    assert plan({SCORES.name: SCORES}, {SCORES.name: layout(SCORES, 3)}, 1).nothing_to_do


@given(
    kept=st.one_of(st.none(), st.integers(1, 3_000)),
    wanted=st.one_of(st.none(), st.integers(1, 3_000)),
)
def test_no_plan_shortens_a_retention_unasked(kept: int | None, wanted: int | None) -> None:
    """Days; None is for ever."""
    topic = replace(SCORES, retention_ms=-1 if wanted is None else wanted * DAY_MS)
    there = found(topic, retention_ms="-1" if kept is None else str(kept * DAY_MS))
    shorter = wanted is not None and (kept is None or wanted < kept)
    assert bool(refusals(topic, there)) == shorter
