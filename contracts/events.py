"""The events that services make for one another; frozen, past tense, versioned by `ce_type`."""

import datetime as dt
from enum import StrEnum
from typing import Annotated

import msgspec

from contracts.application import Identifier, LoanApplication

EventId = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
LogOdds = Annotated[float, msgspec.Meta(ge=-1e6, le=1e6)]
Number = Annotated[float, msgspec.Meta(ge=-1e300, le=1e300)]  # finite
Offset = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Packed = str  # see contracts.packing
Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]
Time = Annotated[dt.datetime, msgspec.Meta(tz=True)]


class Purpose(StrEnum):
    """What an application is for; a simulation stays out of drift, outcomes and counts."""

    DECISION = "decision"
    SIMULATION = "simulation"


class Decision(StrEnum):
    """What the policy says of an application."""

    APPROVE = "approve"
    REFER = "refer"
    DECLINE = "decline"


class HistoryStatus(StrEnum):
    """What the scorer knew of the applicant's history."""

    PRESENT = "present"
    NONE = "none"  # known to have none
    UNKNOWN = "unknown"  # never seen: the application may have overtaken its history


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """The base of the events; its fields are checked when they are decoded."""


class HistoryAggregated(Event, frozen=True):
    """The applicant's history over all earlier loans, as of a date, for the scorer to join.

    `features` holds the history features of `history_version` in its order, packed; null says that
    the applicant is known to have no history.
    """

    application_id: Identifier
    as_of: Time
    history_version: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    features: Packed | None


class LoanScored(Event, frozen=True):
    """A score, with all that explains it and recomputes it: one event is enough."""

    application_id: Identifier
    score_id: EventId
    application_event_id: EventId
    purpose: Purpose
    applied_at: Time
    scored_at: Time
    source_partition: Offset
    source_offset: Offset
    model_name: str
    model_version: str
    feature_version: str
    history_version: str
    history_status: HistoryStatus
    history_as_of: Time | None
    raw_score: LogOdds
    probability: Probability
    points: Number
    decision: Decision
    features: Packed


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """What one feature added to the log-odds; `value` is null where it was missing."""

    feature: str
    value: Number | str | None
    attribution: LogOdds


class ReasonGiven(msgspec.Struct, frozen=True, kw_only=True):
    """A principal reason: a stable code, its wording, and what stands behind it."""

    code: str
    text: str
    attribution: LogOdds
    features: tuple[str, ...]


class LoanExplained(Event, frozen=True):
    """Exact SHAP attributions of one score, and its ordered reasons.

    `attributions` are packed in the order of the model's features; they and `base_value` add up to
    `raw_score` (log-odds).
    """

    application_id: Identifier
    explanation_id: EventId
    score_id: EventId
    purpose: Purpose
    applied_at: Time
    explained_at: Time
    score_partition: Offset
    score_offset: Offset
    model_name: str
    model_version: str
    base_value: LogOdds
    raw_score: LogOdds
    attributions: Packed
    strongest: tuple[Attribution, ...]
    reasons: Annotated[tuple[ReasonGiven, ...], msgspec.Meta(max_length=5)]


class OutcomeObserved(Event, frozen=True):
    """Whether a loan had payment difficulties, known months later."""

    application_id: Identifier
    defaulted: bool
    observed_at: Time


class ColumnDrift(msgspec.Struct, frozen=True, kw_only=True):
    """One test on one column in one window."""

    column: str
    test: str
    statistic: Number
    effect: Number
    p_value: Probability
    q_value: Probability
    drifted: bool
    words: str


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of the applications by bin, in the reference and in the window.

    Bins are the tenths of the reference for a number and the levels for a category; then come
    `unseen` and `missing`. Bins that are empty in both samples are left out.
    """

    bins: tuple[str, ...]
    reference: tuple[Probability, ...]
    window: tuple[Probability, ...]


class ColumnDistance(msgspec.Struct, frozen=True, kw_only=True):
    """How far one column is from the reference; shown, while verdicts come from tests alone.

    The stability index (`psi`) and the total variation are of the bins of a `Distribution`;
    `psi_critical` is what one clean window in a hundred exceeds. `ks` and `wasserstein`, in
    standard deviations of the reference, are of numbers alone. `distribution` is there for the
    columns that moved and for the weightiest others.
    """

    column: str
    psi: Number
    psi_critical: Number
    ks: Probability | None
    wasserstein: Number | None
    total_variation: Probability
    missing_reference: Probability
    missing_window: Probability
    distribution: Distribution | None = None


class SlowDrift(msgspec.Struct, frozen=True, kw_only=True):
    """A column that drifts slowly: evidence that added up over windows, each of them too weak.

    `evidence` is the logarithm of an e-value, gathered over the last `windows` since `since`.
    """

    column: str
    windows: Annotated[int, msgspec.Meta(ge=1)]
    since: Time
    evidence: Number
    words: str


class TellingFeature(msgspec.Struct, frozen=True, kw_only=True):
    """A feature by which a classifier tells a window; `share` is of all that its trees gained."""

    feature: str
    share: Probability


class MultivariateDrift(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a classifier tells the rows of a window from the reference's.

    `statistic` is its area under the ROC curve on rows that it was not trained on: 0.5 is chance.
    `rows` were drawn from the window and from the reference. `features` are named where it drifted.
    """

    statistic: Probability
    p_value: Probability
    drifted: bool
    rows: Annotated[int, msgspec.Meta(ge=1)]
    reference_rows: Annotated[int, msgspec.Meta(ge=1)]
    features: tuple[TellingFeature, ...] = ()
    words: str


class ColumnEffect(msgspec.Struct, frozen=True, kw_only=True):
    """What the move of one column does: the window less itself with the reference's column."""

    column: str
    mean_probability: Number
    approval_rate: Number


class DriftEffects(msgspec.Struct, frozen=True, kw_only=True):
    """What has become of the scores in the window of an alert, and what of it the columns do.

    Each column is taken alone, so what they do need not add up to the whole.
    """

    reference_probability: Probability
    mean_probability: Probability
    reference_approval_rate: Probability
    approval_rate: Probability
    columns: tuple[ColumnEffect, ...] = ()
    words: str


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with the ends of its 95 % interval."""

    value: Number
    low: Number
    high: Number


class ExpectedPerformance(msgspec.Struct, frozen=True, kw_only=True):
    """What outcomes are expected to show of a window, from its calibrated probabilities.

    Null stands where nothing can be expected, such as the precision of declining where nobody is
    declined. `doubts` says why the estimate may be wrong: `covariates` or `calibration`.
    """

    auc: Estimate | None
    precision: Estimate | None
    recall: Estimate | None
    default_rate: Estimate | None
    approved_default_rate: Estimate | None
    approval_rate: Probability
    doubts: tuple[str, ...] = ()


class WindowKind(StrEnum):
    """Which window a drift report is on; alerts are made of verdict windows alone."""

    VERDICT = "verdict"  # so many scores, or what came until it was too old; exact
    DAY = "day"  # of the applications, in UTC; from counts in bins
    WEEK = "week"  # from Monday


class DriftReported(Event, frozen=True):
    """The verdict on one closed window of applications against the model's reference.

    `alert` says that verdicts add up on the `alerted` columns; `drifting` is an alert of its own.
    `segment` is whose applications alone are in the window, as `column=level`; empty for all.
    `ks_error` is by how much a KS distance of a long window may be too low; Wasserstein's is not
    known of one. `multivariate` is of days, `effects` of windows with an alert of either kind.
    """

    window_id: EventId
    model_name: str
    model_version: str
    opened_at: Time
    closed_at: Time
    first_applied_at: Time
    last_applied_at: Time
    size: Annotated[int, msgspec.Meta(ge=1)]
    columns: tuple[ColumnDrift, ...]
    drifted: tuple[str, ...]
    alerted: tuple[str, ...]
    alert: bool
    drifting: tuple[SlowDrift, ...] = ()
    window: WindowKind = WindowKind.VERDICT
    segment: str = ""
    ks_error: Probability = 0.0
    expected: ExpectedPerformance | None = None
    distances: tuple[ColumnDistance, ...] = ()
    multivariate: MultivariateDrift | None = None
    effects: DriftEffects | None = None


EVENT_TYPES: dict[type[msgspec.Struct], str] = {
    LoanApplication: "loan.application.v1",
    HistoryAggregated: "loan.history.v1",
    LoanScored: "loan.scored.v1",
    LoanExplained: "loan.explained.v1",
    OutcomeObserved: "loan.outcome.v1",
    DriftReported: "loan.drift.v1",
}
"""The CloudEvents type of every event."""
