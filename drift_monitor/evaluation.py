"""A window held against its reference: the tests, the verdicts, and what people want to see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.events import ExpectedPerformance
from contracts.packing import FloatVector
from drift_monitor.binning import binned
from drift_monitor.comparison import Profiled, compare
from drift_monitor.detectors import Detectors
from drift_monitor.performance.cbpe import expected_performance, probabilities
from drift_monitor.policy import Judged, Policy, by_weight, judge
from drift_monitor.profiles import profile
from drift_monitor.reference import Reference
from drift_monitor.spans import Span
from drift_monitor.stability import Stability, stabilities
from drift_monitor.windows import Window


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What is known of one window.

    Attributes:
        span: what the window covers.
        profiled: each column, in the reference and in the window.
        judged: every test of the tested columns, in order of weight.
        stability: the stability index of each column, by name.
        expected: what outcomes will show if the probabilities are right.
    """

    span: Span
    profiled: tuple[Profiled, ...]
    judged: tuple[Judged, ...]
    stability: Mapping[str, Stability]
    expected: ExpectedPerformance


def evaluate(
    window: Window, reference: Reference, detectors: Detectors, policy: Policy
) -> Evaluation:
    """Hold a window against the reference of its model version."""
    matrix = window.matrix()
    profiles = profile(reference.columns, matrix)
    profiled = tuple(map(Profiled, reference.columns, reference.profiles, profiles))
    names = [one.column.name for one in profiled]
    return Evaluation(
        span=window.span,
        profiled=profiled,
        judged=tuple(by_weight(judge_columns(profiled, detectors, policy), reference.importance)),
        stability=dict(zip(names, stabilities(list(map(binned, profiled))), strict=True)),
        expected=_expected(matrix[:, -1], reference),
    )


def _expected(raw_scores: FloatVector, reference: Reference) -> ExpectedPerformance:
    """By the thresholds: that some are referred for an unknown history is not in a window."""
    probability = probabilities(raw_scores, reference.calibration)
    return expected_performance(
        probability,
        approved=probability < reference.policy.approve_below,
        declined=probability >= reference.policy.decline_from,
    )


def judge_columns(
    profiled: Sequence[Profiled], detectors: Detectors, policy: Policy
) -> list[Judged]:
    """Every test of the tested columns, with the verdict on each."""
    return judge(compare([one for one in profiled if one.column.tested], detectors), policy)
