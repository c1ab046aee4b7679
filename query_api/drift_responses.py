"""What the API answers of drift."""

import datetime as dt

from pydantic import Field

from contracts.events import WindowKind
from query_api.responses import Answer, Probability


class ColumnTest(Answer):
    """One test on one column in one window."""

    column: str
    test: str
    statistic: float
    effect: float
    p_value: Probability
    q_value: Probability
    drifted: bool
    words: str


class Distribution(Answer):
    """Shares of the applications by bin: tenths of the reference, or levels."""

    bins: tuple[str, ...]
    reference: tuple[Probability, ...]
    window: tuple[Probability, ...]


class ColumnDistance(Answer):
    """How far one column is from the reference; verdicts come from the tests alone."""

    column: str
    psi: float = Field(description="population stability index")
    psi_critical: float = Field(description="what one clean window in a hundred exceeds")
    ks: Probability | None = Field(description="of numbers")
    wasserstein: float | None = Field(description="in standard deviations of the reference")
    total_variation: Probability = Field(description="over the bins of the stability index")
    missing_reference: Probability
    missing_window: Probability
    distribution: Distribution | None = Field(
        description="of the columns that moved and the weightiest others"
    )


class TellingFeature(Answer):
    """A feature by which a classifier tells a window from the reference."""

    feature: str
    share: Probability = Field(description="of all that its trees gained")


class MultivariateDrift(Answer):
    """Whether a classifier tells the rows of a day from the reference's."""

    statistic: Probability = Field(description="AUC on rows that it was not trained on")
    p_value: Probability
    drifted: bool
    rows: int
    reference_rows: int
    features: tuple[TellingFeature, ...]
    words: str


class ColumnEffect(Answer):
    """What the move of one column does to the scores."""

    column: str
    mean_probability: float
    approval_rate: float


class DriftEffects(Answer):
    """What has become of the scores in the window of an alert."""

    reference_probability: Probability
    mean_probability: Probability
    reference_approval_rate: Probability
    approval_rate: Probability
    columns: tuple[ColumnEffect, ...]
    words: str


class SlowDrift(Answer):
    """A column that drifts slowly, by evidence that added up over windows."""

    column: str
    windows: int
    since: dt.datetime
    evidence: float = Field(description="logarithm of an e-value")
    words: str


class Estimate(Answer):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class ExpectedPerformance(Answer):
    """What outcomes are expected to show; null where nothing can be expected."""

    auc: Estimate | None
    precision: Estimate | None = Field(description="of declining")
    recall: Estimate | None = Field(description="of declining")
    default_rate: Estimate | None
    approved_default_rate: Estimate | None
    approval_rate: Probability
    doubts: tuple[str, ...] = Field(description="why the estimate may be wrong")


class DriftWindow(Answer):
    """The verdict on one closed window."""

    window_id: str
    window: WindowKind = Field(description="verdict windows alone make alerts")
    segment: str = Field(description="whose applications alone, `column=level`; empty for all")
    model_name: str
    model_version: str
    opened_at: dt.datetime
    closed_at: dt.datetime
    first_applied_at: dt.datetime
    last_applied_at: dt.datetime
    size: int
    alert: bool = Field(description="verdicts added up on the `alerted` columns")
    drifted: tuple[str, ...]
    alerted: tuple[str, ...]
    drifting: tuple[SlowDrift, ...] = Field(description="an alert of its own where not empty")
    ks_error: Probability = Field(description="by how much a KS distance may be too low")
    expected: ExpectedPerformance | None
    columns: tuple[ColumnTest, ...]
    distances: tuple[ColumnDistance, ...] = Field(description="in the order of `columns`")
    multivariate: MultivariateDrift | None = Field(description="of days")
    effects: DriftEffects | None = Field(description="of windows with an alert")


class DriftPage(Answer):
    """Closed windows of one series, newest first."""

    windows: tuple[DriftWindow, ...]
    next_cursor: str | None


class HeatWindow(Answer):
    """A window of a heat map."""

    window_id: str
    closed_at: dt.datetime
    alert: bool


class HeatColumn(Answer):
    """A column over the windows: its test that tells most in each, null where it was not tested."""

    column: str
    cells: tuple[ColumnTest | None, ...]


class HeatMap(Answer):
    """Columns against the last windows of one series, the oldest window first."""

    windows: tuple[HeatWindow, ...]
    columns: tuple[HeatColumn, ...] = Field(description="those that drifted most often first")
