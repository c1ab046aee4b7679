"""What people type becomes an application in the units of the data set."""

import json

import pytest

from contracts.codec import decode_application
from query_api.example import APPLICATION
from query_api.pages.form import FormError, application_json, fields, shown_values


def _typed(**changes: str) -> dict[str, str]:
    return shown_values(APPLICATION) | changes


def _sent(**changes: str) -> dict[str, object]:
    sent: dict[str, object] = json.loads(application_json(_typed(**changes)))
    return sent


def test_the_example_is_an_application() -> None:
    decoded = decode_application(json.dumps(APPLICATION).encode())
    assert decoded.unknown_columns == ()


def test_the_form_sends_the_example_as_it_stands() -> None:
    sent = _sent()
    assert sent.keys() == APPLICATION.keys()
    assert sent["SK_ID_CURR"] == APPLICATION["SK_ID_CURR"]
    for column, value in APPLICATION.items():
        if isinstance(value, str):
            assert sent[column] == value
        else:  # years with one decimal are as exact as half a month
            assert sent[column] == pytest.approx(value, abs=20 if "DAYS" in column else 0)


def test_every_field_is_a_column_once() -> None:
    columns = [field.column for field in fields()]
    assert len(set(columns)) == len(columns)
    assert set(columns) <= APPLICATION.keys()


def test_years_become_days_before_the_application() -> None:
    assert _sent(DAYS_BIRTH="40")["DAYS_BIRTH"] == -14_610


def test_no_time_in_a_job_is_not_employed() -> None:
    assert _sent(DAYS_EMPLOYED="")["DAYS_EMPLOYED"] == 365_243


def test_an_empty_field_is_missing() -> None:
    assert _sent(EXT_SOURCE_1=" ")["EXT_SOURCE_1"] is None


def test_thousands_may_be_parted() -> None:
    assert _sent(AMT_CREDIT="514,800")["AMT_CREDIT"] == 514_800


def test_an_id_keeps_all_its_digits() -> None:
    assert _sent(SK_ID_CURR=str(2**63 - 1))["SK_ID_CURR"] == 2**63 - 1


@pytest.mark.parametrize("text", ["much", "nan", "inf", "1e", "--"])
def test_what_is_no_number_is_named(text: str) -> None:
    with pytest.raises(FormError, match=f"Credit amount: {text} is not a number"):
        application_json(_typed(AMT_CREDIT=text))


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(FormError) as refused:
        application_json(_typed(AMT_CREDIT="x", SK_ID_CURR="1.5"))
    assert refused.value.errors.keys() == {"AMT_CREDIT", "SK_ID_CURR"}
