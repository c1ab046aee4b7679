"""Every score is counted once, by its own model version, and every window is judged."""

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.events import DriftReported, WindowKind
from drift_monitor.detectors import Outcome, Pair, ScipyDetectors
from drift_monitor.monitor import DriftMonitor
from drift_monitor.policy import Policy
from drift_monitor.reference import SCORE, Reference
from drift_monitor.seen import SeenScores
from drift_monitor.state import Arrived, State
from drift_monitor.windows import Sizes
from tests.builders import NOON
from tests.drift import SECOND, a_reference, arrivals, normal_rows

SIZES = Sizes(window=200, hop=50, least=50, max_age=dt.timedelta(hours=1))
NAMES = ("A", "B", SCORE)
REFERENCES = {
    version: a_reference(normal_rows(800, 3, seed, shift), NAMES, version=version)
    for seed, (version, shift) in enumerate([("1", 0.0), ("2", 2.0)])
}


def a_monitor(
    references: Callable[[str], Reference] = REFERENCES.__getitem__,
) -> DriftMonitor:
    return DriftMonitor(
        references, ScipyDetectors(), sizes=SIZES, policy=Policy(), state=State(SeenScores(5000))
    )


def observe(
    monitor: DriftMonitor, scores: Sequence[Arrived], batch: int = 64
) -> list[DriftReported]:
    batches = (scores[at : at + batch] for at in range(0, len(scores), batch))
    return [report for part in batches for report in monitor.observe(part).reports]


STREAM = list(arrivals(normal_rows(450, 3, seed=5)))


@functools.cache
def undisturbed() -> list[DriftReported]:
    return observe(a_monitor(), STREAM)


few = settings(max_examples=25)  # each example is a whole stream

NEW = normal_rows(200, 3, seed=9, shift=2.0)


def on_day(one: Arrived, day: int) -> Arrived:
    """The score as one of so many days later."""
    later = dt.timedelta(days=day)
    score = dataclasses.replace(
        one.score,
        applied_at=one.score.applied_at + later,
        scored_at=one.score.scored_at + later,
    )
    return dataclasses.replace(one, score=score)


CHANGED = [
    *arrivals(normal_rows(70, 3, seed=8), "1"),
    *arrivals(NEW[:60], "2", first=100),
    *[on_day(one, 1) for one in arrivals(NEW[:130], "2", first=200)],
    *[on_day(one, 3) for one in arrivals(NEW[:30], "2", first=400)],
]
"""A change of models, and days between the scores."""


@functools.cache
def by_single_scores() -> list[DriftReported]:
    return observe(a_monitor(), CHANGED, batch=1)


def test_a_clean_stream_is_reported_clean() -> None:
    assert [(report.size, report.drifted) for report in undisturbed()] == [(200, ())] * 2


@few
@given(st.integers(1, 300))
def test_the_reports_do_not_depend_on_the_batches(batch: int) -> None:
    assert observe(a_monitor(), STREAM, batch) == undisturbed()


@few
@given(st.integers(0, 400), st.integers(1, 100))
def test_a_redelivery_changes_nothing(at: int, length: int) -> None:
    again = STREAM[:at] + STREAM[max(0, at - length) : at] + STREAM[at:]
    assert observe(a_monitor(), again) == undisturbed()


def test_new_scores_and_duplicates_are_told_apart() -> None:
    monitor = a_monitor()
    observed = monitor.observe([*STREAM[:10], *STREAM[5:8]])
    assert (observed.counted, observed.duplicates) == (10, 3)


def test_drift_raises_an_alert_in_its_second_window_and_the_alert_ends() -> None:
    drifted = normal_rows(400, 3, seed=6, shift=1.5)
    clean = normal_rows(600, 3, seed=7)
    monitor = a_monitor()
    reports = observe(monitor, [*arrivals(drifted), *arrivals(clean, first=400)])
    assert [report.alerted for report in reports] == [(), ("A",), ("A",), (), ()]
    assert monitor.state.versions["1"].alerted == ()


def test_a_window_belongs_to_the_model_version_of_its_scores() -> None:
    """Scores of two versions may mix in the stream; each is held against its own reference."""
    old, new = normal_rows(200, 3, seed=8), normal_rows(200, 3, seed=9, shift=2.0)
    pairs = zip(arrivals(old, "1"), arrivals(new, "2", first=1000), strict=True)
    reports = observe(a_monitor(), [one for pair in pairs for one in pair])
    found = [(one.model_version, one.size, one.drifted) for one in reports]
    assert found == [("1", 200, ()), ("2", 200, ())]


def test_the_sliding_window_is_that_of_the_latest_version() -> None:
    monitor = a_monitor()
    observe(monitor, list(arrivals(normal_rows(60, 3, seed=1), "1")))
    assert monitor.sliding() is not None
    observe(monitor, list(arrivals(normal_rows(10, 3, seed=1), "2", first=100)))
    assert monitor.sliding() is None


def test_the_sliding_window_is_judged_after_every_hop() -> None:
    monitor = a_monitor()
    assert monitor.observe(STREAM[:49]).sliding is None
    sliding = monitor.observe(STREAM[49:50]).sliding
    assert sliding is not None
    assert sliding.span.size == 50


def test_an_aged_window_is_judged_without_a_further_score() -> None:
    monitor = a_monitor()
    monitor.observe(STREAM[:60])
    observed = monitor.close_aged(NOON + 3700 * SECOND)
    assert [report.size for report in observed.reports] == [60]
    assert observed.moved
    assert not monitor.close_aged(NOON + 9999 * SECOND).moved


def test_a_replaced_version_that_fell_silent_is_forgotten_and_its_scores_are_counted() -> None:
    monitor = a_monitor()
    observe(monitor, list(arrivals(normal_rows(10, 3, seed=1), "1")))
    observe(monitor, list(arrivals(normal_rows(10, 3, seed=1), "2", first=100)))
    assert monitor.close_aged(NOON + 3000 * SECOND).discarded == 0
    assert monitor.close_aged(NOON + 3700 * SECOND).discarded == 10
    assert not monitor.state.versions["1"].windows.panes


def test_a_replaced_version_goes_once_its_days_and_weeks_are_reported() -> None:
    monitor = a_monitor()
    monitor.observe(list(arrivals(normal_rows(100, 3, seed=1), "1")))
    later = [
        on_day(one, day)
        for day in range(6)
        for one in arrivals(NEW[:60], "2", first=1000 * day + 1000)
    ]
    reports = [one for one in observe(monitor, later) if one.model_version == "1"]
    assert sorted(one.window for one in reports) == sorted(WindowKind)
    assert monitor.state.versions.keys() == {"2"}


def test_a_replaced_versions_window_closes_by_age_while_the_new_ones_scores_flow() -> None:
    monitor = a_monitor()
    monitor.observe(list(arrivals(normal_rows(70, 3, seed=8), "1")))
    first = monitor.observe(list(arrivals(NEW[:60], "2", first=100)))
    assert first.reports == []
    flowing = [on_day(one, 1) for one in arrivals(NEW[:60], "2", first=200)]
    observed = monitor.observe(flowing)
    closed = [one for one in observed.reports if one.window is WindowKind.VERDICT]
    assert [(one.model_version, one.size) for one in closed] == [("2", 60), ("1", 70)]
    assert not monitor.state.versions["1"].windows.panes


@few
@given(st.integers(1, 200))
def test_windows_that_close_by_age_do_not_depend_on_the_batches(batch: int) -> None:
    assert observe(a_monitor(), CHANGED, batch) == by_single_scores()


def test_a_score_from_a_clock_that_was_ahead_does_not_keep_its_window_open() -> None:
    monitor = a_monitor()
    first, *rest = arrivals(normal_rows(60, 3, seed=1))
    ahead = dataclasses.replace(first.score, scored_at=NOON + dt.timedelta(days=9000))
    monitor.observe([dataclasses.replace(first, score=ahead), *rest])
    assert not monitor.close_aged(NOON + 3000 * SECOND).reports
    assert [one.size for one in monitor.close_aged(NOON + 3700 * SECOND).reports] == [60]


def test_a_score_from_a_clock_that_was_behind_loses_nothing() -> None:
    monitor = a_monitor()
    first, *rest = STREAM[:250]
    behind = dataclasses.replace(first.score, scored_at=dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
    reports = observe(monitor, [dataclasses.replace(first, score=behind), *rest])
    assert sum(one.size for one in reports) + monitor.state.versions["1"].windows.waiting == 250


def test_a_wall_clock_that_went_back_closes_nothing() -> None:
    monitor = a_monitor()
    monitor.observe(STREAM[:60])
    assert not monitor.close_aged(NOON - dt.timedelta(days=400)).moved


def test_the_version_in_force_is_never_forgotten() -> None:
    monitor = a_monitor()
    monitor.observe(STREAM[:10])
    assert monitor.close_aged(NOON + 9999 * SECOND).discarded == 0
    assert monitor.state.versions["1"].windows.waiting == 10


def test_a_version_without_a_reference_is_an_error() -> None:
    monitor = a_monitor()
    with pytest.raises(KeyError):
        observe(monitor, list(arrivals(normal_rows(50, 3, seed=1), "3")))


def test_a_window_that_is_both_sliding_and_a_verdicts_is_judged_once() -> None:
    class Counting(ScipyDetectors):
        calls = 0

        def ks(self, pairs: Sequence[Pair]) -> Outcome:
            self.calls += 1
            return super().ks(pairs)

    detectors = Counting()
    monitor = DriftMonitor(
        REFERENCES.__getitem__,
        detectors,
        sizes=SIZES,
        policy=Policy(),
        state=State(SeenScores(5000)),
    )
    assert len(observe(monitor, STREAM[:200], batch=50)) == 1
    assert detectors.calls == 4


def test_a_day_that_is_told_casts_doubt_on_the_windows_after_it_however_batches_are_cut() -> None:
    """Two columns of a day are one, which neither shows alone."""
    matrix = normal_rows(800, 3, seed=11)
    matrix[:300, 1] = matrix[:300, 0]
    scores = [on_day(one, at // 300) for at, one in enumerate(arrivals(matrix))]
    whole = observe(a_monitor(), scores, batch=len(scores))
    assert whole == observe(a_monitor(), scores, batch=1)
    (told,) = [one.closed_at for one in whole if one.multivariate and one.multivariate.drifted]
    verdicts = [one for one in whole if one.window is WindowKind.VERDICT]
    assert not any(one.alert or one.drifting for one in verdicts)
    doubts = [(one.closed_at > told, one.expected.doubts) for one in verdicts if one.expected]
    assert {(False, ()), (True, ("covariates",))} <= set(doubts)
