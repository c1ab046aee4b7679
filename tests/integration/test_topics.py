"""`python -m runtime topics` on a real broker."""

import pytest
from confluent_kafka.admin import AdminClient

from contracts.topics import DEAD_LETTERS, HISTORIES, SCORES, TOPICS
from runtime.__main__ import main
from runtime.settings import KafkaSettings
from runtime.topic_plan import Danger
from runtime.topics import plan_topics
from tests.topics import TopicFactory
from tests.waiting import wait_until

pytestmark = pytest.mark.kafka


@pytest.fixture
def kafka(
    kafka_bootstrap: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> KafkaSettings:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka_bootstrap)
    monkeypatch.setenv("KAFKA_TOPIC_PREFIX", topic_prefix)
    return KafkaSettings()


def topics(*arguments: str) -> int:
    return main(["topics", *arguments])


def names(kafka: KafkaSettings) -> set[str]:
    return set(AdminClient(kafka.client_settings("test")).list_topics(timeout=10).topics)


def differing(kafka: KafkaSettings) -> list[str]:
    return [f"{one.topic}: {one.setting}" for one in plan_topics(kafka, 1).differences]


def test_topics_are_checked_created_and_then_left_alone(
    kafka: KafkaSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert topics("check") == 1
    assert f"{kafka.topic_name(SCORES)}: missing" in capsys.readouterr().err
    assert topics("diff") == 0
    assert f"{kafka.topic_name(SCORES)}: missing" in capsys.readouterr().out
    assert kafka.topic_name(SCORES) not in names(kafka)

    assert topics("apply") == 0
    ours = {kafka.topic_name(topic) for topic in (*TOPICS, *DEAD_LETTERS)}
    wait_until(lambda: ours <= names(kafka), 30, "topics that were created and not seen")

    capsys.readouterr()
    assert [topics("check"), topics("diff"), topics("apply")] == [0, 0, 0]
    assert set(capsys.readouterr().out.splitlines()) == {
        "all topics are there and as they are to be"
    }


def test_a_topic_with_the_wrong_partitions_stops_apply_before_it_does_anything(
    kafka: KafkaSettings, make_topic: TopicFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    scores = make_topic(SCORES.name, partitions=12)
    assert topics("apply") == 1
    refused = capsys.readouterr().err
    assert "nothing was changed" in refused
    assert f"{scores}: partitions is 12, to be 4" in refused
    assert names(kafka) & {kafka.topic_name(topic) for topic in TOPICS} == {scores}
    assert topics("check") == 1


def test_what_differs_is_mended_and_what_is_dangerous_only_by_its_name(
    kafka: KafkaSettings, make_topic: TopicFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    make_topic(SCORES.name, partitions=1, config={"retention.ms": "-1"})
    make_topic(HISTORIES.name, partitions=4, config={"cleanup.policy": "delete"})

    assert topics("diff", "--allow", "more-partitions") == 0
    told = capsys.readouterr().out
    assert "--allow shorter-retention" in told
    assert "--allow delete-to-compact" in told
    assert "--allow more-partitions" not in told

    assert topics("apply", "--allow", "more-partitions", "--allow", "shorter-retention") == 1
    assert topics("apply", *(word for danger in Danger for word in ("--allow", danger))) == 0
    wait_until(lambda: differing(kafka) == [], 30, "differences that were mended and stay")
    assert topics("check") == 0


@pytest.mark.usefixtures("kafka")
def test_more_replicas_than_brokers_name_the_topic(capsys: pytest.CaptureFixture[str]) -> None:
    assert topics("apply", "--replication", "100") == 1
    told = capsys.readouterr().err
    assert "loan." in told
    assert "KAFKA_BOOTSTRAP_SERVERS=" in told


def test_a_kafka_that_is_away_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], free_port: int
) -> None:
    monkeypatch.setattr("runtime.topics._SECONDS", 1.0)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", f"127.0.0.1:{free_port}")
    assert [topics("check"), topics("diff"), topics("apply")] == [1, 1, 1]
    assert f"KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:{free_port}: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["apply", "--replication", "0"],
        ["apply", "--replication", "many"],
        ["apply", "--allow", "anything"],
        ["check", "--allow", "more-partitions"],
        ["destroy"],
        [],
    ],
)
def test_an_option_that_cannot_be_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        topics(*arguments)
    assert ended.value.code == 2


def test_a_setting_that_cannot_be_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "tls")
    with pytest.raises(SystemExit) as ended:
        topics("check")
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("KAFKA_SECURITY_PROTOCOL: ")
