"""Scores belong to the day of their application; a day closes once, what comes later is late."""

import datetime as dt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import WindowKind
from drift_monitor.columns import column_layout
from drift_monitor.long_windows import LongWindows, Sketched, event_time
from drift_monitor.profiles import profile
from drift_monitor.sketches import sketch_layout
from drift_monitor.spans import Counted
from tests.drift import floats

MONDAY = dt.datetime(2026, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
_ROWS = np.random.default_rng(1).normal(size=(100, 1)).astype(np.float32)
_COLUMNS = column_layout(["A"], _ROWS, {}, ())
LAYOUT = sketch_layout(_COLUMNS, profile(_COLUMNS, _ROWS))


def score(at: int, hours: float, ahead: dt.timedelta = -HOUR) -> Counted:
    """A score of an application made so many hours after Monday began."""
    applied_at = MONDAY + hours * HOUR
    return Counted(f"score-{at}", applied_at, applied_at - ahead, floats(float(at % 5)))


def scores(*hours: float) -> list[Counted]:
    return [score(at, hour) for at, hour in enumerate(hours)]


def told(closed: list[Sketched]) -> list[tuple[str, int, int]]:
    return [(one.kind.value, one.start.day, int(one.counts.sum())) for one in closed]


def test_a_day_closes_when_an_application_is_an_hour_younger_than_its_end() -> None:
    windows = LongWindows(HOUR)
    assert told(windows.add(scores(1, 23, 24.5), LAYOUT)) == []
    assert told(windows.add(scores(25), LAYOUT)) == [("day", 12, 2)]


def test_a_score_out_of_order_counts_for_its_day_until_that_is_closed() -> None:
    windows = LongWindows(HOUR)
    closed = windows.add(scores(1, 24.5, 23.9, 25, 23.8), LAYOUT)
    assert told(closed) == [("day", 12, 2)]
    assert windows.take_late() == 1
    assert windows.take_late() == 0


def test_a_week_is_its_days_merged_and_follows_its_last_day() -> None:
    windows = LongWindows(HOUR)
    closed = windows.add(scores(*range(0, 7 * 24 + 2, 6), 7 * 24 + 1), LAYOUT)
    assert [one[:2] for one in told(closed)] == [
        *[("day", day) for day in range(12, 19)],
        ("week", 12),
    ]
    week = closed[-1]
    assert np.array_equal(week.counts, sum(one.counts for one in closed[:-1]))
    assert week.span.size == 28


@given(st.lists(st.floats(0, 24 * 9), max_size=60), st.integers(1, 20))
def test_windows_and_late_scores_do_not_depend_on_the_batches(
    hours: list[float], batch: int
) -> None:
    arrived = scores(*hours)
    whole, parts = LongWindows(HOUR), LongWindows(HOUR)
    expected = told(whole.add(arrived, LAYOUT))
    cut = [arrived[at : at + batch] for at in range(0, len(arrived), batch)]
    assert told([one for part in cut for one in parts.add(part, LAYOUT)]) == expected
    assert whole.take_late() == parts.take_late()
    assert whole.open.keys() == parts.open.keys()


@given(st.lists(st.floats(0, 24 * 20), max_size=60))
def test_every_score_is_in_one_day_or_late(hours: list[float]) -> None:
    windows = LongWindows(HOUR)
    closed = windows.add(scores(*hours), LAYOUT)
    open_days = [one for one in windows.open.values() if one.kind is WindowKind.DAY]
    days = [one for one in closed if one.kind is WindowKind.DAY]
    assert sum(one.span.size for one in [*days, *open_days]) + windows.late == len(hours)


def test_a_clock_that_is_ahead_closes_nothing() -> None:
    """An application from the next year, scored today, is one of today."""
    windows = LongWindows(HOUR)
    year = 365 * DAY
    jumped = Counted("score-9", MONDAY + year, MONDAY + HOUR, floats(1.0))
    assert event_time(jumped) == MONDAY + HOUR
    assert windows.add([score(0, 1), jumped, score(1, 2)], LAYOUT) == []
    assert windows.take_late() == 0


def test_the_day_is_that_of_utc_whatever_the_clock_of_the_application() -> None:
    windows = LongWindows(HOUR)
    zone = dt.timezone(dt.timedelta(hours=5))
    local = (MONDAY + 20 * HOUR).astimezone(zone)
    windows.add([Counted("score-1", local, local, floats(1.0))], LAYOUT)
    assert [start.day for _, start in windows.open] == [12]


def test_applications_of_another_version_close_a_day_as_well() -> None:
    windows = LongWindows(HOUR)
    windows.add(scores(1, 2), LAYOUT)
    assert windows.advance(MONDAY + DAY) == []
    assert told(windows.advance(MONDAY + DAY + HOUR)) == [("day", 12, 2)]
    assert windows.advance(MONDAY) == []
    assert windows.closed_before == (MONDAY + DAY).date()


def test_the_first_hour_of_the_calendar_has_no_day_before_it() -> None:
    windows = LongWindows(HOUR)
    first = dt.datetime.min.replace(tzinfo=dt.UTC) + HOUR / 2
    assert windows.add([Counted("score-0", first, first, floats(0.0))], LAYOUT) == []
    assert windows.advance(first) == []
    assert windows.add([Counted("score-1", first + DAY + HOUR, MONDAY, floats(0.0))], LAYOUT) != []
