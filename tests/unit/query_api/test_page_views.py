"""What the pages show is what the events say."""

import datetime as dt

import numpy as np
import pytest

from contracts.features import feature_names
from contracts.packing import pack
from query_api.charts import Bin, Part
from query_api.pages.case_view import explanation_overdue, key_facts, waterfall
from query_api.pages.drift_view import drift_columns, heat_map
from query_api.pages.portfolio_view import lower_risk_than
from tests.published import NOON, a_drift_report, a_score, an_explanation


def _packed(**values: float) -> str:
    names = feature_names(("LATE_SHARE",))
    return pack(np.array([values.get(name, np.nan) for name in names]))


def test_the_waterfall_leads_from_the_average_to_the_applicant() -> None:
    rows = waterfall(an_explanation(a_score()))
    assert [row.label for row in (rows[0], rows[-2], rows[-1])] == [
        "Average applicant",
        "All other features",
        "This applicant",
    ]
    assert [row.kind for row in rows[1:-1]] == ["raises", "lowers", "raises", "raises", "raises"]
    assert (rows[0].amount, rows[-2].amount, rows[-1].amount) == ("−2.60", "+0.15", "−2.00")  # noqa: RUF001


def test_a_waterfall_without_a_slope_is_drawn() -> None:
    flat = an_explanation(a_score(raw_score=-2.6), strongest=(), base_value=-2.6)
    assert len(waterfall(flat)) == 3


def test_key_facts_come_from_the_model_input() -> None:
    features = _packed(AMT_CREDIT=514_800, DAYS_BIRTH=-13_880, EXT_SOURCE_2=0.55)
    facts = dict(key_facts(a_score(features=features)))
    assert facts["Credit amount"] == "514,800"
    assert facts["Age"] == "38 years"
    assert facts["External score 2"] == "0.550"
    assert facts["External score 1"] == "not given"


def test_who_has_no_job_is_told_so() -> None:
    facts = dict(key_facts(a_score(features=_packed(NOT_EMPLOYED=1))))
    assert facts["Employment"] == "not employed"
    assert "Time in present job" not in facts


@pytest.mark.parametrize("features", ["", "AAA", "no base64!"])
def test_an_input_that_cannot_be_read_shows_no_facts(features: str) -> None:
    assert key_facts(a_score(features=features)) == []


def test_an_input_of_another_feature_version_shows_no_facts() -> None:
    assert key_facts(a_score(features=_packed(AMT_CREDIT=1), feature_version="0")) == []


def test_a_score_is_compared_with_the_others() -> None:
    bins = [Bin(low, low + 10, (Part("", 100, ""),)) for low in (500, 510, 520, 530)]
    assert lower_risk_than(525, bins) == pytest.approx(0.625)
    assert lower_risk_than(525, [Bin(500, 510, (Part("", 99, ""),))]) is None


def test_an_explanation_is_awaited_for_a_minute() -> None:
    score = a_score()
    assert not explanation_overdue(score, score.scored_at + dt.timedelta(seconds=59))
    assert explanation_overdue(score, NOON + dt.timedelta(minutes=2))


def test_a_column_is_shown_by_its_strongest_test_drifted_first() -> None:
    columns = drift_columns(a_drift_report(drifted=["EXT_SOURCE_3"], alerted=["EXT_SOURCE_3"]))
    assert [column.column for column in columns] == [
        "EXT_SOURCE_3",
        "AMT_CREDIT",
        "NAME_CONTRACT_TYPE",
    ]
    assert (columns[0].test, columns[0].drifted, columns[0].alerted) == (
        "missing share",
        True,
        True,
    )
    assert columns[0].words.split() == ["missing", "20", "%", "->", "39", "%"]


def test_the_heat_map_goes_from_the_oldest_window_to_the_newest() -> None:
    reports = [a_drift_report(1, drifted=["EXT_SOURCE_3"]), a_drift_report(0)]
    row = heat_map(reports)[0]
    assert row.column == "EXT_SOURCE_3"
    assert [level for level, _ in row.cells] == [0, 4]


def test_a_column_that_a_window_lacks_is_told() -> None:
    rows = heat_map([a_drift_report(1), a_drift_report(0, columns=())])
    assert all(row.cells[0] == (None, "not tested") for row in rows)
