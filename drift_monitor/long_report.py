"""The report of a day or a week, from its sketch. It has verdicts; alerts are never made of it."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from contracts.events import DriftReported
from drift_monitor.comparison import Comparison, Profiled, Test, compare_shares
from drift_monitor.detectors import Detectors, ks_p_values
from drift_monitor.distances import Measured, column_distances
from drift_monitor.long_windows import Sketched
from drift_monitor.policy import Policy, by_weight, judge
from drift_monitor.reference import Reference
from drift_monitor.report import column_drifts, drifted_in_order, window_id
from drift_monitor.rounding import rounded
from drift_monitor.sketches import (
    Counts,
    SketchColumn,
    SketchLayout,
    ks_at_cuts,
    sketched_bins,
    sketched_profile,
)
from drift_monitor.stability import stability_of


def long_report(
    sketched: Sketched,
    layout: SketchLayout,
    reference: Reference,
    detectors: Detectors,
    policy: Policy,
) -> DriftReported:
    """Hold a long window against the reference of its model version.

    A KS distance is that at the cuts: the true one is larger by no more than `ks_error`.
    """
    span, counts = sketched.span, sketched.counts
    columns = [
        (
            Profiled(column, before, sketched_profile(laid, sketched.span.size, sketched.counts)),
            laid,
        )
        for column, before, laid in zip(
            reference.columns, reference.profiles, layout.columns, strict=True
        )
        if column.tested
    ]
    shares = compare_shares([one for one, _ in columns], detectors)
    numbers = [(one, *ks_at_cuts(laid, counts)) for one, laid in columns if _has_numbers(one, laid)]
    judged = judge([*_compared([(one, ks) for one, ks, _ in numbers]), *shares], policy)
    weighed = by_weight(judged, reference.importance)
    return DriftReported(
        window_id=window_id(reference, span, sketched.kind),
        model_name=reference.model_name,
        model_version=reference.model_version,
        opened_at=span.opened_at,
        closed_at=span.closed_at,
        first_applied_at=span.first_applied_at,
        last_applied_at=span.last_applied_at,
        size=span.size,
        columns=column_drifts(weighed),
        drifted=drifted_in_order(weighed),
        alerted=(),
        alert=False,
        window=sketched.kind,
        ks_error=rounded(max((error for _, _, error in numbers), default=0.0)),
        distances=column_distances(weighed, _measures(columns, counts)),
    )


def _measures(
    columns: Sequence[tuple[Profiled, SketchColumn]], counts: Counts
) -> Callable[[str], Measured]:
    """How columns are measured that are known by their counts; Wasserstein's distance is not."""
    by_name = {one.column.name: (one, laid) for one, laid in columns}

    def measure(name: str) -> Measured:
        bins = sketched_bins(*by_name[name], counts)
        return Measured(bins, stability_of(bins))

    return measure


def _has_numbers(one: Profiled, laid: SketchColumn) -> bool:
    return laid.levels is None and bool(one.reference.present and one.window.present)


def _compared(numbers: list[tuple[Profiled, float]]) -> Iterator[Comparison]:
    """KS tests from distances at cuts; a distance that may be too low has too high a p-value."""
    distances = np.array([ks for _, ks in numbers])
    p_values = ks_p_values(
        distances,
        [one.reference.present for one, _ in numbers],
        [one.window.present for one, _ in numbers],
    )
    for (one, distance), p_value in zip(numbers, p_values.tolist(), strict=True):
        yield Comparison(one, Test.KS, distance, p_value, effect=distance)
