"""The AsyncAPI 3.0 document: topics, messages and who sends and receives them."""

from collections.abc import Iterable
from typing import Any

import msgspec

from contracts.events import EVENT_TYPES, Purpose
from contracts.examples import EXAMPLES, headers_of
from contracts.schemas import schema_components
from contracts.topics import CONSUMED, DRIFT, PRODUCED, TOPICS, Topic

Document = dict[str, Any]

_BINDING_VERSION = "0.5.0"
_DEAD_LETTER = "dead.letter"
_TEXT = {"type": "string"}

DEAD_LETTER_HEADERS = {
    "dlq_topic": "the topic the record was read from",
    "dlq_partition": "its partition there",
    "dlq_offset": "its offset there",
    "dlq_timestamp": "its timestamp there, milliseconds since 1970",
    "dlq_service": "the service that could not take it",
    "dlq_reason": "why, as a short stable code",
    "dlq_message": "why, in words",
    "dlq_event_id": "the id of the event, or the record's place where it has none",
    "dlq_refused_at": "when, RFC 3339",
}
"""What a service adds behind the original headers of a dead letter."""

_EVENT_HEADERS: Document = {
    "type": "object",
    "description": "CloudEvents 1.0 in binary mode and W3C trace context. A bare record without "
    "headers is taken: its place is then its id and its timestamp its time.",
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "minLength": 1, "maxLength": 200},
        "ce_source": {"type": "string", "description": "the service that made the event"},
        "ce_type": {"type": "string", "enum": sorted(EVENT_TYPES.values())},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_subject": {"type": "string", "description": "the application's id, or the model"},
        "ce_purpose": {"type": "string", "enum": sorted(Purpose), "default": Purpose.DECISION},
        "content-type": {"type": "string", "description": "application/json"},
        "traceparent": {"type": "string", "description": "one trace for one application"},
    },
}

_DEAD_LETTER_SCHEMA: Document = {
    "type": "object",
    "description": "The original headers untouched; these are added behind them.",
    "properties": {
        name: {"type": "string", "description": text} for name, text in DEAD_LETTER_HEADERS.items()
    },
    "required": list(DEAD_LETTER_HEADERS),
}


def asyncapi() -> Document:
    """The whole document; refers to nothing outside itself."""
    topics = [*TOPICS, *(letters for _, letters in _dead_letters())]
    return {
        "asyncapi": "3.0.0",
        "id": "urn:creditstream",
        "info": {
            "title": "creditstream",
            "version": "1.0.0",
            "description": "Loan applications in; scores, explanations and drift reports out.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"kafka": {"host": "localhost:9092", "protocol": "kafka"}},
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": dict(_operations()),
        "components": {"messages": _messages(), "schemas": _schemas()},
    }


def _dead_letters() -> list[tuple[str, Topic]]:
    """Every dead-letter topic with the service that writes it."""
    return [
        (service, topic.dead_letters(service))
        for service, topics in CONSUMED.items()
        for topic in topics
    ]


def _message_of(topic: Topic) -> str:
    return EVENT_TYPES[topic.event] if topic in TOPICS else _DEAD_LETTER


def _channel(topic: Topic) -> Document:
    message = _message_of(topic)
    return {
        "address": topic.name,
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [topic.cleanup],
                    "retention.ms": topic.retention_ms,
                    "max.message.bytes": topic.max_message_bytes,
                },
                "bindingVersion": _BINDING_VERSION,
            }
        },
    }


def _operations() -> Iterable[tuple[str, Document]]:
    for service, topics in CONSUMED.items():
        for topic in topics:
            yield f"{service}.receives.{topic.name}", _operation("receive", topic, service)
    for service, topics in PRODUCED.items():
        for topic in topics:
            yield f"{service}.sends.{topic.name}", _operation("send", topic, service)
    for service, letters in _dead_letters():
        yield f"{service}.sends.{letters.name}", _operation("send", letters, service)


def _operation(action: str, topic: Topic, service: str) -> Document:
    channel = f"#/channels/{topic.name}"
    operation: Document = {
        "action": action,
        "channel": {"$ref": channel},
        "tags": [{"name": service}],
        "messages": [{"$ref": f"{channel}/messages/{_message_of(topic)}"}],
    }
    if action == "receive" and topic.cleanup != "compact":  # a view is read whole, without a group
        group = {"type": "string", "enum": [service]}
        operation["bindings"] = {"kafka": {"groupId": group, "bindingVersion": _BINDING_VERSION}}
    return operation


def _messages() -> Document:
    return {EVENT_TYPES[type(event)]: _message(event) for event in EXAMPLES} | {
        _DEAD_LETTER: {
            "title": "DeadLetter",
            "summary": "A record that a service could not take: key, value and headers as it was.",
            "contentType": "application/octet-stream",
            "headers": {"$ref": "#/components/schemas/DeadLetterHeaders"},
        }
    }


def _message(example: msgspec.Struct) -> Document:
    event = type(example)
    key = "the window's id" if event is DRIFT.event else "the application's id"
    payload = msgspec.to_builtins(example)
    return {
        "name": EVENT_TYPES[event],
        "title": event.__name__,
        "headers": {"$ref": "#/components/schemas/EventHeaders"},
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
        "correlationId": {"location": "$message.header#/traceparent"},
        "bindings": {
            "kafka": {"key": {**_TEXT, "description": key}, "bindingVersion": _BINDING_VERSION}
        },
        "examples": [{"headers": headers_of(example), "payload": payload}],
    }


def _schemas() -> Document:
    schemas: Document = {}
    for event in EVENT_TYPES:
        schemas |= schema_components(event, "#/components/schemas/{name}")
    return {**schemas, "EventHeaders": _EVENT_HEADERS, "DeadLetterHeaders": _DEAD_LETTER_SCHEMA}
