"""Monthly balances of earlier consumer and cash loans with this lender."""

import ibis
from ibis import _

from training.histories.definition import (
    APPLICANT,
    Feature,
    HistoryTable,
    Quantity,
    Subset,
    Tables,
    counts,
    cross,
    ratios,
    since,
)


def loan_months(tables: Tables) -> ibis.Table:
    """One row per loan and month up to the application."""
    known = tables["POS_CASH_balance"].filter(_.MONTHS_BALANCE <= 0)
    return known.mutate(
        PAST_DUE=_.SK_DPD > 0,
        PAST_DUE_REAL=_.SK_DPD_DEF > 0,
        COMPLETED=_.NAME_CONTRACT_STATUS == "Completed",
    )


def latest_balances(tables: Tables) -> ibis.Table:
    """One row per loan: how many instalments were left at its latest balance."""
    months = loan_months(tables)
    latest_and_fewest = _.MONTHS_BALANCE * 1000 - _.CNT_INSTALMENT_FUTURE
    return months.group_by(APPLICANT, "SK_ID_PREV").aggregate(
        LEFT=_.CNT_INSTALMENT_FUTURE.argmax(latest_and_fewest)
    )


_EVER = Subset("", "monthly balances of loans")
_RECENT = tuple(
    Subset(
        f"{months}M",
        f"monthly balances of loans in the last {months} months",
        since(_.MONTHS_BALANCE, months),
    )
    for months in (3, 6, 12, 24)
)
_COMPLETED = Subset("COMPLETED", "completed months of loans", _.COMPLETED)
_DEMANDED = Subset("DEMANDED", "months with a demand", _.NAME_CONTRACT_STATUS == "Demand")

_DPD = (
    Quantity("DPD", "days past due", _.SK_DPD, ("MEAN", "MAX")),
    Quantity("DPD_DEF", "days past due, small debts aside", _.SK_DPD_DEF, ("MEAN", "MAX")),
    Quantity("PAST_DUE", "months past due", _.PAST_DUE, ("SHARE",)),
)
_INSTALMENTS = (
    Quantity("TERM", "instalments agreed", _.CNT_INSTALMENT, ("MEAN", "MAX", "MIN")),
    Quantity("LEFT", "instalments left", _.CNT_INSTALMENT_FUTURE, ("MEAN", "MAX", "MIN")),
)
_MONTHS = (
    Quantity("MONTH", "month of the balance", _.MONTHS_BALANCE, ("MIN", "MAX")),
    Quantity("PAST_DUE_REAL", "months past due, small debts aside", _.PAST_DUE_REAL, ("COUNT",)),
)

_AGGREGATES = (
    *counts("POS", (_EVER, *_RECENT, _COMPLETED, _DEMANDED)),
    Feature("POS_LOANS", "number of loans with monthly balances", _.SK_ID_PREV.nunique()),
    *cross("POS", (_EVER, *_RECENT), _DPD),
    *cross("POS", (_EVER, _RECENT[2]), _INSTALMENTS),
    *cross("POS", (_EVER,), _MONTHS),
)

POS_MONTHS = HistoryTable(
    name="POS_CASH_balance",
    sources=("POS_CASH_balance",),
    rows=loan_months,
    aggregates=_AGGREGATES,
    ratios=ratios(
        _AGGREGATES,
        {
            "POS_COMPLETED_TO_LOANS": ("POS_COMPLETED_COUNT", "POS_LOANS"),
            "POS_LEFT_TO_TERM": ("POS_LEFT_MEAN", "POS_TERM_MEAN"),
            "POS_12M_LEFT_TO_TERM": ("POS_12M_LEFT_MEAN", "POS_12M_TERM_MEAN"),
            "POS_MONTHS_PER_LOAN": ("POS_COUNT", "POS_LOANS"),
        },
    ),
)

POS_LOANS = HistoryTable(
    name="POS_CASH_balance, by loan",
    sources=("POS_CASH_balance",),
    rows=latest_balances,
    aggregates=cross(
        "POS_LATEST",
        (Subset("", "loans at their latest balance", _.LEFT.notnull()),),
        (Quantity("LEFT", "instalments left", _.LEFT, ("SUM", "MAX")),),
    ),
)
