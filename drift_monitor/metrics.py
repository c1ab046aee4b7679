"""The monitor's metrics. Labels are closed sets: features of the model in force, tests, outcomes.

The figures of a window are shown as one: a scrape sees all of one window, never half of two.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from contracts.events import DriftEffects, DriftReported, MultivariateDrift, WindowKind
from drift_monitor.evaluation import Evaluation
from drift_monitor.monitor import Observed
from drift_monitor.policy import Judged
from drift_monitor.reference import Reference
from drift_monitor.state import VersionState

SCORES = Counter(
    "drift_monitor_scores",
    "Scores that came: counted, or left out as duplicate, simulation or discarded",
    ["outcome"],
)
LATE = Counter(
    "drift_monitor_late_scores", "Scores that came when the window of their day was closed"
)
LONG_WINDOWS = Counter(
    "drift_monitor_long_windows", "Closed windows of a day or a week", ["window", "outcome"]
)
SEGMENTS = Counter(
    "drift_monitor_segment_windows", "Closed verdict windows of segments", ["segment", "outcome"]
)
VERDICTS = Counter("drift_monitor_verdict_windows", "Closed verdict windows", ["outcome"])


_OUTCOMES = ("clean", "drifted", "drifting", "alert")
_BY_TEST = {
    "drift_monitor_statistic": "The test's statistic in the sliding window",
    "drift_monitor_effect": "The effect that a floor is set on, in the sliding window",
    "drift_monitor_q_value": "The q-value in the sliding window",
}
_BY_FEATURE = {
    "drift_monitor_stability_index": "Population stability index of the sliding window",
    "drift_monitor_stability_index_critical": "What one clean window in a hundred exceeds",
    "drift_monitor_missing_share": "Share of missing values in the sliding window",
    "drift_monitor_unseen_share": "Share of unseen levels in the sliding window",
    "drift_monitor_verdict": "1 where the last verdict window found drift",
    "drift_monitor_alert": "1 where verdicts of the last windows add up to an alert",
    "drift_monitor_drifting": "1 where evidence of slow drift has added up to an alert",
    "drift_monitor_probability_effect": "What a column of an alert does to the mean probability",
    "drift_monitor_approval_effect": "What a column of an alert does to the approval rate",
}
_PLAIN = {
    "drift_monitor_window_scores": "Scores in the sliding window",
    "drift_monitor_window_timestamp_seconds": "Time of the last score in the sliding window",
    "drift_monitor_waiting_scores": "Scores that the next verdict waits with",
    "drift_monitor_verdict_timestamp_seconds": "Time of the last closed verdict window",
    "drift_monitor_multivariate_auc": "How well a classifier tells the last day's rows, 0.5 if not",
    "drift_monitor_multivariate_p_value": "Of an area under its ROC curve that large by chance",
    "drift_monitor_multivariate_verdict": "1 where the last day was told from the reference",
}


def count(observed: Observed) -> None:
    """Count what became of the scores of a batch and which windows closed."""
    SCORES.labels("counted").inc(observed.counted)
    SCORES.labels("duplicate").inc(observed.duplicates)
    SCORES.labels("discarded").inc(observed.discarded)
    LATE.inc(observed.late)
    for report in observed.reports:
        if report.segment:
            SEGMENTS.labels(report.segment, _outcome(report)).inc()
        elif report.window is WindowKind.VERDICT:
            VERDICTS.labels(_outcome(report)).inc()
        else:
            LONG_WINDOWS.labels(report.window, _outcome(report)).inc()


def _outcome(report: DriftReported) -> str:
    """The gravest that a report says of its window."""
    if report.alert:
        return "alert"
    if report.drifting:
        return "drifting"
    together = report.multivariate is not None and report.multivariate.drifted
    return "drifted" if report.drifted or together else "clean"


@dataclass(frozen=True, slots=True)
class Figures:
    """What there is to show; a copy, for scrapes come from another thread.

    Attributes:
        features: the monitored columns of the version in force.
        sliding: its sliding window.
        waiting: its scores that no verdict covers yet.
        drifted: columns that drifted in its last verdict window.
        alerted: columns with an alert.
        drifting: columns that drift slowly.
        decided_at: when its last verdict window closed.
        effects: what the alerts of that window do.
        multivariate: of its last day.
    """

    features: tuple[str, ...]
    sliding: Evaluation | None
    waiting: int
    drifted: frozenset[str]
    alerted: frozenset[str]
    drifting: frozenset[str]
    decided_at: dt.datetime | None
    effects: DriftEffects | None
    multivariate: MultivariateDrift | None


def figures_of(reference: Reference, sliding: Evaluation | None, state: VersionState) -> Figures:
    """The figures of the version in force."""
    return Figures(
        features=tuple(column.name for column in reference.columns),
        sliding=sliding,
        waiting=state.windows.waiting,
        drifted=state.verdicts[-1] if state.verdicts else frozenset(),
        alerted=frozenset(state.alerted),
        drifting=frozenset(state.drifting),
        decided_at=state.decided_at,
        effects=state.effects,
        multivariate=state.multivariate,
    )


class DriftCollector(Collector):
    """Gives Prometheus the figures that were shown last."""

    def __init__(self) -> None:
        self._figures: Figures | None = None
        for outcome in _OUTCOMES:  # a rule sees an increase from 0, none from nothing
            VERDICTS.labels(outcome)

    def show(self, figures: Figures) -> None:
        """Take new figures in place of all earlier ones."""
        self._figures = figures

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Every family, without figures."""
        for name, text in _BY_TEST.items():
            yield GaugeMetricFamily(name, text, labels=["feature", "test"])
        for name, text in _BY_FEATURE.items():
            yield GaugeMetricFamily(name, text, labels=["feature"])
        for name, text in _PLAIN.items():
            yield GaugeMetricFamily(name, text)

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Every family, with the figures."""
        families = {family.name: family for family in self.describe()}
        if (figures := self._figures) is not None:
            for name, labels, value in _samples(figures):
                families[name].add_metric(labels, value)
        return families.values()


_Sample = tuple[str, list[str], float]


def _samples(figures: Figures) -> Iterator[_Sample]:
    yield "drift_monitor_waiting_scores", [], figures.waiting
    if figures.decided_at is not None:
        yield "drift_monitor_verdict_timestamp_seconds", [], figures.decided_at.timestamp()
        for name in figures.features:
            yield "drift_monitor_verdict", [name], float(name in figures.drifted)
            yield "drift_monitor_alert", [name], float(name in figures.alerted)
            yield "drift_monitor_drifting", [name], float(name in figures.drifting)
    yield from _effect_samples(figures.effects)
    if (together := figures.multivariate) is not None:
        yield "drift_monitor_multivariate_auc", [], together.statistic
        yield "drift_monitor_multivariate_p_value", [], together.p_value
        yield "drift_monitor_multivariate_verdict", [], float(together.drifted)
    if figures.sliding is not None:
        yield from _window_samples(figures.sliding)
        for judged in figures.sliding.judged:
            yield from _test_samples(judged)


def _effect_samples(effects: DriftEffects | None) -> Iterator[_Sample]:
    for one in () if effects is None else effects.columns:
        yield "drift_monitor_probability_effect", [one.column], one.mean_probability
        yield "drift_monitor_approval_effect", [one.column], one.approval_rate


def _window_samples(evaluation: Evaluation) -> Iterator[_Sample]:
    yield "drift_monitor_window_scores", [], evaluation.span.size
    yield "drift_monitor_window_timestamp_seconds", [], evaluation.span.closed_at.timestamp()
    for one in evaluation.profiled:
        name = one.column.name
        yield "drift_monitor_missing_share", [name], one.window.missing_share
        yield "drift_monitor_stability_index", [name], evaluation.stability[name].index
        yield "drift_monitor_stability_index_critical", [name], evaluation.stability[name].critical
        if one.column.levels is not None:
            yield "drift_monitor_unseen_share", [name], one.window.unseen_share


def _test_samples(judged: Judged) -> Iterator[_Sample]:
    labels = [judged.column, judged.comparison.test.value]
    yield "drift_monitor_statistic", labels, judged.comparison.statistic
    yield "drift_monitor_effect", labels, judged.comparison.effect
    yield "drift_monitor_q_value", labels, judged.q_value
