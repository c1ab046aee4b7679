"""The report of a closed verdict window, for the topic of drift reports."""

import uuid
from collections.abc import Sequence

import msgspec

from contracts.events import ColumnDrift, DriftReported, SlowDrift, WindowKind
from drift_monitor.distances import column_distances, measures_of
from drift_monitor.evaluation import Evaluation
from drift_monitor.performance.cbpe import doubted
from drift_monitor.policy import Judged, Policy, alerted_columns, drifted_columns
from drift_monitor.reference import Reference
from drift_monitor.rounding import rounded
from drift_monitor.spans import Span
from drift_monitor.words import in_words

_MOST_TESTS = 2_000  # a report of them takes half of what the topic allows
_MOST_NAMES, _MOST_DRIFTING = 1_000, 300  # all three a tenth of it
_WINDOWS = uuid.UUID("0f5d1a2e-6b0c-5d3c-9a57-3c1b7c2f9e64")


def drift_report(
    evaluation: Evaluation,
    reference: Reference,
    earlier: Sequence[frozenset[str]],
    policy: Policy,
    drifting: Sequence[SlowDrift] = (),
    *,
    told: bool = False,
) -> DriftReported:
    """The report of a window, with the weightiest tests.

    Args:
        evaluation: of the window.
        reference: that it was held against.
        earlier: the drifted columns of the windows before it, oldest first.
        policy: when verdicts add up to an alert.
        drifting: the columns that drift slowly.
        told: whether the last day was told from the reference, by all columns together.
    """
    verdicts = (*earlier, drifted_columns(evaluation.judged))
    names = tuple(dict.fromkeys(one.column for one in evaluation.judged))
    alerted = alerted_columns(verdicts, policy)
    span, moved = evaluation.span, bool(alerted or drifting) or told
    return DriftReported(
        window_id=window_id(reference, span),
        model_name=reference.model_name,
        model_version=reference.model_version,
        opened_at=span.opened_at,
        closed_at=span.closed_at,
        first_applied_at=span.first_applied_at,
        last_applied_at=span.last_applied_at,
        size=span.size,
        columns=column_drifts(evaluation.judged),
        drifted=drifted_in_order(evaluation.judged),
        alerted=(*[name for name in names if name in alerted], *sorted(alerted - set(names))),
        alert=bool(alerted),
        drifting=tuple(drifting),
        segment=reference.segment,
        expected=doubted(evaluation.expected, covariates=moved),
        distances=column_distances(
            evaluation.judged, measures_of(evaluation.profiled, evaluation.stability)
        ),
    )


def abridged(report: DriftReported) -> DriftReported:
    """The report with so many columns that the topic takes it: the first, in order of weight."""
    return msgspec.structs.replace(
        report,
        drifted=report.drifted[:_MOST_NAMES],
        alerted=report.alerted[:_MOST_NAMES],
        drifting=report.drifting[:_MOST_DRIFTING],
    )


def column_drifts(judged: Sequence[Judged]) -> tuple[ColumnDrift, ...]:
    """The weightiest tests, given all of them in order of weight."""
    return tuple(map(column_drift, judged[:_MOST_TESTS]))


def drifted_in_order(judged: Sequence[Judged]) -> tuple[str, ...]:
    """The columns with a verdict, in the order of the tests."""
    return tuple(dict.fromkeys(one.column for one in judged if one.drifted))


def window_id(reference: Reference, span: Span, kind: WindowKind = WindowKind.VERDICT) -> str:
    """The id that a window gets however often it is reported: its model, its two ends, its kind."""
    ends = f"{span.size}:{span.first_id}:{span.last_id}"
    if reference.segment:
        ends = f"{ends}:{reference.segment}"
    if kind is not WindowKind.VERDICT:
        ends = f"{ends}:{kind}"
    return str(uuid.uuid5(_WINDOWS, f"{reference.model_name}:{reference.model_version}:{ends}"))


def column_drift(judged: Judged) -> ColumnDrift:
    """One test, as events tell it."""
    comparison = judged.comparison
    return ColumnDrift(
        column=judged.column,
        test=comparison.test,
        statistic=rounded(comparison.statistic),
        effect=rounded(comparison.effect),
        p_value=rounded(comparison.p_value),
        q_value=rounded(judged.q_value),
        drifted=judged.drifted,
        words=in_words(comparison),
    )
