"""Earlier applications with this lender: what was asked for, what was granted, and when."""

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
    exact,
    only_if,
    quotient,
    ratios,
    since,
)

_NEVER = 365_243
"""What a day holds that has not come."""


def decided_applications(tables: Tables) -> ibis.Table:
    """One row per application that was decided before the present one, the latest `RECENCY` 0."""
    decided = tables["previous_application"].filter(_.DAYS_DECISION <= 0)
    latest_first = ibis.row_number().over(
        group_by=APPLICANT, order_by=(_.DAYS_DECISION.desc(), _.SK_ID_PREV.desc())
    )
    return decided.mutate(
        RECENCY=latest_first,
        APPROVED=_.NAME_CONTRACT_STATUS == "Approved",
        REFUSED=_.NAME_CONTRACT_STATUS == "Refused",
        GRANTED_SHARE=exact(quotient(_.AMT_CREDIT, _.AMT_APPLICATION)),
        MARKUP=exact(quotient(_.AMT_ANNUITY, _.AMT_CREDIT) * _.CNT_PAYMENT - 1.0),
        DOWN_PAYMENT_RATE=exact(_.RATE_DOWN_PAYMENT),
        FIRST_DUE=only_if(_.DAYS_FIRST_DUE < _NEVER, _.DAYS_FIRST_DUE),
        LAST_DUE=only_if(_.DAYS_LAST_DUE < _NEVER, _.DAYS_LAST_DUE),
        LAST_DUE_PLANNED=only_if(_.DAYS_LAST_DUE_1ST_VERSION < _NEVER, _.DAYS_LAST_DUE_1ST_VERSION),
        TERM=exact(quotient(_.AMT_CREDIT, _.AMT_ANNUITY)),
        RUNNING=(_.NAME_CONTRACT_STATUS == "Approved") & (_.DAYS_TERMINATION > 0),
    )


_EVER = Subset("", "earlier applications")
_APPROVED = Subset("APPROVED", "approved earlier applications", _.APPROVED)
_REFUSED = Subset("REFUSED", "refused earlier applications", _.REFUSED)
_CANCELED = Subset(
    "CANCELED", "canceled earlier applications", _.NAME_CONTRACT_STATUS == "Canceled"
)
_RUNNING = Subset("RUNNING", "earlier loans still running", _.RUNNING)
_CONTRACTS = tuple(
    Subset(name, f"earlier applications for {level.lower()}", level == _.NAME_CONTRACT_TYPE)
    for name, level in (
        ("CASH", "Cash loans"),
        ("CONSUMER", "Consumer loans"),
        ("REVOLVING", "Revolving loans"),
    )
)
_RECENT = tuple(
    Subset(f"{days}D", f"applications of the last {days} days", since(_.DAYS_DECISION, days))
    for days in (90, 180, 365, 730)
)
_REFUSED_RECENT = tuple(
    Subset(
        f"REFUSED_{days}D",
        f"earlier applications refused in the last {days} days",
        _.REFUSED & since(_.DAYS_DECISION, days),
    )
    for days in (180, 365, 730)
)
_REFUSED_FOR = tuple(
    Subset(f"REFUSED_{code}", f"refusals with the code {code}", code == _.CODE_REJECT_REASON)
    for code in ("HC", "LIMIT", "SCO", "SCOFR")
)
_YIELDS = tuple(
    Subset(f"YIELD_{name.upper()}", f"approvals of yield {name}", name == _.NAME_YIELD_GROUP)
    for name in ("high", "middle", "low_normal", "low_action")
)
_LAST = tuple(
    Subset(f"LAST{count}", f"the last {count} earlier applications", count > _.RECENCY)
    for count in (1, 3, 5)
)

_AMOUNTS = (
    Quantity("ASKED", "amount asked for", _.AMT_APPLICATION, ("MEAN", "MAX", "MIN")),
    Quantity("CREDIT", "amount of credit", _.AMT_CREDIT, ("SUM", "MEAN", "MAX")),
    Quantity("ANNUITY", "annuity", _.AMT_ANNUITY, ("MEAN", "MAX")),
)
_TERMS = (
    Quantity("PAYMENTS", "number of payments", _.CNT_PAYMENT, ("SUM", "MEAN", "MAX")),
    Quantity("TERM", "credit over annuity", _.TERM, ("MEAN", "MAX", "MIN")),
    Quantity("GRANTED", "credit over amount asked", _.GRANTED_SHARE, ("MEAN", "MAX", "MIN")),
    Quantity("MARKUP", "payments over credit, less one", _.MARKUP, ("MEAN", "MAX", "MIN")),
)
_GOODS = (
    Quantity("DOWN_PAYMENT", "down payment", _.AMT_DOWN_PAYMENT, ("MEAN", "MAX")),
    Quantity("DOWN_RATE", "rate of down payment", _.DOWN_PAYMENT_RATE, ("MEAN", "MAX", "MIN")),
    Quantity("GOODS", "price of the goods", _.AMT_GOODS_PRICE, ("MEAN", "MAX")),
    Quantity("HOUR", "hour of the application", _.HOUR_APPR_PROCESS_START, ("MEAN",)),
    Quantity("INSURED", "insured credits", _.NFLAG_INSURED_ON_APPROVAL, ("MEAN", "SUM")),
)
_DATES = (Quantity("DAY", "day of the decision", _.DAYS_DECISION, ("MEAN", "MAX", "MIN")),)
_DUES = (
    Quantity("FIRST_DUE", "day of the first due", _.FIRST_DUE, ("MEAN", "MAX", "MIN")),
    Quantity("LAST_DUE", "day of the last due", _.LAST_DUE, ("MEAN", "MAX")),
    Quantity(
        "PLAN_SHIFT", "days from planned to last due", _.LAST_DUE - _.LAST_DUE_PLANNED, ("MEAN",)
    ),
)
_OUTCOME = (
    Quantity("REFUSED", "refusals", _.REFUSED, ("SHARE",)),
    Quantity("APPROVED", "approvals", _.APPROVED, ("SHARE",)),
)

_AGGREGATES = (
    *counts("PREVIOUS", (_EVER, _APPROVED, _REFUSED, _CANCELED, _RUNNING)),
    *counts("PREVIOUS", (*_CONTRACTS, *_RECENT, *_REFUSED_RECENT, *_REFUSED_FOR, *_YIELDS)),
    Feature("PREVIOUS_GOODS_KINDS", "number of kinds of goods", _.NAME_GOODS_CATEGORY.nunique()),
    *cross("PREVIOUS", (_EVER, _APPROVED, _REFUSED, _LAST[0]), (*_AMOUNTS, *_DATES)),
    *cross("PREVIOUS", (_EVER, _APPROVED, _LAST[0]), _TERMS),
    *cross("PREVIOUS", (_RUNNING,), (*_AMOUNTS[1:], *_TERMS[:1])),
    *cross("PREVIOUS", (_APPROVED,), (*_GOODS, *_DUES)),
    *cross("PREVIOUS", (_EVER, *_LAST, *_CONTRACTS, _RECENT[2]), _OUTCOME),
)

PREVIOUS = HistoryTable(
    name="previous_application",
    sources=("previous_application",),
    rows=decided_applications,
    aggregates=_AGGREGATES,
    ratios=ratios(
        _AGGREGATES,
        {
            "PREVIOUS_365D_TO_ALL": ("PREVIOUS_365D_COUNT", "PREVIOUS_COUNT"),
            "PREVIOUS_REFUSED_TO_APPROVED": ("PREVIOUS_REFUSED_COUNT", "PREVIOUS_APPROVED_COUNT"),
            "PREVIOUS_REFUSED_CREDIT_TO_APPROVED": (
                "PREVIOUS_REFUSED_CREDIT_MEAN",
                "PREVIOUS_APPROVED_CREDIT_MEAN",
            ),
            "PREVIOUS_LAST_CREDIT_TO_MEAN": ("PREVIOUS_LAST1_CREDIT_MEAN", "PREVIOUS_CREDIT_MEAN"),
            "PREVIOUS_RUNNING_SHARE": ("PREVIOUS_RUNNING_COUNT", "PREVIOUS_APPROVED_COUNT"),
        },
    ),
)
