"""A day is judged as a window is, to the stated error, and makes no alert."""

import numpy as np

from contracts import codec
from contracts.events import DriftReported, WindowKind
from contracts.packing import FloatMatrix
from drift_monitor.detectors import ScipyDetectors
from drift_monitor.evaluation import evaluate
from drift_monitor.long_report import long_report
from drift_monitor.long_windows import Sketched
from drift_monitor.policy import Policy
from drift_monitor.reference import SCORE
from drift_monitor.report import window_id
from drift_monitor.sketches import sketch_layout
from tests.builders import NOON
from tests.drift import NAN, a_reference, a_window, normal_rows

REFERENCE = a_reference(normal_rows(3000, 3, seed=1), ("A", "B", SCORE), importance={"B": 0.9})
LAYOUT = sketch_layout(REFERENCE.columns, REFERENCE.profiles)


def reported(matrix: FloatMatrix) -> DriftReported:
    span = a_window(matrix).span
    day = Sketched(WindowKind.DAY, NOON.date(), span, LAYOUT.count(matrix))
    return long_report(day, LAYOUT, REFERENCE, ScipyDetectors(), Policy())


def test_a_day_has_the_verdicts_of_the_exact_tests() -> None:
    matrix = normal_rows(4000, 3, seed=2, shift=0.5)
    matrix[:600, 1] = NAN
    report = reported(matrix)
    exact = evaluate(a_window(matrix), REFERENCE, ScipyDetectors(), Policy())
    assert set(report.drifted) == {one.column for one in exact.judged if one.drifted} == {"A", "B"}
    assert report.drifted[0] == "B"
    effects = {(one.column, one.test): one.effect for one in report.columns}
    for one in exact.judged:
        effect = effects[one.column, one.comparison.test.value]
        assert abs(one.comparison.effect - effect) <= report.ks_error + 1e-6
    assert 0 < report.ks_error <= 0.011


def test_a_clean_day_is_clean_and_no_day_makes_an_alert() -> None:
    assert reported(normal_rows(4000, 3, seed=3)).drifted == ()
    report = reported(normal_rows(4000, 3, seed=3, shift=1.0))
    assert (report.drifted, report.alerted, report.alert) == (("A",), (), False)
    assert report.columns[0].words.startswith("A median")


def test_a_day_and_a_verdict_window_of_the_same_scores_have_ids_of_their_own() -> None:
    matrix = normal_rows(300, 3, seed=2)
    report = reported(matrix)
    assert (report.window, report.size) == (WindowKind.DAY, 300)
    assert report.window_id != window_id(REFERENCE, a_window(matrix).span)
    assert codec.decode(codec.encode(report), DriftReported) == report


def test_a_day_without_any_value_is_judged_by_what_is_missing() -> None:
    report = reported(np.full((300, 3), NAN, dtype=np.float32))
    assert {one.test for one in report.columns} == {"missing"}
    assert set(report.drifted) == {"A", "B", SCORE}
    assert report.ks_error == 0
