import json
from collections.abc import Iterator
from functools import reduce
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts.asyncapi import DEAD_LETTER_HEADERS, asyncapi
from contracts.errors import Reason
from contracts.events import EVENT_TYPES
from contracts.headers import envelope
from contracts.records import RawRecord
from contracts.topics import CONSUMED, DEAD_LETTERS, PRODUCED, TOPICS
from runtime.dead_letters import DeadLetter

DOCUMENT: dict[str, Any] = json.loads(json.dumps(asyncapi()))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolved(reference: str) -> Any:
    assert reference.startswith("#/")
    return reduce(lambda node, part: node[part], reference[2:].split("/"), DOCUMENT)


def test_every_reference_resolves_within_the_document() -> None:
    found = set(references(DOCUMENT))
    assert len(found) > len(TOPICS)
    assert all(isinstance(resolved(reference), dict) for reference in found)


def test_every_topic_is_a_channel_with_its_settings() -> None:
    channels = DOCUMENT["channels"]
    assert channels.keys() == {topic.name for topic in (*TOPICS, *DEAD_LETTERS)}
    for topic in (*TOPICS, *DEAD_LETTERS):
        assert channels[topic.name]["address"] == topic.name
        binding = channels[topic.name]["bindings"]["kafka"]
        assert binding["partitions"] == topic.partitions
        assert binding["topicConfiguration"] == {
            "cleanup.policy": [topic.cleanup],
            "retention.ms": topic.retention_ms,
            "max.message.bytes": topic.max_message_bytes,
        }


def test_every_event_is_a_message_of_the_topic_that_carries_it() -> None:
    for topic in TOPICS:
        assert list(DOCUMENT["channels"][topic.name]["messages"]) == [EVENT_TYPES[topic.event]]


@pytest.mark.parametrize(("action", "who"), [("receive", CONSUMED), ("send", PRODUCED)])
def test_operations_say_who_does_what(action: str, who: dict[str, tuple[Any, ...]]) -> None:
    told = {
        (operation["tags"][0]["name"], operation["channel"]["$ref"].removeprefix("#/channels/"))
        for operation in DOCUMENT["operations"].values()
        if operation["action"] == action and "dlq" not in operation["channel"]["$ref"]
    }
    assert told == {(service, topic.name) for service, topics in who.items() for topic in topics}


def test_every_reader_writes_dead_letters() -> None:
    told = {
        operation["channel"]["$ref"].removeprefix("#/channels/")
        for operation in DOCUMENT["operations"].values()
        if operation["action"] == "send" and "dlq" in operation["channel"]["$ref"]
    }
    assert told == {topic.name for topic in DEAD_LETTERS}


def test_an_operation_names_messages_of_its_own_channel() -> None:
    for operation in DOCUMENT["operations"].values():
        channel = operation["channel"]["$ref"]
        assert all(one["$ref"].startswith(f"{channel}/messages/") for one in operation["messages"])


@pytest.mark.parametrize("ce_type", EVENT_TYPES.values())
def test_the_examples_are_valid_and_their_headers_are_taken(ce_type: str) -> None:
    message = DOCUMENT["components"]["messages"][ce_type]
    for example in message["examples"]:
        for part in ("payload", "headers"):
            schema = {**message[part], "components": DOCUMENT["components"]}
            Draft202012Validator(schema).validate(example[part])
        headers = [(name, value.encode()) for name, value in example["headers"].items()]
        told = envelope(RawRecord("t", 0, 0, None, b"{}", headers), ce_type)
        assert told.event_id == example["headers"]["ce_id"]


def test_dead_letters_have_the_headers_that_are_documented() -> None:
    letter = DeadLetter(RawRecord("t", 0, 0, None, None), "scorer", Reason.EMPTY, "empty", "e-1")
    assert [name for name, _ in letter.headers()] == list(DEAD_LETTER_HEADERS)
