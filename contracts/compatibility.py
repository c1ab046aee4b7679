"""Whether a changed schema still takes every event that the old one took.

Consumers are deployed before producers and read topics from long ago, so a schema may widen and
never narrow: no field goes, none becomes required, no type, bound or level is taken away.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_WIDER: dict[str, Callable[[Any, Any], bool]] = {
    **dict.fromkeys(_LOWER, operator.le),
    **dict.fromkeys(_UPPER, operator.ge),
}
_LOOKED_INTO = {"$ref", "anyOf", "const", "enum", "items", "properties", "required", "type"}
_ANNOTATIONS = {"$defs", "$id", "$schema", "default", "description", "examples", "title"}
_JSON_TYPES = {
    bool: "boolean",
    dict: "object",
    float: "number",
    int: "integer",
    list: "array",
    str: "string",
    type(None): "null",
}


def incompatibilities(old: Schema, new: Schema) -> list[str]:
    """What `new` refuses or drops of what `old` allowed, each with its place; empty is well.

    A keyword this checker does not know counts as narrowing wherever it changes.

    >>> incompatibilities({"type": "number", "maximum": 2}, {"type": "number", "maximum": 1})
    ['$: maximum 1, was 2']
    """
    return list(_Comparison(old, new).narrowed(old, new, "$"))


class _Comparison:
    """Two documents and the references in them."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old, self._new = old, new

    def narrowed(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        """For every form that `old` allows one in `new` must allow it too."""
        forms = _forms(new, self._new)
        for form in _forms(old, self._old):
            refusals = [list(self._form(form, other, at)) for other in forms]
            if all(refusals):
                yield from min(refusals, key=lambda told: ("type" in told[0], len(told)))

    def _form(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        yield from _types(old, new, at)
        yield from _levels(old, new, at)
        yield from _bounds(old, new, at)
        yield from _other_keywords(old, new, at)
        yield from self._properties(old, new, at)
        if "items" in new:
            yield from self.narrowed(old.get("items", {}), new["items"], f"{at}[]")

    def _properties(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
            yield f"{at}.{name}: newly required"
        kept = new.get("properties", {})
        for name, schema in old.get("properties", {}).items():
            if name in kept:
                yield from self.narrowed(schema, kept[name], f"{at}.{name}")
            else:
                yield f"{at}.{name}: removed"


def _forms(schema: Schema, document: Schema) -> list[Schema]:
    """The alternatives of a schema, references followed, each complete in itself."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return _forms({**document["$defs"][name], **_without(schema, "$ref")}, document)
    if "anyOf" not in schema:
        return [schema]
    rest = _without(schema, "anyOf")
    return [form for one in schema["anyOf"] for form in _forms({**rest, **one}, document)]


def _without(schema: Schema, keyword: str) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != keyword}


def _values(schema: Schema) -> list[Any] | None:
    """The values that an enumeration allows, None where all are."""
    if "const" in schema:
        return [schema["const"]]
    return schema.get("enum")


def _types(old: Schema, new: Schema, at: str) -> Iterator[str]:
    if "type" not in new:
        return
    allowed = {new["type"], "integer"} if new["type"] == "number" else {new["type"]}
    told = {old["type"]} if "type" in old else {_JSON_TYPES[type(v)] for v in _values(old) or ()}
    if not told or not told <= allowed:
        yield f"{at}: type {new['type']}, was {' or '.join(sorted(told)) or 'any'}"


def _levels(old: Schema, new: Schema, at: str) -> Iterator[str]:
    allowed, told = _values(new), _values(old)
    if allowed is None:
        return
    if told is None:
        yield f"{at}: only {allowed}, was any"
    else:
        yield from (f"{at}: {value!r} removed" for value in told if value not in allowed)


def _bounds(old: Schema, new: Schema, at: str) -> Iterator[str]:
    for keyword, is_wider in _WIDER.items():
        if keyword in new and not (keyword in old and is_wider(new[keyword], old[keyword])):
            yield f"{at}: {keyword} {new[keyword]:g}, was {old.get(keyword, 'none')}"


def _other_keywords(old: Schema, new: Schema, at: str) -> Iterator[str]:
    for keyword in new:
        known = keyword in {*_WIDER, *_LOOKED_INTO, *_ANNOTATIONS} or keyword.startswith("x-")
        if not known and new[keyword] != old.get(keyword):
            yield f"{at}: {keyword} {new[keyword]!r}, was {old.get(keyword, 'none')!r}"
