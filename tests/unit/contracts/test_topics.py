import itertools

import pytest

from contracts.events import EVENT_TYPES
from contracts.topics import APPLICATIONS, CONSUMED, DEAD_LETTERS, HISTORIES, TOPICS, Topic

TOPIC_AND_SERVICE = [
    pytest.param(topic, service, id=f"{topic.name}.{service}")
    for service, topics in CONSUMED.items()
    for topic in topics
]


@pytest.mark.parametrize(("topic", "service"), TOPIC_AND_SERVICE)
def test_every_topic_that_is_read_has_dead_letters_of_its_reader(
    topic: Topic, service: str
) -> None:
    letters = topic.dead_letters(service)
    assert letters.name == f"{topic.name}.{service}.dlq"
    assert letters in DEAD_LETTERS


@pytest.mark.parametrize(("topic", "service"), TOPIC_AND_SERVICE)
def test_the_largest_record_fits_the_dead_letters_with_its_headers(
    topic: Topic, service: str
) -> None:
    letters = topic.dead_letters(service)
    assert letters.max_message_bytes >= topic.max_message_bytes + 64 * 1024


def test_dead_letters_outlive_their_source() -> None:
    assert all(letters.cleanup == "delete" for letters in DEAD_LETTERS)
    assert APPLICATIONS.dead_letters("scorer").retention_ms > APPLICATIONS.retention_ms


def test_only_histories_are_compacted() -> None:
    """Compaction leaves gaps in the offsets, at which Faust's commits lag behind."""
    assert [topic for topic in TOPICS if topic.cleanup == "compact"] == [HISTORIES]


def test_topics_differ_in_name_and_carry_known_events() -> None:
    names = [topic.name for topic in (*TOPICS, *DEAD_LETTERS)]
    assert len(set(names)) == len(names)
    assert {topic.event for topic in TOPICS} == set(EVENT_TYPES)


def test_what_is_read_is_a_topic_of_ours() -> None:
    assert set(itertools.chain(*CONSUMED.values())) <= set(TOPICS)
