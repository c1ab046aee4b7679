"""Runs a Postman collection as Postman does, as far as ours goes: variables, requests, statuses."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

_STATUS = re.compile(r"pm\.response\.to\.have\.status\((\d+)\)")


@dataclass(frozen=True)
class Answered:
    """One request of the collection, what it expects, and what it was answered."""

    name: str
    expected: int
    response: httpx.Response


def run(collection: Mapping[str, Any], **variables: str) -> Iterator[Answered]:
    """Send every request, in order; `variables` override those of the collection."""
    known = {one["key"]: one["value"] for one in collection["variable"]} | variables
    for item in collection["item"]:
        request = item["request"]
        response = httpx.request(
            request["method"],
            _filled(request["url"]["raw"], known),
            headers={one["key"]: one["value"] for one in request["header"]},
            content=request.get("body", {}).get("raw"),
            timeout=30,
        )
        yield Answered(item["name"], _expected(item), response)


def _filled(text: str, variables: Mapping[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda name: variables[name[1]], text)


def _expected(item: Mapping[str, Any]) -> int:
    (script,) = (event["script"]["exec"] for event in item["event"])
    found = _STATUS.search("\n".join(script))
    assert found, f"{item['name']} expects no status"
    return int(found[1])
