import contextlib
import datetime as dt
import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.application import LoanApplication
from contracts.codec import decode, decode_application, encode
from contracts.errors import InvalidEvent, Reason
from contracts.events import EVENT_TYPES, OutcomeObserved
from contracts.examples import EXAMPLES
from tests.strategies import applications, documents

TWICE = Reason.DUPLICATE_FIELD
OUTCOME = b'{"application_id":1,"defaulted":true,"observed_at":"2024-05-01T00:00:00Z"}'


def refusal(value: bytes | None) -> InvalidEvent:
    with pytest.raises(InvalidEvent) as refused:
        decode_application(value)
    return refused.value


@given(applications())
def test_an_application_comes_back_as_it_was_encoded(application: LoanApplication) -> None:
    decoded = decode_application(encode(application))
    assert decoded.application == application
    assert decoded.unknown_columns == ()


WRITERS = st.fixed_dictionaries(
    {"ensure_ascii": st.booleans(), "indent": st.sampled_from([None, 1])}
)


@given(documents(), WRITERS)
def test_any_json_writer_is_understood_alike(
    document: dict[str, Any], options: dict[str, Any]
) -> None:
    value = json.dumps(document, **options).encode()
    assert decode_application(value).application == LoanApplication(**document)


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_every_event_comes_back_as_it_was_encoded(event: msgspec.Struct) -> None:
    assert decode(encode(event), type(event)) == event


@pytest.mark.parametrize("missing", ["null", "NaN"])
def test_a_value_that_is_null_or_nan_is_missing(missing: str) -> None:
    value = f'{{"SK_ID_CURR": 7, "AMT_CREDIT": {missing}, "OCCUPATION_TYPE": {missing}}}'
    assert decode_application(value.encode()).application == LoanApplication(SK_ID_CURR=7)


def test_an_unknown_level_is_taken() -> None:
    value = b'{"SK_ID_CURR": 7, "OCCUPATION_TYPE": "Astronaut"}'
    assert decode_application(value).application.OCCUPATION_TYPE == "Astronaut"


def test_integers_are_taken_where_the_tables_hold_them() -> None:
    application = decode_application(b'{"SK_ID_CURR":7,"DAYS_BIRTH":-9461}').application
    assert application.DAYS_BIRTH == -9461


def test_people_without_employment_keep_the_sentinel_of_the_tables() -> None:
    application = decode_application(b'{"SK_ID_CURR":7,"DAYS_EMPLOYED":365243}').application
    assert application.DAYS_EMPLOYED == 365243


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.TOMBSTONE),
        (b"", Reason.EMPTY),
        (b"not json", Reason.NOT_JSON),
        (b'{"SK_ID_CURR": 7', Reason.NOT_JSON),
        (b'{"SK_ID_CURR": 7}{}', Reason.NOT_JSON),
        (b"\xef\xbb\xbf{}", Reason.NOT_JSON),
        (b"[" * 200_000, Reason.NOT_JSON),
        (b'{"SK_ID_CURR":7,"x":' + b"[" * 200_000, Reason.NOT_JSON),
        (b'{"SK_ID_CURR":7,"x":' + b"1" * 5000 + b"}", Reason.NOT_JSON),
        (b'{"SK_ID_CURR":7,"CODE_GENDER":"\xff"}', Reason.NOT_UTF8),
        (b'{"SK_ID_CURR":7,"a column of another":"\xff"}', Reason.NOT_UTF8),
        (rb'{"SK_ID_CURR":7,"CODE_GENDER":"\ud800"}', Reason.NOT_UTF8),
        (rb'{"SK_ID_CURR":7,"\udfff":1}', Reason.NOT_UTF8),
        (b"[1]", Reason.NOT_AN_OBJECT),
        (b"7", Reason.NOT_AN_OBJECT),
        (b"null", Reason.NOT_AN_OBJECT),
        (b"{}", Reason.BAD_ID),
        (b'{"SK_ID_CURR":null}', Reason.BAD_ID),
        (b'{"SK_ID_CURR":NaN}', Reason.BAD_ID),
        (b'{"SK_ID_CURR":"7"}', Reason.BAD_ID),
        (b'{"SK_ID_CURR":7.5}', Reason.BAD_ID),
        (b'{"SK_ID_CURR":true}', Reason.BAD_ID),
        (b'{"SK_ID_CURR":0}', Reason.BAD_ID),
        (b'{"SK_ID_CURR":9223372036854775808}', Reason.BAD_ID),
        (b'{"SK_ID_CURR":7,"AMT_CREDIT":"5"}', Reason.WRONG_TYPE),
        (b'{"SK_ID_CURR":7,"AMT_CREDIT":true}', Reason.WRONG_TYPE),
        (b'{"SK_ID_CURR":7,"AMT_CREDIT":[5]}', Reason.WRONG_TYPE),
        (b'{"SK_ID_CURR":7,"CODE_GENDER":1}', Reason.WRONG_TYPE),
        (b'{"SK_ID_CURR":7,"AMT_INCOME_TOTAL":-1}', Reason.IMPOSSIBLE_VALUE),
        (b'{"SK_ID_CURR":7,"AMT_CREDIT":Infinity}', Reason.IMPOSSIBLE_VALUE),
        (b'{"SK_ID_CURR":7,"AMT_CREDIT":-Infinity}', Reason.IMPOSSIBLE_VALUE),
        (b'{"SK_ID_CURR":7,"AMT_CREDIT":1e999}', Reason.IMPOSSIBLE_VALUE),
        (b'{"SK_ID_CURR":7,"AMT_CREDIT":' + b"1" * 400 + b"}", Reason.IMPOSSIBLE_VALUE),
        (b'{"SK_ID_CURR":7,"DAYS_BIRTH":1}', Reason.IMPOSSIBLE_VALUE),
        (b'{"SK_ID_CURR":7,"DAYS_EMPLOYED":1}', Reason.IMPOSSIBLE_VALUE),
        (b'{"SK_ID_CURR":7,"DAYS_EMPLOYED":365242.9}', Reason.IMPOSSIBLE_VALUE),
        (b'{"SK_ID_CURR":7,"EXT_SOURCE_1":1.01}', Reason.IMPOSSIBLE_VALUE),
        (b'{"SK_ID_CURR":7,"FLAG_MOBIL":2}', Reason.IMPOSSIBLE_VALUE),
        (b'{"SK_ID_CURR":7,"HOUR_APPR_PROCESS_START":24}', Reason.IMPOSSIBLE_VALUE),
        (b'{"SK_ID_CURR":7,"CODE_GENDER":"' + b"x" * 101 + b'"}', Reason.IMPOSSIBLE_VALUE),
        (b'{"SK_ID_CURR":7,"SK_ID_CURR":8}', TWICE),
        (b'{"SK_ID_CURR":7,"AMT_CREDIT":1,"AMT_CREDIT":2}', TWICE),
        (b'{"SK_ID_CURR":7,"AMT_CREDIT":null,"AMT_CREDIT":2}', TWICE),
        (b'{"SK_ID_CURR":7,"AMT_CREDIT":2,"AMT_CREDIT":null}', TWICE),
        (b'{"SK_ID_CURR":7,"AMT_CREDIT":NaN,"AMT_CREDIT":2}', TWICE),
        (rb'{"SK_ID_CURR":7,"CODE_GENDER":"\u003a","FLAG_MOBIL":0,"FLAG_MOBIL":1}', TWICE),
        (rb'{"SK_ID_CURR":7,"AMT_CREDIT":1,"AMT\u005fCREDIT":2}', TWICE),
    ],
    ids=lambda given: str(given)[:50],
)
def test_bad_input_is_refused_with_its_reason(value: bytes | None, reason: Reason) -> None:
    assert refusal(value).reason is reason


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (b'{"SK_ID_CURR":7,"AMT_INCOME_TOTAL":-1}', "AMT_INCOME_TOTAL"),
        (b'{"SK_ID_CURR":7,"DAYS_EMPLOYED":1}', "DAYS_EMPLOYED"),
        (b'{"SK_ID_CURR":7,"AMT_CREDIT":1,"AMT_CREDIT":2}', "AMT_CREDIT"),
        (b'{"SK_ID_CURR":"7"}', "SK_ID_CURR"),
        (b'{"SK_ID_CURR" 7}', "line 1 column 15"),
    ],
)
def test_a_refusal_names_what_is_wrong(value: bytes, named: str) -> None:
    assert named in str(refusal(value))


@pytest.mark.parametrize(
    ("value", "unknown"),
    [
        (b'{"SK_ID_CURR":7,"TARGET":1}', ("TARGET",)),
        (b'{"SK_ID_CURR":7,"TARGET":null,"AMT_CREDIT":null}', ("TARGET",)),
        (b'{"SK_ID_CURR":7,"TARGET":NaN,"b":{"c":[1]}}', ("TARGET", "b")),
        (b'{"SK_ID_CURR":7,"CODE_GENDER":"a:b:c","HOUSETYPE_MODE":null}', ()),
        (rb'{"SK_ID_CURR":7,"AMT\u005fCREDIT":2}', ()),
    ],
)
def test_columns_that_are_none_of_ours_are_ignored_and_named(
    value: bytes, unknown: tuple[str, ...]
) -> None:
    assert decode_application(value).unknown_columns == unknown


@given(documents(), st.data())
def test_a_column_given_twice_is_never_taken(document: dict[str, Any], data: st.DataObject) -> None:
    twice = data.draw(st.sampled_from(list(document)))
    first = data.draw(st.sampled_from(["null", "NaN", "0", '"a:b"']))
    value = f'{{"{twice}": {first}, {json.dumps(document)[1:]}'.encode()
    assert refusal(value).reason is Reason.DUPLICATE_FIELD


@given(st.binary(max_size=200))
@example(b'{"SK_ID_CURR":1,"x\\ud800":5}')
def test_arbitrary_bytes_raise_nothing_but_invalid_event(value: bytes) -> None:
    with contextlib.suppress(InvalidEvent):
        decode_application(value)
    for event_type in EVENT_TYPES:
        with contextlib.suppress(InvalidEvent):
            decode(value, event_type)


@given(documents(), st.data())
def test_a_damaged_application_is_decoded_or_refused(
    document: dict[str, Any], data: st.DataObject
) -> None:
    value = bytearray(json.dumps(document).encode())
    at = data.draw(st.integers(0, len(value) - 1))
    value[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    with contextlib.suppress(InvalidEvent):
        decoded = decode_application(bytes(value))
        assert decode_application(encode(decoded.application)).application == decoded.application


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"application_id":1,', b"", Reason.BAD_ID),
        (b'"application_id":1', b'"application_id":-1', Reason.BAD_ID),
        (b'"defaulted":true,', b"", Reason.MISSING_FIELD),
        (b'"defaulted":true', b'"defaulted":1', Reason.WRONG_TYPE),
        (b"T00:00:00Z", b"T00:00:00", Reason.IMPOSSIBLE_VALUE),
        (b"2024-05-01T", b"2024-13-01T", Reason.IMPOSSIBLE_VALUE),
        (b"2024-05-01T00:00:00Z", rb"\ud800", Reason.NOT_UTF8),
    ],
)
def test_an_event_is_checked_field_by_field(old: bytes, new: bytes, reason: Reason) -> None:
    with pytest.raises(InvalidEvent) as refused:
        decode(OUTCOME.replace(old, new), OutcomeObserved)
    assert refused.value.reason is reason


def test_a_field_that_a_newer_producer_added_is_ignored() -> None:
    newer = OUTCOME.replace(b"{", b'{"loss_given_default":0.4,')
    assert decode(newer, OutcomeObserved) == decode(OUTCOME, OutcomeObserved)


def test_a_refusal_never_outgrows_the_header_it_travels_in() -> None:
    huge = b'{"SK_ID_CURR":7,"' + b"x" * 200_000 + b'":1,"' + b"x" * 200_000 + b'":1}'
    assert len(str(refusal(huge))) <= 1000
    with pytest.raises(InvalidEvent) as refused:
        decode(OUTCOME.replace(b"true", b'"' + b"y" * 200_000 + b'"'), OutcomeObserved)
    assert len(str(refused.value)) <= 1000


@pytest.mark.parametrize("time", ["0001-01-01T00:30:00+14:00", "9999-12-31T23:59:59-05:00"])
@pytest.mark.parametrize("escaped", ["", "\\u0020"])
def test_a_time_that_utc_cannot_tell_is_refused(time: str, escaped: str) -> None:
    value = OUTCOME.replace(b"2024-05-01T00:00:00Z", time.encode())
    value = value.replace(b"{", b'{"note":"%s",' % escaped.encode())
    with pytest.raises(InvalidEvent, match=r"\$\.observed_at") as refused:
        decode(value, OutcomeObserved)
    assert refused.value.reason is Reason.IMPOSSIBLE_VALUE


@pytest.mark.parametrize("time", ["0001-01-01T00:30:00Z", "9999-12-31T23:59:59+05:00"])
def test_a_time_near_the_ends_of_the_calendar_is_taken(time: str) -> None:
    value = OUTCOME.replace(b"2024-05-01T00:00:00Z", time.encode())
    assert decode(value, OutcomeObserved).observed_at == dt.datetime.fromisoformat(time)
