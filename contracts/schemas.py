"""The JSON Schemas (2020-12) of the events, made from their types."""

import inspect
from typing import Any

import msgspec

from contracts.events import EVENT_TYPES
from contracts.topics import TOPICS

Schema = dict[str, Any]

CE_TYPE = "x-ce-type"
"""Where a schema says of which CloudEvents type it is."""

_TOPIC_OF = {topic.event: topic.name for topic in TOPICS}


def json_schema(event: type[msgspec.Struct]) -> Schema:
    """The schema of an event, complete in itself."""
    definitions = schema_components(event, "#/$defs/{name}")
    body = definitions.pop(event.__name__)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:creditstream:{EVENT_TYPES[event]}",
        CE_TYPE: EVENT_TYPES[event],
        "x-kafka-topic": _TOPIC_OF[event],
        **body,
        **({"$defs": definitions} if definitions else {}),
    }


def schema_components(event: type[msgspec.Struct], reference: str) -> dict[str, Schema]:
    """The schemas of an event and of what it is made of, by name.

    Args:
        event: the type of the event.
        reference: how one refers to another, with `{name}` in the place of its name.
    """
    _, components = msgspec.json.schema_components([event], ref_template=reference)
    return {name: _described(schema) for name, schema in components.items()}


def _described(schema: Schema) -> Schema:
    """The schema with its docstring made plain, what it says of Python left out."""
    text = inspect.cleandoc(schema["description"]).split("\n\nRaises:")[0]
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    return {**schema, "description": "\n\n".join(paragraphs)}
