"""A scrape sees one window whole; labels are features and tests, nothing else."""

import msgspec
from prometheus_client import REGISTRY, CollectorRegistry

from contracts.events import ColumnEffect, MultivariateDrift, WindowKind
from contracts.examples import DRIFT
from drift_monitor.comparison import Test
from drift_monitor.detectors import ScipyDetectors
from drift_monitor.evaluation import Evaluation, evaluate
from drift_monitor.metrics import DriftCollector, count, figures_of
from drift_monitor.monitor import Observed
from drift_monitor.policy import Policy
from drift_monitor.reference import SCORE
from drift_monitor.report import drift_report
from drift_monitor.state import VersionState
from drift_monitor.windows import Sizes, Windows
from tests.builders import NOON
from tests.drift import NAN, a_counted, a_reference, a_window, normal_rows

NAMES = ("A", "B", SCORE)
REFERENCE = a_reference(normal_rows(400, 3, seed=0), NAMES)


def shown(sliding: Evaluation | None, state: VersionState) -> CollectorRegistry:
    registry, collector = CollectorRegistry(), DriftCollector()
    registry.register(collector)
    collector.show(figures_of(REFERENCE, sliding, state))
    return registry


def sliding_window() -> Evaluation:
    matrix = normal_rows(200, 3, seed=1, shift=1.0)
    matrix[:50, 1] = NAN
    return evaluate(a_window(matrix), REFERENCE, ScipyDetectors(), Policy())


def decided_state() -> VersionState:
    windows = Windows(Sizes())
    list(windows.add(a_counted()))
    return VersionState(
        windows,
        [frozenset("B"), frozenset("A")],
        alerted=("B",),
        decided_at=NOON,
        drifting=(SCORE,),
    )


def test_nothing_is_shown_before_there_is_something_to_show() -> None:
    collector = DriftCollector()
    assert [family.samples for family in collector.collect() if family.samples] == []


def test_each_test_is_shown_with_its_figures() -> None:
    sliding = sliding_window()
    registry = shown(sliding, decided_state())
    for judged in sliding.judged:
        labels = {"feature": judged.column, "test": judged.comparison.test.value}
        value = registry.get_sample_value
        assert value("drift_monitor_effect", labels) == judged.comparison.effect
        assert value("drift_monitor_statistic", labels) == judged.comparison.statistic
        assert value("drift_monitor_q_value", labels) == judged.q_value


def test_shares_and_the_stability_index_are_shown_by_feature() -> None:
    registry = shown(sliding_window(), decided_state())
    value = registry.get_sample_value
    assert value("drift_monitor_missing_share", {"feature": "B"}) == 0.25
    index = value("drift_monitor_stability_index", {"feature": "A"})
    critical = value("drift_monitor_stability_index_critical", {"feature": "A"})
    assert index is not None
    assert critical is not None
    assert index > critical


def test_verdicts_and_alerts_are_shown_by_feature() -> None:
    registry = shown(None, decided_state())
    for name, verdict, alert in [("A", 1, 0), ("B", 0, 1), (SCORE, 0, 0)]:
        assert registry.get_sample_value("drift_monitor_verdict", {"feature": name}) == verdict
        assert registry.get_sample_value("drift_monitor_alert", {"feature": name}) == alert
        drifting = registry.get_sample_value("drift_monitor_drifting", {"feature": name})
        assert drifting == (name == SCORE)
    assert registry.get_sample_value("drift_monitor_waiting_scores") == 1
    when = registry.get_sample_value("drift_monitor_verdict_timestamp_seconds")
    assert when == NOON.timestamp()


def test_labels_are_closed_sets() -> None:
    registry = shown(sliding_window(), decided_state())
    for family in registry.collect():
        for sample in family.samples:
            assert set(sample.labels) <= {"feature", "test"}
            assert sample.labels.get("feature", "A") in NAMES
            assert sample.labels.get("test", "ks") in set(Test)


def test_windows_are_counted_by_what_they_are_of() -> None:
    window = a_window(normal_rows(200, 3, seed=1, shift=1.0))
    evaluation = evaluate(window, REFERENCE, ScipyDetectors(), Policy())
    report = drift_report(evaluation, REFERENCE, [], Policy())
    replace = msgspec.structs.replace
    day = replace(report, window=WindowKind.DAY)
    segment = replace(report, segment="KIND=Cash loans", alert=True)
    families: tuple[tuple[str, dict[str, str]], ...] = (
        ("drift_monitor_verdict_windows_total", {"outcome": "drifted"}),
        ("drift_monitor_long_windows_total", {"window": "day", "outcome": "drifted"}),
        (
            "drift_monitor_segment_windows_total",
            {"segment": "KIND=Cash loans", "outcome": "alert"},
        ),
        ("drift_monitor_late_scores_total", {}),
    )
    before = [REGISTRY.get_sample_value(*family) or 0 for family in families]
    count(Observed(None, [report, day, segment], late=3))
    after = [REGISTRY.get_sample_value(*family) or 0 for family in families]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 1, 3]


def test_what_an_alert_does_and_the_last_day_are_shown() -> None:
    assert DRIFT.effects is not None
    state = decided_state()
    state.effects = msgspec.structs.replace(
        DRIFT.effects,
        columns=(ColumnEffect(column="B", mean_probability=0.005, approval_rate=-0.018),),
    )
    state.multivariate = MultivariateDrift(
        statistic=0.61, p_value=1e-9, drifted=True, rows=300, reference_rows=400, words="told"
    )
    value = shown(None, state).get_sample_value
    assert value("drift_monitor_probability_effect", {"feature": "B"}) == 0.005
    assert value("drift_monitor_approval_effect", {"feature": "B"}) == -0.018
    assert value("drift_monitor_multivariate_auc") == 0.61
    assert value("drift_monitor_multivariate_p_value") == 1e-9
    assert value("drift_monitor_multivariate_verdict") == 1


def test_a_day_that_was_told_by_all_columns_together_has_drifted() -> None:
    told = MultivariateDrift(
        statistic=0.61, p_value=1e-9, drifted=True, rows=300, reference_rows=400, words="told"
    )
    day = msgspec.structs.replace(
        DRIFT, window=WindowKind.DAY, alert=False, drifted=(), drifting=(), multivariate=told
    )
    labels = {"window": "day", "outcome": "drifted"}
    before = REGISTRY.get_sample_value("drift_monitor_long_windows_total", labels) or 0
    count(Observed(reports=[day]))
    assert REGISTRY.get_sample_value("drift_monitor_long_windows_total", labels) == before + 1
