import contextlib
import datetime as dt
from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.errors import InvalidEvent, Reason
from contracts.events import Purpose
from contracts.headers import (
    Envelope,
    child_traceparent,
    cloud_event_headers,
    envelope,
    new_traceparent,
)
from contracts.records import Headers, RawRecord

TYPE = "loan.application.v1"
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
NOON = dt.datetime(2024, 5, 14, 12, tzinfo=dt.UTC)
MADE = {
    "ce_specversion": b"1.0",
    "ce_id": b"e-1",
    "ce_source": b"upstream",
    "ce_type": TYPE.encode(),
    "ce_time": b"2024-05-14T12:00:00Z",
    "ce_subject": b"100001",
    "content-type": b"application/json",
    "traceparent": TRACEPARENT.encode(),
}


def a_record(headers: Headers = (), timestamp_ms: int = 1_715_688_000_000) -> RawRecord:
    return RawRecord("loan.applications", 3, 17, b"1", b"{}", headers, timestamp_ms)


def told(changed: Mapping[str, bytes] | None = None) -> Envelope:
    return envelope(a_record(list((MADE | dict(changed or {})).items())), TYPE)


def refusal(headers: Headers, timestamp_ms: int = 0) -> InvalidEvent:
    with pytest.raises(InvalidEvent) as refused:
        envelope(a_record(headers, timestamp_ms), TYPE)
    return refused.value


def test_a_bare_record_has_its_place_as_id_and_its_time_as_time() -> None:
    bare = envelope(a_record(), TYPE)
    assert bare.event_id == "loan.applications-3-17"
    assert bare.time == NOON
    assert bare.purpose is Purpose.DECISION


def test_headers_win_over_the_record() -> None:
    assert told() == Envelope("e-1", NOON, Purpose.DECISION, TRACEPARENT)


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200),
    st.datetimes(timezones=st.timezones() | st.just(dt.UTC)),
    st.sampled_from(Purpose),
)
def test_an_event_s_headers_come_back_as_they_were_made(
    event_id: str, time: dt.datetime, purpose: Purpose
) -> None:
    assume(dt.MINYEAR < time.year < dt.MAXYEAR)  # UTC may lie beyond
    made = cloud_event_headers(
        event_id=event_id,
        event_type=TYPE,
        source="scorer",
        subject="1",
        time=time,
        traceparent=TRACEPARENT,
        purpose=purpose,
    )
    assert envelope(a_record(made), TYPE) == Envelope(
        event_id, time.astimezone(dt.UTC), purpose, TRACEPARENT
    )


def test_the_last_of_two_headers_wins() -> None:
    assert envelope(a_record([("ce_id", b"a"), ("ce_id", b"b")]), TYPE).event_id == "b"


def test_headers_of_others_may_hold_any_bytes() -> None:
    assert envelope(a_record([("b3", b"\xff\x00"), ("retries", None)]), TYPE).time == NOON


@pytest.mark.parametrize(
    "content_type", [b"application/json", b"application/json; charset=utf-8", b"Application/JSON"]
)
def test_json_is_json_with_parameters_and_in_capitals(content_type: bytes) -> None:
    assert told({"content-type": content_type}).event_id == "e-1"


def test_a_time_is_read_in_its_own_offset() -> None:
    assert told({"ce_time": b"2024-05-14T14:00:00+02:00"}).time == NOON


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_id", b""),
        ("ce_id", b"x" * 201),
        ("ce_id", b"\xff"),
        ("ce_id", b"a\x00b"),
        ("ce_id", None),
        ("ce_purpose", b"fun"),
        ("ce_source", b"\xff"),
        ("ce_specversion", b"0.3"),
        ("ce_time", b"0001-01-01T00:00:00+14:00"),
        ("ce_time", b"2024-05-14T12:00:00"),
        ("ce_time", b"yesterday"),
        ("ce_type", b"loan.application.v2"),
        ("ce_type", b"loan.scored.v1"),
        ("content-type", b"application/avro"),
        ("content-type", b"application/cloudevents+json"),
    ],
)
def test_a_bad_header_is_refused_and_named(name: str, value: bytes | None) -> None:
    refused = refusal([(name, value)])
    assert refused.reason is Reason.BAD_HEADER
    assert name in str(refused)


@pytest.mark.parametrize("timestamp_ms", [-(2**63), -(10**15), 10**15, 2**63 - 1])
def test_a_record_time_outside_the_calendar_is_refused(timestamp_ms: int) -> None:
    assert refusal((), timestamp_ms).reason is Reason.BAD_HEADER


@given(st.lists(st.tuples(st.sampled_from([*MADE, "ce_purpose", "x"]), st.binary(max_size=40))))
def test_arbitrary_headers_raise_nothing_but_invalid_event(headers: Headers) -> None:
    with contextlib.suppress(InvalidEvent):
        assert envelope(a_record(headers), TYPE).time.tzinfo is dt.UTC


@pytest.mark.parametrize(
    "malformed",
    [
        b"",
        b"\xff",
        b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        b"00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        b"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        b"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    ],
)
def test_a_malformed_trace_context_begins_a_new_trace(malformed: bytes) -> None:
    begun = told({"traceparent": malformed})
    assert begun.trace_id != TRACEPARENT.split("-")[1]
    assert told({"traceparent": begun.traceparent.encode()}) == begun


def test_the_next_step_stays_in_the_trace_under_an_id_of_its_own() -> None:
    child = child_traceparent(TRACEPARENT)
    assert child != TRACEPARENT
    assert told({"traceparent": child.encode()}).trace_id == told().trace_id
    assert child.endswith("-01")


def test_traces_that_begin_here_are_apart() -> None:
    assert new_traceparent() != new_traceparent()
