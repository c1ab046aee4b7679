"""A report says what moved, in order of weight, under an id that redelivery does not change."""

import numpy as np

from contracts import codec
from contracts.events import DriftReported, SlowDrift
from contracts.topics import DRIFT
from drift_monitor.detectors import ScipyDetectors
from drift_monitor.evaluation import evaluate
from drift_monitor.policy import Policy
from drift_monitor.reference import SCORE
from drift_monitor.report import abridged, drift_report
from tests.builders import NOON
from tests.drift import SECOND, a_reference, a_window, normal_rows

NAMES = ("A", "B", SCORE)
REFERENCE = a_reference(normal_rows(2000, 3, seed=1), NAMES, importance={"A": 0.5, "B": 0.4})


def report_on(shift: float, earlier: list[frozenset[str]], rows: int = 500) -> DriftReported:
    window = a_window(normal_rows(rows, 3, seed=2, shift=shift))
    evaluation = evaluate(window, REFERENCE, ScipyDetectors(), Policy())
    return drift_report(evaluation, REFERENCE, earlier, Policy())


def test_a_clean_window_is_reported_clean_with_every_test() -> None:
    report = report_on(0.0, [])
    assert (report.drifted, report.alerted, report.alert) == ((), (), False)
    assert {one.column for one in report.columns} == set(NAMES)


def test_a_drifted_window_names_the_column_and_alerts_at_the_second_time() -> None:
    first, second = report_on(1.0, []), report_on(1.0, [frozenset("A")])
    assert (first.drifted, first.alerted, first.alert) == (("A",), (), False)
    assert (second.drifted, second.alerted, second.alert) == (("A",), ("A",), True)
    assert first.columns[0].column == "A"
    assert first.columns[0].words.startswith("A median")


def test_a_column_of_an_earlier_window_may_alert_in_a_clean_one() -> None:
    report = report_on(0.0, [frozenset("B"), frozenset("B")])
    assert (report.drifted, report.alerted) == ((), ("B",))


def test_the_span_and_the_model_are_told() -> None:
    report = report_on(0.0, [], rows=300)
    assert (report.size, report.model_name, report.model_version) == (300, "creditstream", "1")
    assert (report.opened_at, report.closed_at) == (NOON, NOON + 299 * SECOND)
    assert (report.first_applied_at, report.last_applied_at) == (
        NOON - SECOND,
        NOON + 298 * SECOND,
    )


def test_the_same_window_has_the_same_id_and_another_window_another() -> None:
    assert report_on(0.0, []).window_id == report_on(1.0, [frozenset("A")]).window_id
    assert report_on(0.0, []).window_id != report_on(0.0, [], rows=499).window_id


def test_a_report_survives_the_codec() -> None:
    report = report_on(1.0, [])
    assert codec.decode(codec.encode(report), DriftReported) == report


def test_a_report_on_very_many_columns_fits_the_topic() -> None:
    """Each of 3,000 columns has two tests, and all have drifted, for long and slowly too."""
    names = (*(f"PREVIOUS_APPLICATION_FEATURE_{at}" for at in range(3000)), SCORE)
    matrix = normal_rows(300, len(names), seed=3)
    matrix[::3, :-1] = np.nan
    reference = a_reference(matrix, names)
    window = a_window(matrix[:120] + 3)
    evaluation = evaluate(window, reference, ScipyDetectors(), Policy())
    slow = [a_slow_drift(name) for name in names]
    report = drift_report(evaluation, reference, [frozenset(names)] * 2, Policy(), slow)
    assert len(report.drifted) == len(report.alerted) == len(report.drifting) == len(names)
    assert len(codec.encode(report)) > DRIFT.max_message_bytes
    sent = abridged(report)
    assert len(codec.encode(sent)) < 0.8 * DRIFT.max_message_bytes
    assert len(evaluation.judged) > 2 * len(sent.columns) > 0
    assert len(names) > 2 * len(sent.distances) > 0
    assert sent.drifted == report.drifted[: len(sent.drifted)] != ()
    assert sent.drifting == report.drifting[: len(sent.drifting)] != ()
    assert sent.alert


def a_slow_drift(column: str) -> SlowDrift:
    words = f"{column} values higher in 12 windows, since {NOON:%Y-%m-%d %H:%M} UTC"
    return SlowDrift(column=column, windows=12, since=NOON, evidence=123.456, words=words)
