"""An application on its way into the stream: checked, given its ids, not yet sent."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass

from contracts import codec, ids
from contracts.application import LoanApplication
from contracts.errors import InvalidEvent, Reason
from contracts.events import EVENT_TYPES
from contracts.headers import cloud_event_headers, new_traceparent
from contracts.records import Headers
from contracts.topics import APPLICATIONS
from query_api.problems import FieldError, Kind, ProblemError
from query_api.settings import SERVICE

BODY_LIMIT = APPLICATIONS.max_message_bytes - 4 * 1024
"""Bytes of the largest body that is taken: the headers must fit the topic's limit too."""

_IDEMPOTENT = uuid.UUID("0f3c7a5e-58a4-5c3c-8a0e-6f4f0b7d2c11")
_UNREADABLE = {Reason.EMPTY, Reason.NOT_UTF8, Reason.NOT_JSON}
_FIELD = re.compile(r"`\$?\.?([A-Z][A-Z0-9_]*)`")


@dataclass(frozen=True, slots=True)
class Submission:
    """A checked application and all that Kafka needs of it."""

    application_id: int
    event_id: str
    score_id: str
    unknown_columns: tuple[str, ...]
    value: bytes
    headers: Headers

    @property
    def key(self) -> str:
        """The record's key: the application id as text."""
        return str(self.application_id)

    @property
    def location(self) -> str:
        """Where the score will be."""
        return f"/v1/applications/{self.application_id}?score_id={self.score_id}"


def submission(body: bytes, now: dt.datetime, idempotency_key: str | None = None) -> Submission:
    """The submission of a body; the body itself is what is published.

    The same key with the same application gives the same event id, and so the same score: what is
    sent twice is scored once.

    Raises:
        ProblemError: the body is no application; names the field that is wrong.
    """
    try:
        decoded = codec.decode_application(body)
    except InvalidEvent as error:
        raise refused(error) from error
    application_id = decoded.application.SK_ID_CURR
    event_id = _event_id(application_id, idempotency_key)
    return Submission(
        application_id=application_id,
        event_id=event_id,
        score_id=ids.score_id(event_id),
        unknown_columns=decoded.unknown_columns,
        value=body,
        headers=cloud_event_headers(
            event_id=event_id,
            event_type=EVENT_TYPES[LoanApplication],
            source=SERVICE,
            subject=str(application_id),
            time=now,
            traceparent=new_traceparent(),
        ),
    )


def refused(error: InvalidEvent) -> ProblemError:
    """The problem that tells why a body is no application, and which field is to blame."""
    field = _FIELD.search(str(error))
    return ProblemError(
        Kind.BAD_BODY if error.reason in _UNREADABLE else Kind.INVALID,
        f"The application is refused: {error}",
        errors=[FieldError(field=field[1], message=str(error))] if field else (),
        reason=error.reason.value,
    )


def _event_id(application_id: int, idempotency_key: str | None) -> str:
    if idempotency_key is None:
        return str(uuid.uuid4())
    return str(uuid.uuid5(_IDEMPOTENT, f"{application_id} {idempotency_key}"))
