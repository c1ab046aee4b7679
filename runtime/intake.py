"""From raw records to events: each is decoded, or becomes a dead letter with its reason."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from contracts import codec, headers
from contracts.errors import InvalidEvent, Reason
from contracts.events import EVENT_TYPES
from contracts.records import RawRecord
from runtime.dead_letters import DeadLetter

T = TypeVar("T")
EventT = TypeVar("EventT", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Received(Generic[T]):
    """A decoded event with the record it came in and what its headers said."""

    record: RawRecord
    envelope: headers.Envelope
    event: T


def receive(
    records: Iterable[RawRecord], event_type: type[EventT], service: str
) -> tuple[list[Received[EventT]], list[DeadLetter]]:
    """Decode a batch of one event type; order is kept."""
    return receive_with(
        records,
        service,
        ce_type=EVENT_TYPES[event_type],
        decode=lambda value: codec.decode(value, event_type),
        application_id=lambda event: getattr(event, "application_id", None),
    )


def receive_with(
    records: Iterable[RawRecord],
    service: str,
    *,
    ce_type: str,
    decode: Callable[[bytes | None], T],
    application_id: Callable[[T], int | None],
) -> tuple[list[Received[T]], list[DeadLetter]]:
    """Decode a batch by a decoder of one's own; order is kept.

    A record is refused where its value, its headers or its key are wrong; a record without a key
    is taken, a key that names another application is not.
    """
    received: list[Received[T]] = []
    letters: list[DeadLetter] = []
    for record in records:
        try:
            event = decode(record.value)
            _check_key(record, application_id(event))
            received.append(Received(record, headers.envelope(record, ce_type), event))
        except InvalidEvent as error:
            letters.append(refuse(record, service, error.reason, str(error)))
    return received, letters


def refuse(record: RawRecord, service: str, reason: Reason, message: str) -> DeadLetter:
    """The dead letter of a record, under its own event id where its headers give one."""
    told = next((value for name, value in record.headers if name == "ce_id"), None)
    event_id = (told or b"").decode(errors="replace")
    place = f"{record.topic}-{record.partition}-{record.offset}"
    return DeadLetter(record, service, reason, message, event_id[:200] or place)


def condemn(records: Sequence[RawRecord], service: str) -> list[DeadLetter]:
    """The dead letters of records that ended the process again and again."""
    message = "the record ended the process each time it was processed alone"
    return [refuse(record, service, Reason.CRASH, message) for record in records]


def _check_key(record: RawRecord, application_id: int | None) -> None:
    if record.key is None or application_id is None:
        return
    if record.key != str(application_id).encode():
        told = record.key[:50].decode(errors="backslashreplace")
        raise InvalidEvent(
            Reason.KEY_MISMATCH, f"the key is {told!r}, the value is of {application_id}"
        )
