"""A span covers its scores, whatever their order and whatever one wrong clock says."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from drift_monitor.spans import Span
from tests.builders import NOON
from tests.drift import SECOND, a_counted


def test_the_span_says_who_came_first_and_last_and_when_they_applied() -> None:
    early, late = NOON - 500 * SECOND, NOON + 500 * SECOND
    first = a_counted(0, applied_at=late)
    second = a_counted(1, applied_at=early)
    span = Span.of(first) + Span.of(second)
    assert (span.size, span.first_id, span.last_id) == (2, "score-0", "score-1")
    assert (span.opened_at, span.closed_at) == (NOON, NOON + SECOND)
    assert (span.first_applied_at, span.last_applied_at) == (early, late)


_LATER = st.integers(-600, 600).map(lambda seconds: NOON + seconds * SECOND)


@given(st.lists(_LATER, min_size=1), st.integers(0, 100))
def test_a_span_is_from_its_earliest_to_its_latest_score_but_not_by_a_clock_of_1970(
    times: list[dt.datetime], at: int
) -> None:
    spans = [Span.of(a_counted(0, scored_at=time, applied_at=NOON)) for time in times]
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    spans.insert(at % (len(times) + 1), Span.of(a_counted(0, scored_at=epoch, applied_at=NOON)))
    first, *later = spans
    span = sum(later, start=first)
    assert (span.opened_at, span.closed_at) == (min(times), max(times))
    assert span.size == len(times) + 1


def test_a_span_of_doubtful_scores_alone_has_their_times() -> None:
    times = [dt.datetime(1970, 1, day, tzinfo=dt.UTC) for day in (2, 1)]
    first, second = (Span.of(a_counted(0, scored_at=time)) for time in times)
    assert ((first + second).opened_at, (first + second).closed_at) == (times[1], times[0])
