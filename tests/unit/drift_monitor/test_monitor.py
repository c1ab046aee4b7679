"""Every score is counted once, by its own model version, and every window is judged."""

import datetime as dt
import functools
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.events import DriftReported
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
    assert monitor.state.versions.keys() == {"2"}


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
