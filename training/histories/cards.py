"""Monthly balances of earlier credit cards with this lender."""

import ibis
from ibis import _

from training.histories.definition import (
    Feature,
    HistoryTable,
    Quantity,
    Subset,
    Tables,
    counts,
    cross,
    exact,
    quotient,
    ratios,
    since,
)


def card_months(tables: Tables) -> ibis.Table:
    """One row per card and month up to the application."""
    known = tables["credit_card_balance"].filter(_.MONTHS_BALANCE <= 0)
    return known.mutate(
        UTILISATION=exact(quotient(_.AMT_BALANCE, _.AMT_CREDIT_LIMIT_ACTUAL)),
        PAST_DUE=_.SK_DPD > 0,
        PAST_DUE_REAL=_.SK_DPD_DEF > 0,
        DREW=_.AMT_DRAWINGS_CURRENT > 0,
        DREW_CASH=_.AMT_DRAWINGS_ATM_CURRENT > 0,
        PAID_UNDER_MINIMUM=_.AMT_PAYMENT_TOTAL_CURRENT < _.AMT_INST_MIN_REGULARITY,
    )


_EVER = Subset("", "card months")
_RECENT = tuple(
    Subset(f"{months}M", f"card months of the last {months}", since(_.MONTHS_BALANCE, months))
    for months in (3, 6, 12, 24)
)

_USE = (
    Quantity("BALANCE", "balance", _.AMT_BALANCE, ("SUM", "MEAN", "MAX")),
    Quantity("LIMIT", "limit", _.AMT_CREDIT_LIMIT_ACTUAL, ("SUM", "MEAN", "MAX")),
    Quantity("UTILISATION", "balance over limit", _.UTILISATION, ("MEAN", "MAX")),
    Quantity("DRAWN", "amount drawn", _.AMT_DRAWINGS_CURRENT, ("SUM", "MEAN", "MAX")),
)
_DRAWINGS = (
    Quantity("CASH", "cash drawn", _.AMT_DRAWINGS_ATM_CURRENT, ("SUM", "MEAN", "MAX")),
    Quantity("CASH_TIMES", "number of cash drawings", _.CNT_DRAWINGS_ATM_CURRENT, ("SUM", "MEAN")),
    Quantity("TIMES", "number of drawings", _.CNT_DRAWINGS_CURRENT, ("SUM", "MEAN", "MAX")),
    Quantity("DREW", "months with a drawing", _.DREW, ("SHARE",)),
    Quantity("DREW_CASH", "months with a cash drawing", _.DREW_CASH, ("SHARE",)),
)
_PAYMENTS = (
    Quantity("PAID", "amount paid", _.AMT_PAYMENT_TOTAL_CURRENT, ("SUM", "MEAN", "MAX")),
    Quantity("MINIMUM", "smallest payment due", _.AMT_INST_MIN_REGULARITY, ("SUM", "MEAN")),
    Quantity("UNDER", "months paid under the smallest", _.PAID_UNDER_MINIMUM, ("SHARE",)),
    Quantity("RECEIVABLE", "receivable", _.AMT_TOTAL_RECEIVABLE, ("MEAN", "MAX")),
    Quantity("PAID_OFF", "instalments paid", _.CNT_INSTALMENT_MATURE_CUM, ("MAX",)),
    Quantity("MONTH", "month of the balance", _.MONTHS_BALANCE, ("MIN", "MAX")),
)
_DPD = (
    Quantity("DPD", "days past due", _.SK_DPD, ("MEAN", "MAX")),
    Quantity("DPD_DEF", "days past due, small debts aside", _.SK_DPD_DEF, ("MEAN", "MAX")),
    Quantity("PAST_DUE", "months past due", _.PAST_DUE, ("SHARE", "COUNT")),
    Quantity("PAST_DUE_REAL", "months past due, small debts aside", _.PAST_DUE_REAL, ("COUNT",)),
)

_AGGREGATES = (
    *counts("CARD", (_EVER, *_RECENT)),
    Feature("CARD_CARDS", "number of cards with monthly balances", _.SK_ID_PREV.nunique()),
    *cross("CARD", (_EVER, _RECENT[0], _RECENT[2]), _USE),
    *cross("CARD", (_EVER, _RECENT[2]), _DRAWINGS),
    *cross("CARD", (_EVER,), (*_PAYMENTS, *_DPD)),
    *cross("CARD", (_RECENT[2],), (*_PAYMENTS[:1], *_DPD)),
)

CARDS = HistoryTable(
    name="credit_card_balance",
    sources=("credit_card_balance",),
    rows=card_months,
    aggregates=_AGGREGATES,
    ratios=ratios(
        _AGGREGATES,
        {
            "CARD_BALANCE_TO_LIMIT": ("CARD_BALANCE_SUM", "CARD_LIMIT_SUM"),
            "CARD_3M_BALANCE_TO_LIMIT": ("CARD_3M_BALANCE_SUM", "CARD_3M_LIMIT_SUM"),
            "CARD_12M_BALANCE_TO_LIMIT": ("CARD_12M_BALANCE_SUM", "CARD_12M_LIMIT_SUM"),
            "CARD_BALANCE_TREND": ("CARD_3M_BALANCE_MEAN", "CARD_BALANCE_MEAN"),
            "CARD_DRAWN_TO_LIMIT": ("CARD_DRAWN_SUM", "CARD_LIMIT_SUM"),
            "CARD_CASH_TO_DRAWN": ("CARD_CASH_SUM", "CARD_DRAWN_SUM"),
            "CARD_PAID_TO_MINIMUM": ("CARD_PAID_SUM", "CARD_MINIMUM_SUM"),
            "CARD_PAID_TO_DRAWN": ("CARD_PAID_SUM", "CARD_DRAWN_SUM"),
        },
    ),
)
