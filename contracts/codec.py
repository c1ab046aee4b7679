"""The one place where bytes become events and events become bytes.

Decoding is done by msgspec, which checks types and ranges on the way. What msgspec cannot see (a
field given twice, `NaN` as Python and pandas write it, a column we do not know) is looked at only
when a cheap count says that something is there.
"""

import contextlib
import datetime as dt
import functools
import json
import operator
from dataclasses import dataclass
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from contracts.application import CATEGORICAL, COLUMNS, LoanApplication
from contracts.errors import InvalidEvent, Reason

EventT = TypeVar("EventT", bound=msgspec.Struct)

_ID_FIELDS = ("SK_ID_CURR", "application_id")
_KNOWN = frozenset(LoanApplication.__struct_fields__)
_NOT_AT_ONCE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True)
class DecodedApplication:
    """An application, and the columns of the message that are none of ours."""

    application: LoanApplication
    unknown_columns: tuple[str, ...] = ()


def encode(event: msgspec.Struct) -> bytes:
    """The event as compact JSON in UTF-8."""
    return _encoder().encode(event)


def decode(value: bytes | None, event_type: type[EventT]) -> EventT:
    """The event in a record's value; unknown fields are ignored, as newer producers may add some.

    Raises:
        InvalidEvent: the value is not an event of this type; the reason says in what way.
    """
    present = _present(value)
    with contextlib.suppress(*_NOT_AT_ONCE):
        if b"\\u" not in present:
            return _with_times(_decoder(event_type).decode(present))
    return _with_times(_convert(_parse(present), event_type))


def decode_application(value: bytes | None) -> DecodedApplication:
    """The application in a record's value, with the names of columns that we do not know.

    Raises:
        InvalidEvent: as `decode`; also where a column is given twice, for no rule says which of
            two incomes is the true one.
    """
    present = _present(value)
    with contextlib.suppress(*_NOT_AT_ONCE):
        application = _decoder(LoanApplication).decode(present)
        if _is_plain(application, present):
            return DecodedApplication(application)
    parsed = _parse(present)
    return DecodedApplication(_convert(parsed, LoanApplication), _unknown(parsed))


def _present(value: bytes | None) -> bytes:
    if value is None:
        raise InvalidEvent(Reason.TOMBSTONE, "the record has no value (a tombstone)")
    if not value:
        raise InvalidEvent(Reason.EMPTY, "the value is empty")
    return value


@functools.cache
def _encoder() -> msgspec.json.Encoder:
    return msgspec.json.Encoder()


_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {}


def _decoder(event_type: type[EventT]) -> msgspec.json.Decoder[EventT]:
    if event_type not in _DECODERS:
        _DECODERS[event_type] = msgspec.json.Decoder(event_type)
    return _DECODERS[event_type]


def _with_times(event: EventT) -> EventT:
    """The event, if all its times can be told in UTC: at the ends of the calendar some cannot."""
    for name in _times(type(event)):
        time: dt.datetime | None = getattr(event, name)
        try:
            if time is not None:
                time.astimezone(dt.UTC)
        except OverflowError as error:
            message = f"Expected a time between the years 1 and 9999 in UTC - at `$.{name}`"
            raise InvalidEvent(Reason.IMPOSSIBLE_VALUE, message) from error
    return event


@functools.cache
def _times(event_type: type[msgspec.Struct]) -> tuple[str, ...]:
    hints = get_type_hints(event_type).items()
    return tuple(name for name, hint in hints if dt.datetime in (hint, *get_args(hint)))


_levels = operator.itemgetter(*(1 + COLUMNS.index(name) for name in CATEGORICAL))
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _is_plain(application: LoanApplication, value: bytes) -> bool:
    """Whether every member of the object is a column of ours, given once.

    A colon stands behind every name, so the colons outside the levels cannot be fewer than the
    members, unless one is escaped. A column that is null looks like one that is absent; only then
    are names compared.
    """
    if b"\\" in value:
        return False
    values = msgspec.structs.astuple(application)
    columns, colons = len(values) - values.count(None), value.count(b":")
    if colons == columns:
        return True
    colons -= sum(text.count(":") for text in _levels(values) if text is not None)
    if colons == columns:
        return True
    names = _MEMBERS.decode(value).keys()
    return colons == len(names) and names <= _KNOWN


def _parse(value: bytes) -> dict[str, Any]:
    """The JSON object, by the slow and tolerant parser, `NaN` read as null."""
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        raise InvalidEvent(Reason.NOT_UTF8, f"the value is not UTF-8: {error}") from error
    try:
        parsed = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
        if "\\u" in text:
            json.dumps(parsed, ensure_ascii=False).encode()  # fails on half a surrogate pair
    except RecursionError as error:
        raise InvalidEvent(Reason.NOT_JSON, "the value is nested too deeply") from error
    except UnicodeEncodeError as error:
        raise InvalidEvent(Reason.NOT_UTF8, f"a text cannot be UTF-8: {error}") from error
    except ValueError as error:
        raise InvalidEvent(Reason.NOT_JSON, f"the value is not JSON: {error}") from error
    if not isinstance(parsed, dict):
        kind = type(parsed).__name__
        raise InvalidEvent(Reason.NOT_AN_OBJECT, f"the value is a JSON {kind}, not an object")
    return parsed


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidEvent(Reason.DUPLICATE_FIELD, f"`{twice[:100]}` is given twice")
    return members


def _constant(word: str) -> float | None:
    return None if word == "NaN" else float(word)


def _convert(parsed: dict[str, Any], event_type: type[EventT]) -> EventT:
    try:
        return msgspec.convert(parsed, event_type)
    except msgspec.ValidationError as error:
        raise _refused(str(error)) from error


def _refused(message: str) -> InvalidEvent:
    """msgspec's message with our reason code: it is the only thing that tells the cases apart."""
    if "missing required field" in message:
        missing_id = any(f"`{name}`" in message for name in _ID_FIELDS)
        return InvalidEvent(Reason.BAD_ID if missing_id else Reason.MISSING_FIELD, message)
    if any(message.endswith(f"`$.{name}`") for name in _ID_FIELDS):
        return InvalidEvent(Reason.BAD_ID, message)
    reason = Reason.WRONG_TYPE if ", got `" in message else Reason.IMPOSSIBLE_VALUE
    return InvalidEvent(reason, message)


def _unknown(parsed: dict[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in parsed if name not in _KNOWN)
