"""A body becomes a record for Kafka, or a problem that names the field."""

import json

import pytest

from contracts.application import LoanApplication
from contracts.events import EVENT_TYPES
from contracts.headers import envelope
from contracts.ids import score_id
from contracts.records import RawRecord
from query_api.problems import Kind, ProblemError
from query_api.submission import submission
from tests.published import NOON


def _body(**columns: object) -> bytes:
    return json.dumps({"SK_ID_CURR": 100_001, **columns}).encode()


def _problem(body: bytes) -> ProblemError:
    with pytest.raises(ProblemError) as refused:
        submission(body, NOON)
    return refused.value


def test_the_body_is_published_as_it_came() -> None:
    body = _body(AMT_CREDIT=1, NEW_COLUMN="x")
    sent = submission(body, NOON)
    assert (sent.key, sent.value, sent.unknown_columns) == ("100001", body, ("NEW_COLUMN",))


def test_the_record_is_a_cloud_event_of_its_time() -> None:
    sent = submission(_body(), NOON)
    record = RawRecord("loan.applications", 0, 0, b"100001", sent.value, sent.headers)
    told = envelope(record, EVENT_TYPES[LoanApplication])
    assert (told.event_id, told.time) == (sent.event_id, NOON)


def test_the_score_id_is_known_before_the_score_is() -> None:
    sent = submission(_body(), NOON)
    assert sent.score_id == score_id(sent.event_id)
    assert sent.score_id in sent.location


def test_two_submissions_are_two_events() -> None:
    assert submission(_body(), NOON).event_id != submission(_body(), NOON).event_id


def test_the_same_key_is_one_event_for_each_application() -> None:
    first, again = submission(_body(), NOON, "k"), submission(_body(AMT_CREDIT=2), NOON, "k")
    other = submission(json.dumps({"SK_ID_CURR": 2}).encode(), NOON, "k")
    assert first.event_id == again.event_id != other.event_id


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"", Kind.BAD_BODY, "empty"),
        (b"{", Kind.BAD_BODY, "not_json"),
        (b"\xff\xfe", Kind.BAD_BODY, "not_utf8"),
        (b"[" * 100_000, Kind.BAD_BODY, "not_json"),
        (b"[]", Kind.INVALID, "not_an_object"),
        (b"{}", Kind.INVALID, "bad_id"),
        (b'{"SK_ID_CURR": "1"}', Kind.INVALID, "bad_id"),
        (b'{"SK_ID_CURR": 1, "SK_ID_CURR": 2}', Kind.INVALID, "duplicate_field"),
        (b'{"SK_ID_CURR": 1, "AMT_CREDIT": "much"}', Kind.INVALID, "wrong_type"),
        (b'{"SK_ID_CURR": 1, "AMT_CREDIT": -5}', Kind.INVALID, "impossible_value"),
        (b'{"SK_ID_CURR": 1, "DAYS_BIRTH": 9000}', Kind.INVALID, "impossible_value"),
    ],
)
def test_no_application_is_refused_with_its_reason(body: bytes, kind: Kind, reason: str) -> None:
    refused = _problem(body)
    assert (refused.kind, refused.problem.reason) == (kind, reason)


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"AMT_INCOME_TOTAL": -1}, "AMT_INCOME_TOTAL"),
        ({"DAYS_EMPLOYED": 12}, "DAYS_EMPLOYED"),
        ({"NAME_INCOME_TYPE": 3}, "NAME_INCOME_TYPE"),
        ({"SK_ID_CURR": None}, "SK_ID_CURR"),
    ],
)
def test_the_field_to_blame_is_named(columns: dict[str, object], field: str) -> None:
    assert [wrong.field for wrong in _problem(_body(**columns)).problem.errors] == [field]
