"""Evidence of slow drift adds up, clean windows leave none, and the run length is kept."""

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.packing import FloatVector
from drift_monitor.columns import column_layout
from drift_monitor.comparison import Profiled
from drift_monitor.profiles import profile
from drift_monitor.sequential import (
    MISSING,
    UNSEEN,
    VALUES,
    Sequential,
    Stream,
    Trail,
    Trails,
    drifting,
    follow,
    level,
    threshold,
)
from tests.builders import NOON
from tests.drift import NAN, floats, profiled

SEQUENTIAL = Sequential()
HOUR = dt.timedelta(hours=1)
DRAW = np.random.default_rng(3)
REFERENCE = DRAW.normal(size=4000).astype(np.float32)
RARE = [0.0] * 380 + [1.0] * 3620


def numbers(window: FloatVector) -> list[Profiled]:
    return [profiled(REFERENCE.tolist(), window.tolist())]


def after(windows: list[list[Profiled]], sequential: Sequential = SEQUENTIAL) -> Trails:
    trails: Trails = {}
    for at, window in enumerate(windows):
        trails = follow(trails, window, NOON + at * HOUR, sequential)
    return trails


def test_a_shift_too_small_for_one_window_is_found_within_ten() -> None:
    draw = np.random.default_rng(11)
    windows = [numbers(draw.normal(0.16, size=1000).astype(np.float32)) for _ in range(10)]
    least = threshold(windows[0], SEQUENTIAL)
    assert drifting(after(windows[:1]), least) == []
    found = drifting(after(windows), least)
    assert [stream for stream, _ in found] == [Stream("COLUMN", VALUES, rises=True)]
    assert found[0][1].since == NOON
    assert found[0][1].windows == 10


def test_a_share_that_rises_and_its_mirror_that_falls_are_found() -> None:
    window = [profiled(RARE, [0.0] * 145 + [1.0] * 855, ["Revolving loans", "Cash loans"])]
    found = {stream for stream, _ in drifting(after([window] * 8), threshold(window, SEQUENTIAL))}
    assert found == {
        Stream("COLUMN", level("Revolving loans"), rises=True),
        Stream("COLUMN", level("Cash loans"), rises=False),
    }


def test_missing_and_unseen_values_have_streams_of_their_own() -> None:
    window = [profiled(RARE, [0.0] * 95 + [1.0] * 825 + [NAN] * 50 + [7.0] * 30, ["a", "b"])]
    trails = after([window] * 3)
    assert {(stream.measure, stream.rises) for stream in trails} == {
        (MISSING, True),
        (UNSEEN, True),
    }


@pytest.mark.parametrize("shift", [-0.05, 0.0, 0.05])
def test_clean_windows_and_those_within_the_tolerance_leave_nothing_for_long(shift: float) -> None:
    draw = np.random.default_rng(5)
    windows = [numbers(draw.normal(shift, size=1000).astype(np.float32)) for _ in range(60)]
    trails: Trails = {}
    for window in windows:
        trails = follow(trails, window, NOON, SEQUENTIAL)
        assert drifting(trails, threshold(window, SEQUENTIAL)) == []


def test_the_stated_run_length_is_kept_at_the_edge_of_the_tolerance() -> None:
    """The worst clean case: a share that lies exactly at what the reference allows."""
    brief = Sequential(run_length=40)
    rows = np.tile(floats(0.0, 1.0), 8000)[:, None]
    (column,) = column_layout(["COLUMN"], rows, {}, ())
    (reference,) = profile([column], rows)
    edge = 0.5 + brief.tolerance * 0.5
    draw = np.random.default_rng(2)
    trails: Trails = {}
    alarms, windows = 0, 3000
    for _ in range(windows):
        rows = (draw.random((100, 1)) < edge).astype(np.float32)
        one = [Profiled(column, reference, profile([column], rows)[0])]
        trails = follow(trails, one, NOON, brief)
        if drifting(trails, threshold(one, brief)):
            alarms, trails = alarms + 1, {}
    assert 0 < alarms <= windows / brief.run_length


def test_a_clean_column_whose_values_lie_mostly_on_one_leaves_nothing() -> None:
    draw = np.random.default_rng(8)
    values = np.maximum(draw.normal(-0.8, size=9000), 0).astype(np.float32)
    windows = [[profiled(values[:4000].tolist(), values[4000:].tolist())]] * 3
    assert after(windows) == {}


def test_an_alert_ends_after_the_drift_does() -> None:
    drifted = [profiled(RARE, [0.0] * 400 + [1.0] * 600, ["a", "b"])]
    clean = [profiled(RARE, [0.0] * 95 + [1.0] * 905, ["a", "b"])]
    least = threshold(clean, SEQUENTIAL)
    assert drifting(after([drifted] * 50), least)
    assert not drifting(after([drifted] * 50 + [clean] * 5), least)


def test_a_trail_begins_anew_once_nothing_is_left_of_it() -> None:
    drifted = [profiled(RARE, [0.0] * 145 + [1.0] * 855, ["a", "b"])]
    clean = [profiled(RARE, [0.0] * 95 + [1.0] * 905, ["a", "b"])]
    trails = after([drifted, clean, clean, drifted])
    trail = trails[Stream("COLUMN", level("a"), rises=True)]
    assert (trail.windows, trail.since) == (1, NOON + 3 * HOUR)


def test_more_columns_need_more_evidence() -> None:
    one = numbers(REFERENCE)
    assert threshold(one, SEQUENTIAL) == pytest.approx(math.log(4 * 10_000))
    assert threshold(one * 10, SEQUENTIAL) == pytest.approx(math.log(40 * 10_000))


def test_the_surest_is_told_first() -> None:
    weak, sure = Trail(5.0, 1, NOON), Trail(9.0, 1, NOON)
    trails = {Stream("A", VALUES, rises=True): weak, Stream("B", VALUES, rises=True): sure}
    assert [stream.column for stream, _ in drifting(trails, 4.0)] == ["B", "A"]
    assert [stream.column for stream, _ in drifting(trails, 9.0)] == ["B"]


@given(
    st.lists(st.sampled_from([NAN, 0.0, 1.0, 2.0]), min_size=1, max_size=30),
    st.lists(st.sampled_from([NAN, 0.0, 1.0, 2.0, 9.0, math.inf]), min_size=1, max_size=30),
)
def test_evidence_is_a_positive_number_whatever_the_rows(
    reference: list[float], window: list[float]
) -> None:
    for levels in (None, ["a", "b", "c"]):
        trails = after([[profiled(reference, window, levels)]])
        assert all(0 < trail.evidence < math.inf for trail in trails.values())
