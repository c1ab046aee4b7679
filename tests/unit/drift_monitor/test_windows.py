"""Windows are cut by the order of the scores alone: by count, or earlier by age."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift_monitor.windows import Hop, Sizes, Windows
from tests.builders import NOON
from tests.drift import SECOND, a_counted

SMALL = Sizes(window=12, hop=3, least=2, max_age=dt.timedelta(hours=1))


def hops_of(windows: Windows, ats: Sequence[int]) -> list[Hop]:
    """The hops of scores that come at these seconds after noon."""
    return [hop for at in ats for hop in windows.add(a_counted(at, [at]))]


def first_values(hop: Hop) -> list[float]:
    assert hop.verdict is not None
    return [float(row[0]) for row in hop.verdict.matrix()]


def test_a_pane_closes_after_a_hop_and_the_sliding_window_keeps_the_last_panes() -> None:
    hops = hops_of(Windows(SMALL), range(18))
    assert [hop.sliding.span.size for hop in hops] == [3, 6, 9, 12, 12, 12]
    assert hops[-1].sliding.matrix()[:, 0].tolist() == list(range(6, 18))


def test_verdict_windows_do_not_overlap_and_leave_nothing_out() -> None:
    verdicts = [hop for hop in hops_of(Windows(SMALL), range(36)) if hop.verdict]
    assert [value for hop in verdicts for value in first_values(hop)] == list(range(36))
    assert [len(first_values(hop)) for hop in verdicts] == [12, 12, 12]


def test_a_window_closes_by_age_before_the_score_that_comes_too_late() -> None:
    windows = Windows(SMALL)
    hops = hops_of(windows, [0, 1, 2, 3, 4, 3600])
    assert first_values(hops[-1]) == [0, 1, 2, 3, 4]
    assert windows.waiting == 1


def test_a_window_closed_by_age_at_the_end_of_a_pane_holds_whole_panes() -> None:
    hops = hops_of(Windows(SMALL), [0, 1, 2, 3601])
    assert [hop.verdict is not None for hop in hops] == [False, True]
    assert first_values(hops[-1]) == [0, 1, 2]


def test_a_window_with_too_few_scores_stays_open_beyond_its_age() -> None:
    windows = Windows(SMALL)
    assert hops_of(windows, [0, 4000]) == []
    (hop,) = hops_of(windows, [4001])
    assert first_values(hop) == [0, 4000]


def test_a_window_closes_by_the_clock_where_no_score_comes() -> None:
    windows = Windows(SMALL)
    hops_of(windows, [0, 1])
    assert list(windows.close_aged(NOON + 3599 * SECOND)) == []
    (hop,) = windows.close_aged(NOON + 3600 * SECOND)
    assert first_values(hop) == [0, 1]
    assert list(windows.close_aged(NOON + 9999 * SECOND)) == []


def test_a_clock_that_jumps_back_closes_nothing() -> None:
    windows = Windows(SMALL)
    assert hops_of(windows, [5000, 0]) == []
    assert windows.waiting == 2


_ages = st.lists(st.integers(0, 900), min_size=1, max_size=80).map(
    lambda gaps: np.cumsum(gaps).tolist()
)


@given(_ages)
def test_every_score_is_in_exactly_one_verdict_window_or_waits_for_one(ats: list[int]) -> None:
    windows = Windows(SMALL)
    judged = [v for hop in hops_of(windows, ats) if hop.verdict for v in first_values(hop)]
    assert judged == ats[: len(judged)]
    assert windows.waiting == len(ats) - len(judged)


@given(_ages)
def test_panes_never_hold_more_than_a_hop_nor_windows_more_than_a_window(ats: list[int]) -> None:
    windows = Windows(SMALL)
    for hop in hops_of(windows, ats):
        assert all(pane.span.size == len(pane.rows) <= SMALL.hop for pane in hop.sliding.panes)
        assert hop.sliding.span.size <= SMALL.window
        assert hop.verdict is None or hop.verdict.span.size >= SMALL.least
    assert len(windows.closed) <= SMALL.panes


def test_a_window_must_be_made_of_whole_hops() -> None:
    with pytest.raises(ValueError, match="a window of 10 is no multiple of the hop, 3"):
        Sizes(window=10, hop=3)
