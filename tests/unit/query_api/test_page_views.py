"""What the pages show is what the events say."""

import datetime as dt

import msgspec
import numpy as np
import pytest

from contracts.events import Distribution, MultivariateDrift
from contracts.examples import DRIFT
from contracts.features import feature_names
from contracts.packing import pack
from query_api.charts import Bin, Part
from query_api.pages.case_view import explanation_overdue, key_facts, waterfall
from query_api.pages.distribution_view import distributions
from query_api.pages.drift_view import drift_columns, heat_rows, state
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


def test_the_heat_map_shows_in_words_what_each_cell_is() -> None:
    reports = [a_drift_report(1, drifted=["EXT_SOURCE_3"]), a_drift_report(0, columns=())]
    row = heat_rows(reports)[0]
    assert (row.column, row.label) == ("EXT_SOURCE_3", "External score 3")
    assert 'aria-label="moved in 1 of 1 windows"' in row.chart
    assert row.chart.index("<title>not tested</title>") < row.chart.index("missing 20 %")
    assert 'class="heat-4"' in row.chart


def test_distributions_are_shown_of_what_moved_first() -> None:
    (told,) = DRIFT.distances
    other = msgspec.structs.replace(told, column="AMT_CREDIT")
    bare = msgspec.structs.replace(told, column="CODE_GENDER", distribution=None)
    views = distributions(a_drift_report(drifted=["EXT_SOURCE_3"], distances=(bare, other, told)))
    assert [(one.label, one.drifted) for one in views] == [
        ("External score 3", True),
        ("Credit amount", False),
    ]
    assert [(one.name, one.reference, one.window) for one in views[0].bins][-1] == (
        "missing",
        0.19,
        0.39,
    )
    assert views[0].others == 0


def test_of_many_levels_those_that_moved_most_are_shown_in_their_order() -> None:
    shares = tuple(at / 190 for at in range(20))
    levels = Distribution(
        bins=tuple(f"level {at}" for at in range(20)), reference=shares, window=shares[::-1]
    )
    distance = msgspec.structs.replace(DRIFT.distances[0], distribution=levels)
    (view,) = distributions(a_drift_report(distances=(distance,)))
    names = [one.name for one in view.bins]
    assert names == [f"level {at}" for at in (*range(6), *range(14, 20))]
    assert view.others == 8


@pytest.mark.parametrize(("drifted", "word"), [(True, "Watch"), (False, "Steady")])
def test_a_day_that_is_told_by_all_columns_together_alone_is_to_be_watched(
    drifted: bool,  # noqa: FBT001 - a parameter of the test
    word: str,
) -> None:
    together = MultivariateDrift(
        statistic=0.6,
        p_value=1e-6,
        drifted=drifted,
        rows=2_000,
        reference_rows=4_000,
        features=(),
        words="",
    )
    assert state(a_drift_report(multivariate=together)) == word
