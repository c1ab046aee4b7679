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


class DriftPage(Answer):
    """Closed windows of one series, newest first."""

    windows: tuple[DriftWindow, ...]
    next_cursor: str | None
