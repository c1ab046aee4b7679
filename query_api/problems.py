"""Errors as RFC 9457 problem details: one catalogue of what can go wrong and what to do."""

from collections.abc import Mapping, Sequence
from enum import Enum
from http import HTTPStatus

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

PROBLEM_JSON = "application/problem+json"
_RETRY_AFTER_SECONDS = "5"


class FieldError(BaseModel):
    """What is wrong with one field of the request."""

    field: str
    message: str


class Problem(BaseModel):
    """An error as every route answers it."""

    type: str = Field(examples=["urn:problem:creditstream:unknown-application"])
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = Field((), description="the fields that are wrong")
    reason: str | None = Field(None, description="why an application was refused: a stable code")


class Kind(Enum):
    """The problems there are: a stable name, its status and its title."""

    BAD_BODY = ("bad-body", HTTPStatus.BAD_REQUEST, "The body cannot be read")
    CROSS_SITE = ("cross-site", HTTPStatus.FORBIDDEN, "The form was sent from another site")
    UNKNOWN_APPLICATION = (
        "unknown-application",
        HTTPStatus.NOT_FOUND,
        "No score of this application",
    )
    NOT_FOUND = ("not-found", HTTPStatus.NOT_FOUND, "There is nothing at this address")
    BAD_METHOD = ("bad-method", HTTPStatus.METHOD_NOT_ALLOWED, "This address takes other methods")
    TOO_LARGE = ("too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large")
    BAD_MEDIA_TYPE = (
        "bad-media-type",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The body must be JSON",
    )
    INVALID = ("invalid", HTTPStatus.UNPROCESSABLE_ENTITY, "A value is not valid")
    INTERNAL = ("internal", HTTPStatus.INTERNAL_SERVER_ERROR, "The service failed")
    STORE_AWAY = ("store-away", HTTPStatus.SERVICE_UNAVAILABLE, "The store does not answer")
    KAFKA_AWAY = ("kafka-away", HTTPStatus.SERVICE_UNAVAILABLE, "Kafka did not take the event")

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status."""
        return self.value[1]

    @property
    def urn(self) -> str:
        """The problem's type."""
        return f"urn:problem:creditstream:{self.value[0]}"

    @classmethod
    def of_status(cls, status: int) -> "Kind":
        """The kind that the framework's own errors of this status are told as."""
        general = (cls.NOT_FOUND, cls.BAD_METHOD, cls.TOO_LARGE, cls.BAD_BODY)
        return next((kind for kind in general if kind.status == status), cls.INTERNAL)


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        reason: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.problem = Problem(
            type=kind.urn,
            title=kind.value[2],
            status=kind.status,
            detail=detail,
            errors=tuple(errors),
            reason=reason,
        )

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the answer: when to try again, where that helps."""
        if self.kind.status == HTTPStatus.SERVICE_UNAVAILABLE:
            return {"Retry-After": _RETRY_AFTER_SECONDS}
        return {}

    def response(self) -> JSONResponse:
        """The problem as an answer."""
        content = self.problem.model_dump(mode="json", exclude_defaults=True)
        return JSONResponse(
            content, self.kind.status, headers=self.headers, media_type=PROBLEM_JSON
        )
