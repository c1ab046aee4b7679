"""The OpenAPI document is current, whole, and its examples are what it says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from query_api import api
from query_api.__main__ import documents
from query_api.documents import api_document, operations
from query_api.postman import postman_collection

_ROOT = Path(__file__).parents[3]
_DOCUMENT = api_document(api.router.routes)


def test_the_committed_files_are_current() -> None:
    assert documents(_ROOT / "docs", write=False) == 0


def test_what_is_written_is_current_and_a_change_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert documents(tmp_path, write=False) == 1
    assert documents(tmp_path, write=True) == 0
    assert documents(tmp_path, write=False) == 0
    (tmp_path / "openapi.json").write_text("{}")
    assert documents(tmp_path, write=False) == 1
    assert "openapi.json is not current" in capsys.readouterr().err


def test_the_same_routes_give_the_same_document() -> None:
    assert api_document(api.router.routes) == _DOCUMENT


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


def test_every_reference_leads_somewhere() -> None:
    for reference in _references(_DOCUMENT):
        found: Any = _DOCUMENT
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]


def _contents() -> Iterator[Any]:
    for name, operation in operations(_DOCUMENT):
        bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for status, body in bodies.items():
            for content in body.get("content", {}).values():
                yield pytest.param(content, id=f"{name} {status}")


@pytest.mark.parametrize("content", list(_contents()))
def test_every_body_has_an_example_that_is_valid(content: dict[str, Any]) -> None:
    schema = {**content["schema"], "components": _DOCUMENT["components"]}
    jsonschema.Draft202012Validator(schema).validate(content["example"])


@pytest.mark.parametrize(("name", "operation"), list(operations(_DOCUMENT)))
def test_every_operation_says_what_can_go_wrong(name: str, operation: dict[str, Any]) -> None:
    assert "503" in operation["responses"], name
    assert operation["summary"]
    assert operation["description"]


def test_the_collection_has_one_request_for_every_operation() -> None:
    collection = postman_collection(_DOCUMENT)
    requested = {
        f"{item['request']['method'].lower()} /{'/'.join(item['request']['url']['path'])}"
        for item in collection["item"]
    }
    named = {re.sub(r"\{(\w+)\}", r"{{\1}}", name) for name, _ in operations(_DOCUMENT)}
    assert requested == named


def test_the_collection_defines_the_variables_it_uses() -> None:
    collection = postman_collection(_DOCUMENT)
    used = set(re.findall(r"\{\{(\w+)\}\}", json.dumps(collection["item"])))
    assert used == {variable["key"] for variable in collection["variable"]}
