"""Months and ages: what is counted where, and the estimate beside what came true."""

import datetime as dt

import numpy as np
import pytest

from drift_monitor.performance.economics import Economics
from drift_monitor.performance.records import Records
from drift_monitor.performance.vintages import (
    Maturity,
    between,
    maturity,
    outcome_of,
    vintages,
)

ECONOMICS = Economics(0.1, 0.6, 0.01, 0.5, 0.2)
NOT_YET = "NaT"


def a_book(applied: list[str], observed: list[str], defaulted: list[bool]) -> Records:
    size = len(applied)
    times = np.array(applied, dtype="datetime64[us]")
    return Records(
        application_id=np.arange(size),
        applied_at=times,
        scored_at=times,
        probability=np.linspace(0.1, 0.5, size),
        decision=np.array(["approve", "decline"] * size)[:size],
        segment=np.full(size, ""),
        defaulted=np.array(defaulted),
        observed_at=np.array(observed, dtype="datetime64[us]"),
    )


BOOK = a_book(
    ["2026-01-05", "2026-01-31T23:59", "2026-02-01", "2026-01-10"],
    ["2026-03-05", "2026-02-05", NOT_YET, NOT_YET],
    [True, False, False, False],
)


def test_applications_belong_to_their_month() -> None:
    january, february = vintages(BOOK, ECONOMICS)
    assert (january.month, february.month) == ("2026-01", "2026-02")
    assert (january.outcome.applications, february.outcome.applications) == (3, 1)
    assert january.outcome.approved == 1
    assert january.outcome.coverage == pytest.approx(2 / 3)
    assert january.outcome.realised.defaults == 1
    assert february.outcome.expected is None
    assert february.maturity == ()


def test_outcomes_come_in_by_age() -> None:
    assert list(maturity(BOOK)) == [
        Maturity(months=0, labelled=0, defaulted=0),
        Maturity(months=1, labelled=0.25, defaulted=0),
        Maturity(months=2, labelled=0.5, defaulted=0.25),
    ]


def test_an_outcome_before_its_application_is_of_age_nought() -> None:
    """Clocks jump; what is known is known."""
    early = a_book(["2026-01-05"], ["2025-12-24"], [True])
    assert list(maturity(early)) == [Maturity(months=0, labelled=1, defaulted=1)]


def test_a_clock_that_jumps_far_ahead_does_not_make_an_endless_curve() -> None:
    late = a_book(["2026-01-05"], ["9999-12-24"], [True])
    assert len(list(maturity(late))) == 121


def test_the_estimate_is_of_those_with_an_outcome() -> None:
    outcome = outcome_of(BOOK, ECONOMICS)
    assert outcome.expected is not None
    assert outcome.expected.default_rate is not None
    assert outcome.expected.default_rate.value == pytest.approx(BOOK.probability[:2].mean())
    assert outcome.realised.profit is not None
    assert outcome.realised.profit.value == pytest.approx(-0.3)


def test_a_window_has_both_its_ends() -> None:
    first = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    last = dt.datetime(2026, 1, 10, 1, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    assert between(BOOK, first, last).tolist() == [True, False, False, True]
