"""Columns against windows: the oldest first, what drifted most often on top."""

from query_api.heat_map import heat_map, strongest_tests
from tests.published import a_drift_report

MOST = 10


def test_the_heat_map_goes_from_the_oldest_window_to_the_newest() -> None:
    reports = [a_drift_report(1, drifted=["EXT_SOURCE_3"]), a_drift_report(0)]
    row = heat_map(reports, MOST)[0]
    assert row.column == "EXT_SOURCE_3"
    assert [one.drifted for one in row.cells if one is not None] == [False, True]


def test_a_column_that_a_window_lacks_has_no_cell() -> None:
    rows = heat_map([a_drift_report(1), a_drift_report(0, columns=())], MOST)
    assert [row.cells[0] for row in rows] == [None] * 3


def test_what_drifted_most_often_comes_first_and_no_more_are_shown_than_asked() -> None:
    twice = [a_drift_report(at, drifted=["NAME_CONTRACT_TYPE"]) for at in (2, 1)]
    once = a_drift_report(0, drifted=["NAME_CONTRACT_TYPE", "EXT_SOURCE_3"])
    rows = heat_map([*twice, once], most=2)
    assert [row.column for row in rows] == ["NAME_CONTRACT_TYPE", "EXT_SOURCE_3"]


def test_a_verdict_tells_more_than_a_larger_effect_without_one() -> None:
    tests = strongest_tests(a_drift_report(drifted=["AMT_CREDIT"]))
    assert (tests["AMT_CREDIT"].test, tests["EXT_SOURCE_3"].test) == ("missing", "ks")
