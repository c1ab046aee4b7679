"""A Postman collection (v2.1) from the OpenAPI document: one request for every operation."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from query_api import example
from query_api.documents import Document, operations

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_VARIABLES: Mapping[str, str] = {
    "baseUrl": "http://localhost:8000",
    "application_id": str(example.APPLICATION["SK_ID_CURR"]),
}
_HEADERS: Mapping[str, Mapping[str, str]] = {
    "post /v1/applications": {"Content-Type": "application/json", "Prefer": "wait=10"},
}
_SHOWN_QUERY = {"limit": "10"}


def postman_collection(document: Document) -> Document:
    """The collection: sends the example first, so that the look-ups after it find it.

    Every request holds a test of its status; query parameters that are optional are there, switched
    off.
    """
    requests = sorted(operations(document), key=lambda named: not named[0].startswith("post"))
    return {
        "info": {
            "name": document["info"]["title"],
            "description": document["info"]["description"],
            "schema": _SCHEMA,
        },
        "variable": [{"key": key, "value": value} for key, value in _VARIABLES.items()],
        "item": [_item(name, operation) for name, operation in requests],
    }


def _item(name: str, operation: Document) -> Document:
    method, _, path = name.partition(" ")
    request: Document = {
        "method": method.upper(),
        "header": [{"key": key, "value": value} for key, value in _HEADERS.get(name, {}).items()],
        "url": _url(path, operation),
        "description": operation.get("description", ""),
    }
    if "requestBody" in operation:
        shown = operation["requestBody"]["content"]["application/json"]["example"]
        request["body"] = {
            "mode": "raw",
            "raw": json.dumps(shown, indent=2),
            "options": {"raw": {"language": "json"}},
        }
    return {
        "name": operation["summary"],
        "request": request,
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": _TEST}}],
        "response": [],
    }


_TEST = [
    'pm.test("the answer is 200", function () {',
    "    pm.response.to.have.status(200);",
    "});",
]


def _url(path: str, operation: Document) -> Document:
    templated = re.sub(r"\{(\w+)\}", r"{{\1}}", path)
    query = list(_query(operation))
    switched_on = "&".join(f"{one['key']}={one['value']}" for one in query if not one["disabled"])
    return {
        "raw": "{{baseUrl}}" + templated + (f"?{switched_on}" if switched_on else ""),
        "host": ["{{baseUrl}}"],
        "path": templated.strip("/").split("/"),
        "query": query,
    }


def _query(operation: Document) -> Iterator[dict[str, Any]]:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "query":
            name = parameter["name"]
            yield {
                "key": name,
                "value": _SHOWN_QUERY.get(name, ""),
                "disabled": name not in _SHOWN_QUERY,
                "description": parameter.get("description", ""),
            }
