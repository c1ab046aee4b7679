"""Applications by month and by window: what was expected of them beside what came true. Pure."""

import datetime as dt
from collections.abc import Iterator

import msgspec
import numpy as np

from contracts.events import Decision, ExpectedPerformance
from drift_monitor.performance.cbpe import Mask, expected_performance
from drift_monitor.performance.economics import Economics, profits
from drift_monitor.performance.realised import Realised, realised
from drift_monitor.performance.records import Records

_MONTH = np.timedelta64(2_629_746, "s")  # a twelfth of the mean Gregorian year

_OLDEST = 120
"""Months at which a curve ends; whatever clock told more counts there."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Some applications, what outcomes were expected to show, and what they have shown.

    `expected` is of those with an outcome, so that both are of the same applications; it is null
    where there is none.
    """

    applications: int
    approved: int
    coverage: float
    expected: ExpectedPerformance | None
    realised: Realised


class Maturity(msgspec.Struct, frozen=True, kw_only=True):
    """A vintage at an age: the shares with an outcome and with a default by then, of all of it."""

    months: int
    labelled: float
    defaulted: float


class Vintage(msgspec.Struct, frozen=True, kw_only=True):
    """The applications of a month, and how their outcomes came in."""

    month: str
    outcome: Outcome
    maturity: tuple[Maturity, ...]


def outcome_of(records: Records, economics: Economics) -> Outcome:
    """What is known of these applications, of which there is at least one."""
    labelled = records.where(records.labelled)
    profit = profits(economics, labelled.decision, labelled.defaulted)
    return Outcome(
        applications=len(records),
        approved=int((records.decision == Decision.APPROVE.value).sum()),
        coverage=len(labelled) / len(records),
        expected=_expected(labelled) if len(labelled) else None,
        realised=realised(labelled.probability, labelled.defaulted, profit),
    )


def vintages(records: Records, economics: Economics) -> Iterator[Vintage]:
    """The months in order, the oldest first."""
    months = records.applied_at.astype("datetime64[M]")
    for month in np.unique(months):
        some = records.where(months == month)
        yield Vintage(
            month=str(month), outcome=outcome_of(some, economics), maturity=tuple(maturity(some))
        )


def maturity(records: Records) -> Iterator[Maturity]:
    """How outcomes came in by age, month by month until the last of them."""
    labelled = records.labelled
    age = (records.observed_at[labelled] - records.applied_at[labelled]) / _MONTH
    months = np.clip(np.ceil(age), 0, _OLDEST)
    defaulted = records.defaulted[labelled]
    for month in range(int(months.max(initial=-1)) + 1):
        reached = months <= month
        yield Maturity(
            months=month,
            labelled=float(reached.sum()) / len(records),
            defaulted=float((reached & defaulted).sum()) / len(records),
        )


def between(records: Records, opened_at: dt.datetime, closed_at: dt.datetime) -> Mask:
    """Which of them were scored from the one time to the other, both included."""
    first, last = (
        np.datetime64(time.astimezone(dt.UTC).replace(tzinfo=None), "us")
        for time in (opened_at, closed_at)
    )
    return (records.scored_at >= first) & (records.scored_at <= last)


def _expected(labelled: Records) -> ExpectedPerformance:
    return expected_performance(
        labelled.probability,
        approved=labelled.decision == Decision.APPROVE.value,
        declined=labelled.decision == Decision.DECLINE.value,
    )
