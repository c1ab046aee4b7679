import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from contracts.application import COLUMNS, LoanApplication
from contracts.codec import decode, decode_application, encode
from contracts.errors import InvalidEvent
from contracts.events import EVENT_TYPES
from contracts.examples import EXAMPLES
from contracts.schemas import json_schema
from tests.strategies import documents, ids

FORMATS = FormatChecker(formats=())
VALIDATORS = {
    event: Draft202012Validator(json_schema(event), format_checker=FORMATS) for event in EVENT_TYPES
}
APPLICATION = VALIDATORS[LoanApplication]


def _is_no_integer(value: float) -> bool:
    """JSON Schema takes 1.0 for an integer, the codec does not."""
    return not value.is_integer()


ANY_VALUE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-400_000, 400_000),
    st.floats(allow_nan=False, allow_infinity=False).filter(_is_no_integer),
    st.text(st.characters(codec="utf-8"), max_size=110),
    st.lists(st.integers(), max_size=1),
)


@FORMATS.checks("date-time", raises=ValueError)
def is_a_time_with_its_offset(value: object) -> bool:
    return not isinstance(value, str) or dt.datetime.fromisoformat(value).tzinfo is not None


@pytest.mark.parametrize("event", EVENT_TYPES)
def test_every_schema_is_a_schema(event: type[msgspec.Struct]) -> None:
    Draft202012Validator.check_schema(json_schema(event))


@pytest.mark.parametrize("event", EVENT_TYPES)
def test_a_schema_says_what_it_is_of(event: type[msgspec.Struct]) -> None:
    schema = json_schema(event)
    assert schema["$id"].endswith(EVENT_TYPES[event])
    assert schema["title"] == event.__name__
    assert schema["x-kafka-topic"].startswith("loan.")
    assert "Raises" not in schema["description"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda event: type(event).__name__)
def test_an_encoded_event_validates(example: msgspec.Struct) -> None:
    VALIDATORS[type(example)].validate(msgspec.json.decode(encode(example)))


@given(documents())
def test_every_application_that_is_taken_validates(document: dict[str, Any]) -> None:
    APPLICATION.validate(msgspec.json.decode(encode(LoanApplication(**document))))


@given(ids, st.sampled_from(COLUMNS), ANY_VALUE)
def test_schema_and_codec_agree_on_every_column(sk_id_curr: int, column: str, value: Any) -> None:
    document = {"SK_ID_CURR": sk_id_curr, column: value}
    try:
        decode_application(msgspec.json.encode(document))
        taken = True
    except InvalidEvent:
        taken = False
    assert APPLICATION.is_valid(document) == taken


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda event: type(event).__name__)
@given(data=st.data())
def test_schema_and_codec_agree_on_every_field(
    example: msgspec.Struct, data: st.DataObject
) -> None:
    document = msgspec.json.decode(encode(example))
    field = data.draw(st.sampled_from(sorted(document)))
    document[field] = data.draw(ANY_VALUE)
    try:
        decode(msgspec.json.encode(document), type(example))
        taken = True
    except InvalidEvent:
        taken = False
    assert VALIDATORS[type(example)].is_valid(document) == taken
