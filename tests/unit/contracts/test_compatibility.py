from typing import Any

import msgspec
import pytest

from contracts.compatibility import incompatibilities
from contracts.events import EVENT_TYPES
from contracts.schemas import json_schema

Schema = dict[str, Any]
NUMBER: Schema = {"type": "number", "minimum": 0, "maximum": 10}
TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 10}
NULLABLE: Schema = {"anyOf": [NUMBER, {"type": "null"}]}
LEVELS: Schema = {"enum": ["approve", "decline"]}
LIST: Schema = {"type": "array", "items": NUMBER, "maxItems": 5}


def an_event(field: Schema, *, required: bool = True) -> Schema:
    return {
        "$ref": "#/$defs/Event",
        "$defs": {
            "Event": {
                "type": "object",
                "properties": {"id": TEXT, "field": {"$ref": "#/$defs/Field"}},
                "required": ["id", "field"] if required else ["id"],
            },
            "Field": field,
        },
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (NUMBER, NUMBER | {"minimum": 1}, "minimum 1, was 0"),
        (NUMBER, NUMBER | {"maximum": 9}, "maximum 9, was 10"),
        (NUMBER, NUMBER | {"exclusiveMinimum": 0}, "exclusiveMinimum 0, was none"),
        (NUMBER, NUMBER | {"exclusiveMaximum": 10}, "exclusiveMaximum 10, was none"),
        (NUMBER, NUMBER | {"type": "integer"}, "type integer, was number"),
        (NUMBER, NUMBER | {"multipleOf": 2}, "multipleOf 2, was 'none'"),
        (NUMBER, TEXT, "type string, was number"),
        (NUMBER, {"enum": [1, 2]}, "only [1, 2], was any"),
        (NULLABLE, NUMBER, "type number, was null"),
        (NULLABLE, {"anyOf": [NUMBER | {"maximum": 9}, {"type": "null"}]}, "maximum 9, was 10"),
        (TEXT, TEXT | {"minLength": 2}, "minLength 2, was 1"),
        (TEXT, TEXT | {"maxLength": 9}, "maxLength 9, was 10"),
        (TEXT, TEXT | {"pattern": "^a"}, "pattern '^a', was 'none'"),
        (TEXT, TEXT | {"format": "date-time"}, "format 'date-time', was 'none'"),
        (TEXT, TEXT | {"const": "a"}, "only ['a'], was any"),
        (LEVELS, {"enum": ["approve"]}, "'decline' removed"),
        (LEVELS, {"const": "approve"}, "'decline' removed"),
        (LEVELS, NUMBER, "type number, was string"),
        (LIST, LIST | {"maxItems": 4}, "maxItems 4, was 5"),
        (LIST, LIST | {"minItems": 1}, "minItems 1, was none"),
        (LIST, LIST | {"items": NUMBER | {"maximum": 9}}, "[]: maximum 9, was 10"),
        ({"type": "array"}, LIST, "[]: type number, was any"),
        ({"type": "object"}, {"type": "object", "additionalProperties": False}, "additional"),
    ],
)
def test_each_kind_of_narrowing_is_caught(old: Schema, new: Schema, said: str) -> None:
    found = incompatibilities(an_event(old), an_event(new))
    assert any(said in problem and problem.startswith("$.field") for problem in found), found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (NUMBER, {"type": "number"}),
        (NUMBER, NUMBER | {"minimum": -1, "maximum": 11}),
        (NUMBER, NULLABLE),
        (NUMBER, NUMBER | {"description": "in euros", "examples": [1], "x-unit": "EUR"}),
        ({"type": "integer"}, {"type": "number"}),
        ({"const": 1}, {"type": "integer"}),
        (TEXT, TEXT | {"minLength": 0, "maxLength": 11}),
        (TEXT | {"format": "date-time"}, TEXT),
        (LEVELS, {"enum": ["approve", "decline", "refer"]}),
        (LEVELS, {"type": "string"}),
        (LIST, {"type": "array"}),
        (LIST, LIST | {"items": NULLABLE}),
    ],
)
def test_widening_is_allowed(old: Schema, new: Schema) -> None:
    assert incompatibilities(an_event(old), an_event(new)) == []


def test_a_removed_field_is_caught() -> None:
    new = an_event(NUMBER, required=False)
    del new["$defs"]["Event"]["properties"]["field"]
    assert incompatibilities(an_event(NUMBER), new) == ["$.field: removed"]


def test_a_newly_required_field_is_caught_be_it_old_or_new() -> None:
    old = an_event(NUMBER, required=False)
    assert incompatibilities(old, an_event(NUMBER)) == ["$.field: newly required"]
    old["$defs"]["Event"]["properties"].pop("field")
    assert incompatibilities(old, an_event(NUMBER)) == ["$.field: newly required"]


def test_a_new_optional_field_is_allowed() -> None:
    old = an_event(NUMBER, required=False)
    old["$defs"]["Event"]["properties"].pop("field")
    assert incompatibilities(old, an_event(NUMBER, required=False)) == []


@pytest.mark.parametrize("event", EVENT_TYPES)
def test_an_event_is_compatible_with_itself(event: type[msgspec.Struct]) -> None:
    assert incompatibilities(json_schema(event), json_schema(event)) == []


@pytest.mark.parametrize("event", EVENT_TYPES)
def test_the_loss_of_any_field_of_any_event_is_caught(event: type[msgspec.Struct]) -> None:
    schema = json_schema(event)
    for name in schema["properties"]:
        kept = {key: value for key, value in schema["properties"].items() if key != name}
        new = {**schema, "properties": kept}
        assert incompatibilities(schema, new) == [f"$.{name}: removed"]
