"""Credits with other lenders, as the credit bureau knows them, with their monthly statuses."""

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
    only_if,
    ratios,
    since,
)

_FAR = 40_000
"""Days so far from the application that they say "no end" or "unknown", not a date."""


def credits_known(tables: Tables) -> ibis.Table:
    """One row per credit known and last updated by the application; the latest has `RECENCY` 0."""
    before = (_.DAYS_CREDIT <= 0) & (_.DAYS_CREDIT_UPDATE.fill_null(0) <= 0)
    known = tables["bureau"].filter(before)
    latest_first = ibis.row_number().over(
        group_by=APPLICANT, order_by=(_.DAYS_CREDIT.desc(), _.SK_ID_BUREAU.desc())
    )
    described = known.mutate(
        RECENCY=latest_first,
        ACTIVE=_.CREDIT_ACTIVE == "Active",
        CARD=_.CREDIT_TYPE == "Credit card",
        END=only_if(_.DAYS_CREDIT_ENDDATE.abs() < _FAR, _.DAYS_CREDIT_ENDDATE),
        CLOSED_AT=only_if(_.DAYS_ENDDATE_FACT.between(-_FAR, 0), _.DAYS_ENDDATE_FACT),
        UPDATED_AT=only_if(_.DAYS_CREDIT_UPDATE > -_FAR, _.DAYS_CREDIT_UPDATE),
    )
    months = monthly_statuses(tables["bureau_balance"])
    return described.left_join(months, "SK_ID_BUREAU").drop("SK_ID_BUREAU_right")


def monthly_statuses(balance: ibis.Table) -> ibis.Table:
    """One row per bureau credit: its months up to the application, counted by status."""
    late = ibis.cases(*((grade == _.STATUS, int(grade)) for grade in "12345"), else_=0)
    months = balance.filter(_.MONTHS_BALANCE <= 0).mutate(GRADE=late)
    last_year = since(_.MONTHS_BALANCE, 12)
    return months.group_by("SK_ID_BUREAU").aggregate(
        MONTHS=_.count(),
        LATE=_.count(where=_.GRADE > 0),
        LATE_12M=_.count(where=(_.GRADE > 0) & last_year),
        SEVERE=_.count(where=_.GRADE > 1),
        WORST=_.GRADE.max(),
        WORST_12M=_.GRADE.max(where=last_year),
        CLEAN=_.count(where=_.STATUS.isin(("0", "C"))),
        UNKNOWN=_.count(where=_.STATUS == "X"),
    )


_EVER = Subset("", "bureau credits")
_ACTIVE = Subset("ACTIVE", "active bureau credits", _.ACTIVE)
_CLOSED = Subset("CLOSED", "closed bureau credits", _.CREDIT_ACTIVE == "Closed")
_BAD = Subset("BAD", "bureau credits sold or bad", _.CREDIT_ACTIVE.isin(("Sold", "Bad debt")))
_OPEN_CARDS = Subset("ACTIVE_CARD", "active bureau cards", _.ACTIVE & _.CARD)
_RECENT = tuple(
    Subset(f"{days}D", f"bureau credits of the last {days} days", since(_.DAYS_CREDIT, days))
    for days in (90, 180, 365, 730)
)
_LAST = tuple(
    Subset(f"LAST{count}", f"the last {count} bureau credits", count > _.RECENCY)
    for count in (1, 3)
)
_TYPES = tuple(
    Subset(name, f"bureau credits of the type '{level}'", level == _.CREDIT_TYPE)
    for name, level in (
        ("CONSUMER", "Consumer credit"),
        ("CARD", "Credit card"),
        ("CAR", "Car loan"),
        ("MORTGAGE", "Mortgage"),
        ("MICRO", "Microloan"),
    )
)

_AMOUNTS = (
    Quantity("CREDIT", "amount of credit", _.AMT_CREDIT_SUM, ("SUM", "MEAN", "MAX")),
    Quantity("DEBT", "debt", _.AMT_CREDIT_SUM_DEBT, ("SUM", "MEAN", "MAX")),
)
_DATES = (
    Quantity("DAY", "day of the credit", _.DAYS_CREDIT, ("MEAN", "MAX", "MIN")),
    Quantity("END", "planned day of the end", _.END, ("MEAN", "MAX", "MIN")),
)
_TROUBLE = (
    Quantity("OVERDUE", "amount overdue", _.AMT_CREDIT_SUM_OVERDUE, ("SUM", "MAX")),
    Quantity("OVERDUE_DAYS", "days overdue", _.CREDIT_DAY_OVERDUE, ("SUM", "MAX")),
    Quantity("PEAK_OVERDUE", "peak amount overdue", _.AMT_CREDIT_MAX_OVERDUE, ("MEAN", "MAX")),
    Quantity("PROLONGED", "number of prolongations", _.CNT_CREDIT_PROLONG, ("SUM", "MAX")),
    Quantity("LIMIT", "card limit", _.AMT_CREDIT_SUM_LIMIT, ("SUM", "MEAN")),
    Quantity("ANNUITY", "annuity", _.AMT_ANNUITY, ("SUM", "MEAN", "MAX")),
    Quantity("UPDATED", "day of the last update", _.UPDATED_AT, ("MEAN", "MAX")),
)
_ACTIVITY = Quantity("OPEN", "credits still active", _.ACTIVE, ("SHARE",))
_CLOSING = (
    Quantity("CLOSED_AT", "day of the closing", _.CLOSED_AT, ("MEAN", "MAX")),
    Quantity("EARLY", "days closed ahead of the plan", _.END - _.CLOSED_AT, ("MEAN", "MAX")),
)
_MONTHS = (
    Quantity("MONTHS", "months with a status", _.MONTHS, ("SUM", "MEAN")),
    Quantity("LATE", "months past due", _.LATE, ("SUM", "MEAN", "MAX")),
    Quantity("LATE_12M", "months past due in the last 12", _.LATE_12M, ("SUM", "MAX")),
    Quantity("SEVERE", "months over 30 days past due", _.SEVERE, ("SUM",)),
    Quantity("WORST", "worst monthly status (0 to 5)", _.WORST, ("MAX", "MEAN")),
    Quantity("WORST_12M", "worst status of the last 12 months", _.WORST_12M, ("MAX",)),
    Quantity("CLEAN", "months paid or closed", _.CLEAN, ("SUM",)),
    Quantity("UNKNOWN", "months of unknown status", _.UNKNOWN, ("SUM",)),
)

_AGGREGATES = (
    *counts("BUREAU", (_EVER, _ACTIVE, _CLOSED, _BAD, *_RECENT, *_TYPES)),
    Feature("BUREAU_TYPES", "number of types of bureau credit", _.CREDIT_TYPE.nunique()),
    *cross("BUREAU", (_EVER, _ACTIVE, _OPEN_CARDS, _RECENT[2]), _AMOUNTS),
    *cross("BUREAU", _LAST, (*_AMOUNTS[1:], _TROUBLE[0], _ACTIVITY)),
    *cross("BUREAU", (_EVER, _ACTIVE), _DATES),
    *cross("BUREAU", (_EVER,), _TROUBLE),
    *cross("BUREAU", (_CLOSED,), _CLOSING),
    *cross("BUREAU_BALANCE", (_EVER,), _MONTHS),
)

BUREAU = HistoryTable(
    name="bureau and bureau_balance",
    sources=("bureau", "bureau_balance"),
    rows=credits_known,
    aggregates=_AGGREGATES,
    ratios=ratios(
        _AGGREGATES,
        {
            "BUREAU_ACTIVE_SHARE": ("BUREAU_ACTIVE_COUNT", "BUREAU_COUNT"),
            "BUREAU_365D_SHARE": ("BUREAU_365D_COUNT", "BUREAU_COUNT"),
            "BUREAU_DEBT_TO_CREDIT": ("BUREAU_DEBT_SUM", "BUREAU_CREDIT_SUM"),
            "BUREAU_ACTIVE_DEBT_TO_CREDIT": ("BUREAU_ACTIVE_DEBT_SUM", "BUREAU_ACTIVE_CREDIT_SUM"),
            "BUREAU_ACTIVE_CARD_DEBT_TO_CREDIT": (
                "BUREAU_ACTIVE_CARD_DEBT_SUM",
                "BUREAU_ACTIVE_CARD_CREDIT_SUM",
            ),
            "BUREAU_LAST3_DEBT_TO_MEAN": ("BUREAU_LAST3_DEBT_MEAN", "BUREAU_DEBT_MEAN"),
            "BUREAU_OVERDUE_TO_DEBT": ("BUREAU_OVERDUE_SUM", "BUREAU_DEBT_SUM"),
            "BUREAU_ANNUITY_TO_CREDIT": ("BUREAU_ANNUITY_SUM", "BUREAU_CREDIT_SUM"),
            "BUREAU_BALANCE_LATE_SHARE": ("BUREAU_BALANCE_LATE_SUM", "BUREAU_BALANCE_MONTHS_SUM"),
            "BUREAU_BALANCE_CLEAN_SHARE": (
                "BUREAU_BALANCE_CLEAN_SUM",
                "BUREAU_BALANCE_MONTHS_SUM",
            ),
        },
    ),
)
