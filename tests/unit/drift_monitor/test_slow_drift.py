"""Slow drift is told once a column, in words; the score of the reference is not followed."""

import datetime as dt

import numpy as np
import pytest

from drift_monitor.detectors import ScipyDetectors
from drift_monitor.evaluation import evaluate
from drift_monitor.policy import Policy
from drift_monitor.reference import SCORE
from drift_monitor.sequential import MISSING, UNSEEN, VALUES, Sequential, Stream, Trail, level
from drift_monitor.slow_drift import Followed, follow_slow_drift, slow_words
from tests.builders import NOON
from tests.drift import NAN, a_reference, a_window, normal_rows

REFERENCE = a_reference(normal_rows(4000, 3, seed=1), ("A", "B", SCORE))


def followed(windows: int, shift: float = 0.2) -> Followed:
    so_far = Followed({}, ())
    for seed in range(windows):
        matrix = normal_rows(1000, 3, seed=100 + seed, shift=shift)
        matrix[:, 2] += 0.5
        matrix[:7, 1] = NAN
        evaluation = evaluate(a_window(matrix), REFERENCE, ScipyDetectors(), Policy())
        so_far = follow_slow_drift(so_far.trails, evaluation, Sequential())
    return so_far


def test_each_column_is_told_once_and_the_score_never() -> None:
    drifting = followed(8).drifting
    assert {one.column for one in drifting} == {"A", "B"}
    assert len(drifting) == 2
    assert [one.windows for one in drifting] == [8, 8]
    assert {one.since for one in drifting} == {NOON}
    assert drifting[0].evidence >= drifting[1].evidence > 10


def test_one_window_of_weak_drift_is_told_by_nobody() -> None:
    assert followed(1).drifting == ()
    assert followed(1).trails


@pytest.mark.parametrize(
    ("measure", "rises", "words"),
    [
        (VALUES, True, "A values higher in 2 windows, since 2024-05-14"),
        (VALUES, False, "A values lower in 2 windows, since 2024-05-14"),
        (MISSING, True, "A missing more often in 2 windows, since 2024-05-14"),
        (UNSEEN, True, "A unseen levels more often in 2 windows, since 2024-05-14"),
        (level("Cash"), False, "A level Cash less often in 2 windows, since 2024-05-14"),
    ],
)
def test_words_say_what_moves_which_way_and_since_when(
    measure: str,
    *,
    rises: bool,
    words: str,
) -> None:
    since = dt.datetime(2024, 5, 14, 23, tzinfo=dt.UTC)
    assert slow_words(Stream("A", measure, rises), Trail(20.0, 2, since)) == words


def test_a_single_window_is_told_in_the_singular() -> None:
    since = dt.datetime(2024, 5, 14, tzinfo=dt.UTC)
    trail = Trail(20.0, 1, since)
    words = slow_words(Stream("A", VALUES, rises=True), trail)
    assert words == "A values higher in 1 window, since 2024-05-14"


def test_a_window_without_any_value_adds_no_evidence_about_values() -> None:
    matrix = np.array([[NAN, NAN, 0.0]] * 300, dtype=np.float32)
    evaluation = evaluate(a_window(matrix), REFERENCE, ScipyDetectors(), Policy())
    trails = follow_slow_drift({}, evaluation, Sequential()).trails
    assert {stream.measure for stream in trails} == {MISSING}
