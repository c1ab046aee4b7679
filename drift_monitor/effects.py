"""What an alert does to the scores: by the model itself, on the window's own rows. Pure.

For each column of the alert the window is scored again with that column as the reference has it
and everything else as it came; features derived from it follow. The difference is what the column's
move does, if the columns move independently: the model is known, but not why they moved.

Source: D. Janzing, L. Minorics, P. Blöbaum, Feature relevance quantification in explainable AI: a
causal problem, 2020, for setting a single input of a model; K. Budhathoki et al., Why did the
distribution change?, 2021, for putting parts of a change back one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from contracts.application import NOT_EMPLOYED, NUMERIC
from contracts.events import ColumnEffect, DriftEffects, DriftReported
from contracts.features import DERIVED, ApplicationColumns
from contracts.packing import FloatMatrix, FloatVector
from drift_monitor.performance.cbpe import probabilities
from drift_monitor.reference import SCORE, Reference, as_monitored
from drift_monitor.restoration import restored
from drift_monitor.rounding import rounded

_MOST_COLUMNS = 5
_IN_WORDS = 3
_LEAST_TOLD = 0.0005
"""Smaller moves would read as 0.0 points."""

_SEED = 3


@dataclass(frozen=True, slots=True)
class _Scores:
    """What the scores of some rows come to."""

    probability: float
    approval_rate: float


def with_effects(report: DriftReported, window: FloatMatrix, reference: Reference) -> DriftReported:
    """The report with what its alert does, if it has one of either kind."""
    columns = dict.fromkeys((*report.alerted, *(one.column for one in report.drifting)))
    if not columns:
        return report
    return msgspec.structs.replace(report, effects=drift_effects(window, reference, tuple(columns)))


def drift_effects(
    window: FloatMatrix, reference: Reference, columns: Sequence[str]
) -> DriftEffects:
    """What the columns do to the mean probability and to approvals, the first few of them.

    Approvals are those of the thresholds: that applications are referred for an unknown history is
    not in a window.

    Args:
        window: rows of the monitored matrix, the raw score last.
        reference: of the model version that scored them.
        columns: those with an alert, in order of weight.
    """
    before, now = _scores(reference.raw_scores, reference), _scores(window[:, -1], reference)
    scored = [name for name in columns if name != SCORE][:_MOST_COLUMNS]
    effects = tuple(_effect(name, window[:, :-1], reference, now) for name in scored)
    return DriftEffects(
        reference_probability=rounded(before.probability),
        mean_probability=rounded(now.probability),
        reference_approval_rate=rounded(before.approval_rate),
        approval_rate=rounded(now.approval_rate),
        columns=effects,
        words=_in_words(before, now, effects),
    )


def _effect(name: str, features: FloatMatrix, reference: Reference, now: _Scores) -> ColumnEffect:
    changed = with_column_restored(features, reference, name)
    without = _scores(as_monitored(reference.rescored(changed)), reference)
    return ColumnEffect(
        column=name,
        mean_probability=rounded(now.probability - without.probability),
        approval_rate=rounded(now.approval_rate - without.approval_rate),
    )


def with_column_restored(features: FloatMatrix, reference: Reference, name: str) -> FloatMatrix:
    """The rows with one column as the reference has it, and the features that follow from it."""
    at = reference.places[name]
    levels = reference.columns[at].levels is not None
    changed = features.copy()
    draw = np.random.default_rng(_SEED)
    changed[:, at] = restored(features[:, at], reference.rows[:, at], draw, levels=levels)
    if name in NUMERIC:
        _derive_again(features, changed, reference.places)
    return changed


def _derive_again(before: FloatMatrix, changed: FloatMatrix, at: Mapping[str, int]) -> None:
    """Renew what is derived from the change; whatever else is derived stays to the last bit."""
    if not at.keys() >= {*NUMERIC, *DERIVED}:
        return
    was, now = _application(before, before, at), _application(before, changed, at)
    for name, derive in DERIVED.items():
        old, new = derive(was), derive(now)
        moved = ~((old == new) | (np.isnan(old) & np.isnan(new)))
        changed[moved, at[name]] = new[moved]


def _application(
    before: FloatMatrix, rows: FloatMatrix, at: Mapping[str, int]
) -> ApplicationColumns:
    """The numbers of the applications; who is not employed has his days of it back."""
    numeric = rows[:, [at[name] for name in NUMERIC]].astype(np.float64)
    employed = at["DAYS_EMPLOYED"]
    flagged = rows[:, at["NOT_EMPLOYED"]] == 1
    lost = ~np.isnan(before[:, employed])
    not_employed = np.isnan(rows[:, employed]) & (flagged | lost)
    numeric[not_employed, NUMERIC.index("DAYS_EMPLOYED")] = NOT_EMPLOYED
    return ApplicationColumns(numeric, ())


def _scores(raw_scores: FloatVector, reference: Reference) -> _Scores:
    probability = probabilities(raw_scores, reference.calibration)
    approved = probability < reference.policy.approve_below
    return _Scores(float(probability.mean()), float(approved.mean()))


def _in_words(before: _Scores, now: _Scores, effects: Sequence[ColumnEffect]) -> str:
    probability = _told(
        [(one.column, one.mean_probability) for one in effects],
        f"mean probability {_share(before.probability)} → {_share(now.probability)}",
    )
    approvals = _told(
        [(one.column, one.approval_rate) for one in effects],
        f"approvals {_share(before.approval_rate)} → {_share(now.approval_rate)}",
    )
    return f"{probability}; {approvals}"


def _told(moves: Sequence[tuple[str, float]], whole: str) -> str:
    told = [(name, move) for name, move in moves if abs(move) >= _LEAST_TOLD][:_IN_WORDS]
    parts = ", ".join(f"{name} {100 * move:+.1f} points" for name, move in told)
    return f"{whole}, of which {parts}" if parts else whole


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"
