"""CloudEvents 1.0 (binary mode) and W3C trace context in Kafka headers.

Sources: the Kafka protocol binding of CloudEvents 1.0.2; W3C Trace Context, version 00.
"""

import datetime as dt
import random
import re
import secrets
from dataclasses import dataclass

from contracts.errors import InvalidEvent, Reason
from contracts.events import Purpose
from contracts.records import Headers, RawRecord

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # CloudEvents allows none in an attribute
_MAX_ID_LENGTH = 200
_JSON = "application/json"
_PLAIN_NAMES = frozenset({"content-type", "traceparent"})


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of an event besides its value."""

    event_id: str
    time: dt.datetime
    purpose: Purpose
    traceparent: str

    @property
    def trace_id(self) -> str:
        """The id that all events made from one application share."""
        return self.traceparent.split("-")[1]


def new_traceparent() -> str:
    """The context of a trace that begins here, marked as sampled."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def child_traceparent(parent: str) -> str:
    """The context of the next step in the trace of `parent`."""
    _, trace_id, _, flags = parent.split("-")
    step = random.getrandbits(64)
    return f"00-{trace_id}-{step:016x}-{flags}"


def envelope(record: RawRecord, expected_type: str) -> Envelope:
    """What the headers of a record say; a bare record has its place as id and its time as time.

    A malformed `traceparent` begins a new trace, as the standard asks.

    Raises:
        InvalidEvent: a CloudEvents header that is not text, of another type, or malformed.
    """
    told = _texts(record.headers)
    _check(told, "ce_specversion", "1.0")
    _check(told, "ce_type", expected_type)
    content_type = told.get("content-type", _JSON)
    if content_type != _JSON and content_type.split(";")[0].strip().lower() != _JSON:
        raise _bad("content-type", content_type, _JSON)
    return Envelope(
        event_id=_event_id(told, record),
        time=_time(told, record),
        purpose=_purpose(told),
        traceparent=_traceparent(told),
    )


def cloud_event_headers(
    *,
    event_id: str,
    event_type: str,
    source: str,
    subject: str,
    time: dt.datetime,
    traceparent: str,
    purpose: Purpose = Purpose.DECISION,
) -> list[tuple[str, bytes]]:
    """The headers of an event; `source` is the service that makes it, `subject` the application."""
    told = [
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_source", source.encode()),
        ("ce_type", event_type.encode()),
        ("ce_time", time.astimezone(dt.UTC).isoformat().encode()),
        ("ce_subject", subject.encode()),
        ("content-type", _JSON.encode()),
        ("traceparent", traceparent.encode()),
    ]
    if purpose is not Purpose.DECISION:
        told.append(("ce_purpose", purpose.encode()))
    return told


def _texts(headers: Headers) -> dict[str, str]:
    """The headers that mean something to us, the last one winning; others may hold any bytes."""
    told = {}
    for name, value in headers:
        if name.startswith("ce_") or name in _PLAIN_NAMES:
            told[name] = _text(name, value)
    return told


def _text(name: str, value: bytes | None) -> str:
    if value is None:
        raise InvalidEvent(Reason.BAD_HEADER, f"header {name} has no value")
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        if name == "traceparent":
            return ""
        raise InvalidEvent(Reason.BAD_HEADER, f"header {name} is not UTF-8: {error}") from error
    if not text.isprintable() and name != "traceparent" and _CONTROL.search(text):
        raise _bad(name, text, "text without control characters")
    return text


def _bad(name: str, found: str, expected: str) -> InvalidEvent:
    return InvalidEvent(Reason.BAD_HEADER, f"header {name} is {found[:100]!r}, not {expected!r}")


def _check(told: dict[str, str], name: str, expected: str) -> None:
    if told.get(name, expected) != expected:
        raise _bad(name, told[name], expected)


def _event_id(told: dict[str, str], record: RawRecord) -> str:
    event_id = told.get("ce_id")
    if event_id is None:
        return f"{record.topic}-{record.partition}-{record.offset}"
    if not 0 < len(event_id) <= _MAX_ID_LENGTH:
        raise _bad("ce_id", event_id, f"1 to {_MAX_ID_LENGTH} characters")
    return event_id


def _time(told: dict[str, str], record: RawRecord) -> dt.datetime:
    text = told.get("ce_time")
    try:
        time = record.time if text is None else dt.datetime.fromisoformat(text)
        utc = time.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        found = f"absent and the record's own is {record.timestamp_ms} ms" if text is None else text
        raise _bad("ce_time", found, "an RFC 3339 time") from error
    if time.tzinfo is None:
        raise _bad("ce_time", str(text), "a time with its offset from UTC")
    return utc


def _purpose(told: dict[str, str]) -> Purpose:
    text = told.get("ce_purpose")
    if text is None:
        return Purpose.DECISION
    try:
        return Purpose(text)
    except ValueError as error:
        raise _bad("ce_purpose", text, " or ".join(Purpose)) from error


def _traceparent(told: dict[str, str]) -> str:
    text = told.get("traceparent", "")
    return text if _TRACEPARENT.fullmatch(text) else new_traceparent()
