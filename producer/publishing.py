"""Events out to Kafka, at a rate that does not wait for anybody."""

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec

from contracts.application import LoanApplication
from contracts.codec import encode
from contracts.events import EVENT_TYPES, HistoryAggregated, OutcomeObserved
from contracts.headers import cloud_event_headers, new_traceparent
from contracts.records import Headers
from contracts.topics import Topic

SERVICE = "producer"

EventT = TypeVar("EventT", LoanApplication, HistoryAggregated, OutcomeObserved)

_BURST = 10_000
_CONFIRM_EVERY = 1.0


class Sender(Protocol):
    """What publishing needs of `runtime.producer.Producer`."""

    def send(self, topic: Topic, key: str, value: bytes | None, headers: Headers) -> None:
        """Hand a record over."""

    def flush_or_raise(self) -> None:
        """Return when everything is confirmed."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as the machine has it; tests bring their own."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


def scheduled(
    events: Iterable[EventT], rate: float, clock: Clock, idle: Callable[[], None]
) -> Iterator[tuple[EventT, float]]:
    """Each event with the time it is due (seconds since the epoch), given out when it is.

    Open loop: the n-th is due n/rate after the first, however long the others took, so that a
    slow receiver meets the load that was asked for. At rate 0 each is due at once. `idle` is
    called before every wait.
    """
    start = clock.now()
    for number, event in enumerate(events):
        due = start + number / rate if rate > 0 else clock.now()
        if due > clock.now():
            idle()
            clock.sleep(max(0.0, due - clock.now()))
        yield event, due


def publish(
    topic: Topic,
    events: Iterable[EventT],
    sender: Sender,
    *,
    rate: float = 0.0,
    advance: Callable[[int], None] = lambda _: None,
    clock: Clock | None = None,
) -> int:
    """Publish every event, keyed by its application; returns how many, all of them confirmed.

    Confirmation is asked for between events about once a second, so that a broker that is gone
    is noticed soon even at a low rate.

    Raises:
        RecordTooLargeError: an event is above the topic's limit; those before it are confirmed.
        DeliveryFailedError: the broker did not confirm.
    """
    clock = clock or Clock()
    confirmation = _Confirmation(sender, clock)
    count = 0
    try:
        for event, due in scheduled(events, rate, clock, confirmation.when_time):
            sender.send(topic, str(application_id(event)), encode(event), _headers(event, due))
            count += 1
            advance(1)
            if count % _BURST == 0:
                sender.flush_or_raise()
    finally:
        sender.flush_or_raise()
    return count


class _Confirmation:
    def __init__(self, sender: Sender, clock: Clock) -> None:
        self._sender, self._clock, self._last = sender, clock, clock.now()

    def when_time(self) -> None:
        if self._clock.now() - self._last >= _CONFIRM_EVERY:
            self._sender.flush_or_raise()
            self._last = self._clock.now()


def application_id(event: LoanApplication | HistoryAggregated | OutcomeObserved) -> int:
    """The application an event is about: its key."""
    return event.SK_ID_CURR if isinstance(event, LoanApplication) else event.application_id


def _headers(
    event: LoanApplication | HistoryAggregated | OutcomeObserved, due: float
) -> list[tuple[str, bytes]]:
    kind: type[msgspec.Struct] = type(event)
    return cloud_event_headers(
        event_id=str(uuid.uuid4()),
        event_type=EVENT_TYPES[kind],
        source=SERVICE,
        subject=str(application_id(event)),
        time=dt.datetime.fromtimestamp(due, dt.UTC),
        traceparent=new_traceparent(),
    )
