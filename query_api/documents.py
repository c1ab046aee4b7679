"""The OpenAPI document: FastAPI's, with our problems, the application's schema and examples."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute

from contracts.application import LoanApplication
from query_api import example
from query_api.drift_responses import DriftPage, DriftWindow, HeatColumn, HeatMap, HeatWindow
from query_api.figures_responses import Stats
from query_api.heat_map import heat_map
from query_api.problems import PROBLEM_JSON, Kind, Problem, ProblemError
from query_api.responses import (
    Accepted,
    Answer,
    Application,
    ApplicationPage,
    ApplicationSummary,
)
from query_api.store.figures import Figures, Group

Document = dict[str, Any]
_SCHEMAS = "#/components/schemas/"

_SUMMARIES: Mapping[str, str] = {
    "get /v1/applications/{application_id}": "Look an application up",
    "get /v1/applications": "List applications",
    "post /v1/applications": "Send an application to be scored",
    "get /v1/drift": "List drift reports",
    "get /v1/drift/heat-map": "Drift by column and window",
    "get /v1/stats": "Figures of the portfolio",
}
_PROBLEMS: Mapping[str, Sequence[Kind]] = {
    "get /v1/applications/{application_id}": (
        Kind.UNKNOWN_APPLICATION,
        Kind.INVALID,
        Kind.STORE_AWAY,
    ),
    "get /v1/applications": (Kind.INVALID, Kind.STORE_AWAY),
    "post /v1/applications": (
        Kind.BAD_BODY,
        Kind.TOO_LARGE,
        Kind.BAD_MEDIA_TYPE,
        Kind.INVALID,
        Kind.KAFKA_AWAY,
    ),
    "get /v1/drift": (Kind.INVALID, Kind.STORE_AWAY),
    "get /v1/drift/heat-map": (Kind.INVALID, Kind.STORE_AWAY),
    "get /v1/stats": (Kind.STORE_AWAY,),
}


def api_document(routes: Sequence[BaseRoute]) -> Document:
    """The OpenAPI 3.1 document of the API; the same routes give the same document."""
    document = get_openapi(
        title="creditstream",
        version="1",
        summary="Credit scores, their reasons and the drift behind them.",
        description=_DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        routes=routes,
    )
    document["servers"] = [{"url": "/", "description": "the service that serves this document"}]
    _add_schemas(document)
    for name, operation in operations(document):
        operation["summary"] = _SUMMARIES[name]
        operation["responses"].pop("422", None)  # FastAPI's own shape, which we do not answer with
        for kind in _PROBLEMS[name]:
            operation["responses"][str(kind.status.value)] = _problem(kind)
        for status, answer in _examples(name):
            content = operation["responses"][str(status.value)]["content"]["application/json"]
            content["example"] = answer.model_dump(mode="json")
    _describe_submission(document["paths"]["/v1/applications"]["post"])
    return document


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    """Every operation of a document, named by its method and path."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def _add_schemas(document: Document) -> None:
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    _, problem = models_json_schema([(Problem, "serialization")], ref_template=_SCHEMAS + "{model}")
    schemas.update(problem["$defs"])
    _, application = msgspec.json.schema_components(
        [LoanApplication], ref_template=_SCHEMAS + "{name}"
    )
    schemas.update(application)


def _problem(kind: Kind) -> Document:
    shown = ProblemError(kind, "What was wrong with this request.").problem
    answer: Document = {
        "description": shown.title,
        "content": {
            PROBLEM_JSON: {
                "schema": {"$ref": _SCHEMAS + "Problem"},
                "example": shown.model_dump(mode="json", exclude_defaults=True),
            }
        },
    }
    if kind.status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer["headers"] = {
            "Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}
        }
    return answer


def _describe_submission(operation: Document) -> None:
    """What FastAPI cannot see: the route reads its body itself, and answers 200 or 202."""
    operation["requestBody"] = {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": _SCHEMAS + "LoanApplication"},
                "example": example.APPLICATION,
            }
        },
    }
    operation["responses"]["200"] = {
        "description": "The score itself, as `Prefer: wait` asked for",
        "headers": {"Preference-Applied": {"schema": {"type": "string"}}},
        "content": {
            "application/json": {
                "schema": {"$ref": _SCHEMAS + "Application"},
                "example": _application().model_dump(mode="json"),
            }
        },
    }
    operation["responses"]["202"]["description"] = "Kafka has confirmed the application"
    operation["responses"]["202"]["headers"] = {"Location": {"schema": {"type": "string"}}}


def _examples(name: str) -> Iterator[tuple[HTTPStatus, Answer]]:
    match name:
        case "get /v1/applications/{application_id}":
            yield HTTPStatus.OK, _application()
        case "get /v1/applications":
            summary = ApplicationSummary.model_validate(example.example_score())
            yield HTTPStatus.OK, ApplicationPage(applications=(summary,), next_cursor=None)
        case "get /v1/drift":
            window = DriftWindow.model_validate(example.example_drift_report())
            yield HTTPStatus.OK, DriftPage(windows=(window,), next_cursor=None)
        case "get /v1/drift/heat-map":
            yield HTTPStatus.OK, _heat_map()
        case "get /v1/stats":
            yield HTTPStatus.OK, _stats()
        case _:
            yield HTTPStatus.ACCEPTED, _accepted()


def _application() -> Application:
    case = example.example_case()
    return Application.of(case, case.scores[0])


def _accepted() -> Accepted:
    score = example.example_score()
    return Accepted(
        application_id=score.application_id,
        event_id=score.application_event_id,
        score_id=score.score_id,
        location=f"/v1/applications/{score.application_id}?score_id={score.score_id}",
        ignored_columns=(),
    )


def _heat_map() -> HeatMap:
    reports = [example.example_drift_report()]
    return HeatMap(
        windows=tuple(map(HeatWindow.model_validate, reports)),
        columns=tuple(map(HeatColumn.model_validate, heat_map(reports, most=1))),
    )


def _stats() -> Stats:
    score = example.example_score()
    one = Group(None, 1, score.probability)

    def group(key: object) -> tuple[Group]:
        return (Group(key, one.applications, one.expected_default_rate),)

    return Stats.of(
        Figures(
            applications=1,
            expected_default_rate=score.probability,
            decisions=group(score.decision),
            points=group(560),
            decided={(560, score.decision.value): 1},
            models=group(score.model_version),
            days=group(score.scored_at.date()),
            last_scored_at=score.scored_at,
            outcomes=0,
            defaults=0,
        )
    )


_DESCRIPTION = """\
Applications are scored by the stream, never by this service: `POST /v1/applications` publishes to
Kafka, and the score is read back from the store. Errors are RFC 9457 problem details. Lists are
paged by keyset: give `next_cursor` back as `cursor`.
"""
