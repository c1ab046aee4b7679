"""A watched segment has windows, verdicts and alerts of its own, against its own reference rows."""

import numpy as np

from contracts.packing import FloatMatrix
from drift_monitor.detectors import ScipyDetectors
from drift_monitor.monitor import DriftMonitor
from drift_monitor.policy import Policy
from drift_monitor.reference import SCORE, Reference, with_segments
from drift_monitor.seen import SeenScores
from drift_monitor.segments import place_of, places_of, segment_of, version_and_segment
from drift_monitor.state import State
from drift_monitor.windows import Sizes
from tests.drift import NAN, a_reference, arrivals, floats, normal_rows

SIZES = Sizes(window=200, hop=50, least=50)
NAMES = ("A", "KIND", SCORE)
KINDS = {"KIND": ["Cash loans", "Revolving loans"]}
CASH, REVOLVING = "KIND=Cash loans", "KIND=Revolving loans"


def rows(count: int, seed: int, revolving_shift: float = 0.0) -> FloatMatrix:
    """Half of the rows of each kind; the values of A lie 5 apart, whatever the shift."""
    matrix = normal_rows(count, 3, seed)
    matrix[:, 1] = np.arange(count) % 2
    matrix[1::2, 0] += 5 + revolving_shift
    return matrix


def a_segmented_reference() -> Reference:
    matrix = rows(2000, 0)
    return with_segments(a_reference(matrix, NAMES, categories=KINDS), matrix, ["KIND", "A"])


REFERENCE = a_segmented_reference()


def by_place(place: str) -> Reference:
    _, segment = version_and_segment(place)
    return REFERENCE.segments[segment] if segment else REFERENCE


def a_monitor() -> DriftMonitor:
    state = State(SeenScores(5000))
    return DriftMonitor(by_place, ScipyDetectors(), sizes=SIZES, policy=Policy(), state=state)


def test_a_segment_has_the_reference_rows_of_its_level() -> None:
    assert REFERENCE.segments.keys() == {CASH, REVOLVING}
    revolving = REFERENCE.segments[REVOLVING]
    assert (revolving.segment, revolving.profiles[0].rows) == (REVOLVING, 1000)
    assert revolving.profiles[0].values.min() > 1


def test_clean_segments_are_clean_though_their_values_lie_apart() -> None:
    reports = a_monitor().observe(list(arrivals(rows(800, 1)))).reports
    assert {report.alerted for report in reports} == {()}
    assert "A" not in {column for report in reports for column in report.drifted}
    sizes = {(report.segment, report.size) for report in reports}
    assert sizes == {("", 200), (CASH, 200), (REVOLVING, 200)}


def test_drift_within_a_segment_is_told_of_that_segment_alone() -> None:
    reports = a_monitor().observe(list(arrivals(rows(800, 1, revolving_shift=0.8)))).reports
    last = {report.segment: report for report in reports}
    assert last[REVOLVING].alerted == ("A",)
    assert last[CASH].drifted == ()
    assert len({report.window_id for report in reports}) == len(reports)


def test_a_row_without_a_known_level_is_in_no_segment() -> None:
    assert list(REFERENCE.segments_of(floats(0, NAN, 0))) == []
    assert list(REFERENCE.segments_of(floats(0, 7, 0))) == []
    assert list(REFERENCE.segments_of(floats(0, 1, 0))) == [REVOLVING]


def test_a_replaced_version_is_forgotten_with_its_segments_and_each_score_counted_once() -> None:
    monitor = a_monitor()
    monitor.observe(list(arrivals(rows(20, 1), "1")))
    monitor.observe(list(arrivals(rows(20, 1), "2", first=100)))
    latest = monitor.state.versions["2"].windows.last_at
    assert monitor.close_aged(latest + 2 * SIZES.max_age).discarded == 20
    held = [version_and_segment(place) for place in monitor.state.versions]
    assert [segment for version, segment in held if version == "1"] == [""]
    assert len(held) == 4
    assert not monitor.state.versions["1"].windows.panes


def test_a_place_tells_its_version_and_its_segment() -> None:
    segment = segment_of("KIND", "Cash loans")
    assert version_and_segment(place_of("3", segment)) == ("3", CASH)
    assert version_and_segment("3") == ("3", "")
    assert list(places_of("3", iter([segment]))) == ["3", place_of("3", CASH)]
