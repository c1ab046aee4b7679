from pathlib import Path

from contracts.topics import DEAD_LETTERS, TOPICS
from deploy.local.kafka_settings import as_properties, broker_settings

SETTINGS = broker_settings(port=1111, controller_port=2222, data=Path("/data"))


def test_every_topic_s_largest_record_fits_dead_letters_included() -> None:
    limit = SETTINGS["message.max.bytes"]

    assert isinstance(limit, int)
    assert all(topic.max_message_bytes <= limit for topic in (*TOPICS, *DEAD_LETTERS))


def test_clients_and_controller_meet_on_loopback_alone() -> None:
    assert SETTINGS["listeners"] == "PLAINTEXT://127.0.0.1:1111,CONTROLLER://127.0.0.1:2222"
    assert SETTINGS["controller.quorum.voters"] == "1@127.0.0.1:2222"


def test_properties_are_one_setting_a_line() -> None:
    assert as_properties({"a.b": 1, "c": "x,y"}) == "a.b=1\nc=x,y\n"
