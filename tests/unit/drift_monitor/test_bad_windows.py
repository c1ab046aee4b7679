"""Windows that no one would wish for are judged and reported all the same."""

import numpy as np
import pytest

from contracts import codec
from contracts.events import DriftReported
from contracts.packing import FloatMatrix
from drift_monitor.detectors import ScipyDetectors
from drift_monitor.evaluation import evaluate
from drift_monitor.policy import Policy
from drift_monitor.reference import SCORE, Reference
from drift_monitor.report import drift_report
from drift_monitor.slow_drift import follow_slow_drift
from tests.drift import NAN, a_reference, a_window, normal_rows

NAMES = ("A", "B", SCORE)


def with_column(matrix: FloatMatrix, values: float) -> FloatMatrix:
    changed = matrix.copy()
    changed[:, 1] = values
    return changed


ROWS = normal_rows(1000, 3, seed=1)
REFERENCE = a_reference(ROWS, NAMES)
EMPTY_IN_REFERENCE = a_reference(with_column(ROWS, NAN), NAMES)


def reported(window: FloatMatrix, reference: Reference = REFERENCE) -> DriftReported:
    evaluation = evaluate(a_window(window), reference, ScipyDetectors(), Policy())
    slow = follow_slow_drift({}, evaluation, Policy().sequential)
    report = drift_report(evaluation, reference, [], Policy(), slow.drifting)
    assert codec.decode(codec.encode(report), DriftReported) == report
    return report


def test_a_window_of_identical_rows_has_drifted() -> None:
    assert set(reported(np.tile(ROWS[:1], (300, 1))).drifted) == set(NAMES)


def test_a_window_of_one_row_is_no_evidence_of_anything() -> None:
    report = reported(ROWS[:1])
    assert (report.size, report.drifted, report.drifting) == (1, (), ())


@pytest.mark.parametrize(
    ("window", "reference"),
    [
        (with_column(ROWS[:300], NAN), REFERENCE),
        (ROWS[:300], EMPTY_IN_REFERENCE),
    ],
    ids=["missing in the window", "missing in the reference"],
)
def test_a_column_all_missing_on_one_side_has_drifted(
    window: FloatMatrix, reference: Reference
) -> None:
    report = reported(window, reference)
    assert report.drifted == ("B",)
    assert any(one.words.startswith("B missing ") for one in report.columns if one.drifted)


def test_a_column_all_missing_on_both_sides_has_not() -> None:
    assert reported(with_column(ROWS[:300], NAN), EMPTY_IN_REFERENCE).drifted == ()


def test_infinite_values_are_drift_and_the_report_can_be_sent() -> None:
    for value in (np.inf, -np.inf):
        report = reported(with_column(ROWS[:300], value))
        assert report.drifted == ("B",)
