"""Instalments of earlier loans with this lender: paid when, and how much of what was due."""

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
    only_if,
    quotient,
    ratios,
    since,
)

_VERY_LATE = 30


def instalments_due(tables: Tables) -> ibis.Table:
    """One row per payment of an instalment due by the application; a later one is none yet.

    What is unpaid is late by the days up to the application, and short by all that is due. Engines
    take `greatest` over the values that there are, so what has no value is set apart from it.
    """
    due = tables["installments_payments"].filter(_.DAYS_INSTALMENT <= 0)
    paid_by_now = _.DAYS_ENTRY_PAYMENT <= 0
    known = due.mutate(
        PAID_AT=only_if(paid_by_now, _.DAYS_ENTRY_PAYMENT),
        PAID=only_if(paid_by_now, _.AMT_PAYMENT),
    )
    delay = _.PAID_AT.fill_null(0) - _.DAYS_INSTALMENT
    paid = _.PAID.fill_null(0)
    return known.mutate(
        DELAY=delay,
        LATE_DAYS=ibis.greatest(delay, 0),
        EARLY_DAYS=only_if(_.PAID_AT.notnull(), ibis.greatest(-delay, 0)),
        LATE=delay > 0,
        VERY_LATE=delay > _VERY_LATE,
        SHORTFALL=only_if(_.AMT_INSTALMENT.notnull(), ibis.greatest(_.AMT_INSTALMENT - paid, 0)),
        SHORT=paid < _.AMT_INSTALMENT,
    )


_UNPAID = _.PAID_AT.isnull().cast("int32").sum()
_EVER = Subset("", "payments of instalments")
_RECENT = tuple(
    Subset(
        f"{days}D",
        f"payments of instalments of the last {days} days",
        since(_.DAYS_INSTALMENT, days),
    )
    for days in (90, 180, 365, 730)
)
_FIRST = Subset("FIRST", "payments of first instalments", _.NUM_INSTALMENT_NUMBER == 1)

_LATENESS = (
    Quantity(
        "LATE_DAYS",
        "days late, to the application while unpaid",
        _.LATE_DAYS,
        ("SUM", "MEAN", "MAX"),
    ),
    Quantity("EARLY_DAYS", "days early", _.EARLY_DAYS, ("MEAN",)),
    Quantity("LATE", "instalments late", _.LATE, ("SHARE",)),
    Quantity("SHORTFALL", "amount short of the due", _.SHORTFALL, ("SUM", "MEAN", "MAX")),
    Quantity("SHORT", "instalments paid short", _.SHORT, ("SHARE",)),
)
_AMOUNTS = (
    Quantity("DUE", "amount due", _.AMT_INSTALMENT, ("SUM", "MEAN", "MAX")),
    Quantity("PAID", "amount paid", _.PAID, ("SUM", "MEAN", "MAX", "MIN")),
)
_ONCE = (
    Quantity("VERY_LATE", "instalments over 30 days late", _.VERY_LATE, ("SHARE", "COUNT")),
    Quantity(
        "DELAY", "days from due to paid, or to the application", _.DELAY, ("MAX", "MIN", "MEAN")
    ),
    Quantity("PAID_AT", "day of the payment", _.PAID_AT, ("MAX", "MIN")),
    Quantity("VERSION", "version of the calendar", _.NUM_INSTALMENT_VERSION, ("MAX", "MEAN")),
    Quantity("NUMBER", "number of the instalment", _.NUM_INSTALMENT_NUMBER, ("MAX",)),
)

_AGGREGATES = (
    *counts("INSTALMENT", (_EVER, *_RECENT)),
    Feature("INSTALMENT_LOANS", "number of loans with instalments", _.SK_ID_PREV.nunique()),
    Feature("INSTALMENT_UNPAID_COUNT", "number of instalments unpaid", _UNPAID),
    *cross("INSTALMENT", (_EVER, *_RECENT), _LATENESS),
    *cross("INSTALMENT", (_EVER, _RECENT[2]), _AMOUNTS),
    *cross("INSTALMENT", (_EVER,), _ONCE),
    *cross("INSTALMENT", (_FIRST,), (_LATENESS[0], _LATENESS[2])),
)

INSTALMENTS = HistoryTable(
    name="installments_payments",
    sources=("installments_payments",),
    rows=instalments_due,
    aggregates=_AGGREGATES,
    ratios=(
        *ratios(
            _AGGREGATES,
            {
                "INSTALMENT_PAID_TO_DUE": ("INSTALMENT_PAID_SUM", "INSTALMENT_DUE_SUM"),
                "INSTALMENT_365D_PAID_TO_DUE": (
                    "INSTALMENT_365D_PAID_SUM",
                    "INSTALMENT_365D_DUE_SUM",
                ),
                "INSTALMENT_LATE_TREND": (
                    "INSTALMENT_180D_LATE_DAYS_MEAN",
                    "INSTALMENT_LATE_DAYS_MEAN",
                ),
                "INSTALMENT_365D_TO_ALL": ("INSTALMENT_365D_COUNT", "INSTALMENT_COUNT"),
            },
        ),
        Feature(
            "INSTALMENT_RECENT_LATE_DAYS",
            "mean days late, the last 90, 180, 365 and 730 days weighing 8, 4, 2 and 1",
            quotient(
                8 * _.INSTALMENT_90D_LATE_DAYS_SUM.fill_null(0)
                + 4 * _.INSTALMENT_180D_LATE_DAYS_SUM.fill_null(0)
                + 2 * _.INSTALMENT_365D_LATE_DAYS_SUM.fill_null(0)
                + _.INSTALMENT_730D_LATE_DAYS_SUM,
                8 * _.INSTALMENT_90D_COUNT
                + 4 * _.INSTALMENT_180D_COUNT
                + 2 * _.INSTALMENT_365D_COUNT
                + _.INSTALMENT_730D_COUNT,
            ),
        ),
    ),
)
