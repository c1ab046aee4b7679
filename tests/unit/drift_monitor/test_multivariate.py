"""A day that is told from the reference says so, and by which features; others stay silent."""

import numpy as np
import pytest

from contracts.packing import FloatMatrix
from drift_monitor.classifier_test import Told
from drift_monitor.comparison import Profiled
from drift_monitor.detectors import ScipyDetectors
from drift_monitor.evaluation import judge_columns
from drift_monitor.multivariate import multivariate_drift
from drift_monitor.policy import LEAST_ROWS, Multivariate, Policy, drifted_columns
from drift_monitor.profiles import profile
from drift_monitor.reference import SCORE, Reference
from tests.drift import NAN, a_reference, normal_rows

NAMES = ("A", "B", "C", "D", SCORE)


def rows(count: int, seed: int, correlation: float = 0.0) -> FloatMatrix:
    matrix = normal_rows(count, len(NAMES), seed)
    matrix[:, 1] = correlation * matrix[:, 0] + np.sqrt(1 - correlation**2) * matrix[:, 1]
    return matrix


REFERENCE = a_reference(rows(3_000, 1, 0.7), NAMES)


def drifted_alone(window: FloatMatrix, reference: Reference) -> frozenset[str]:
    now = profile(reference.columns, window)
    profiled = list(map(Profiled, reference.columns, reference.profiles, now))
    return drifted_columns(judge_columns(profiled, ScipyDetectors(), Policy()))


def test_a_change_of_correlation_that_no_column_shows_is_found_and_named() -> None:
    window = rows(1_500, 2)
    assert drifted_alone(window, REFERENCE) == frozenset()
    found = multivariate_drift(window, REFERENCE, Multivariate())
    assert found is not None
    assert found.drifted
    assert {one.feature for one in found.features[:2]} == {"A", "B"}
    assert (found.rows, found.reference_rows) == (1_500, 3_000)
    assert found.words.startswith("rows are told from the reference's (AUC 0.")
    assert ", most by A, B" in found.words or ", most by B, A" in found.words


def test_a_clean_day_is_silent_and_names_nothing() -> None:
    found = multivariate_drift(rows(1_500, 3, 0.7), REFERENCE, Multivariate())
    assert found is not None
    assert (found.drifted, found.features) == (False, ())
    assert found.words == f"rows are not told from the reference's (AUC {found.statistic:.3f})"


def test_the_raw_score_takes_no_part() -> None:
    window = rows(1_500, 4, 0.7)
    window[:, -1] += 9
    found = multivariate_drift(window, REFERENCE, Multivariate())
    assert found is not None
    assert not found.drifted


@pytest.mark.parametrize(
    ("told", "drifted"),
    [((0.56, 1e-4), True), ((0.56, 2e-3), False), ((0.54, 1e-9), False)],
    ids=["both", "not sure enough", "too weak to matter"],
)
def test_a_verdict_needs_certainty_and_an_effect(
    monkeypatch: pytest.MonkeyPatch, told: tuple[float, float], *, drifted: bool
) -> None:
    def known(*_: FloatMatrix) -> Told:
        return Told(*told, np.full(4, 0.25))

    monkeypatch.setattr("drift_monitor.multivariate.classifier_test", known)
    found = multivariate_drift(rows(200, 5), REFERENCE, Multivariate(0.001, 0.55))
    assert found is not None
    assert found.drifted == drifted


def test_of_many_features_that_each_tell_little_the_strongest_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def known(*_: FloatMatrix) -> Told:
        return Told(0.6, 1e-6, np.array([0.004, 0.006, 0.005, 0.002]))

    monkeypatch.setattr("drift_monitor.multivariate.classifier_test", known)
    found = multivariate_drift(rows(200, 5), REFERENCE, Multivariate())
    assert found is not None
    assert [one.feature for one in found.features] == ["B"]
    assert found.words == "rows are told from the reference's (AUC 0.600), most by B"


def test_of_too_few_rows_nothing_is_said() -> None:
    for few in (1, LEAST_ROWS - 1):
        assert multivariate_drift(rows(few, 6), REFERENCE, Multivariate()) is None
        assert (
            multivariate_drift(rows(500, 6), a_reference(rows(few, 7), NAMES), Multivariate())
            is None
        )


def test_identical_rows_are_told() -> None:
    found = multivariate_drift(np.tile(rows(1, 8), (400, 1)), REFERENCE, Multivariate())
    assert found is not None
    assert found.drifted


@pytest.mark.parametrize("value", [NAN, np.inf, -np.inf])
def test_a_column_that_is_missing_or_infinite_on_one_side_is_named(value: float) -> None:
    spoiled = rows(800, 9, 0.7)
    spoiled[:, 2] = value
    clean = rows(800, 10, 0.7)
    for window, reference in (
        (spoiled, REFERENCE),
        (clean, a_reference(spoiled, NAMES)),
    ):
        found = multivariate_drift(window, reference, Multivariate())
        assert found is not None
        assert found.features[0].feature == "C"
        assert found.features[0].share > 0.9


def test_a_column_that_is_missing_on_both_sides_is_no_drift() -> None:
    before, now = rows(2_000, 11), rows(800, 12)
    before[:, 2] = now[:, 2] = NAN
    found = multivariate_drift(now, a_reference(before, NAMES), Multivariate())
    assert found is not None
    assert not found.drifted


def test_of_a_large_reference_some_rows_are_taken() -> None:
    found = multivariate_drift(rows(200, 13), a_reference(rows(9_000, 14), NAMES), Multivariate())
    assert found is not None
    assert found.reference_rows == 4_000
