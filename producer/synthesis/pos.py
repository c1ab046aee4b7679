"""The POS_CASH_balance table: the month-by-month state of earlier loans."""

import numpy as np

from producer.synthesis.groups import Rows, spread
from producer.synthesis.marginals import flip
from producer.synthesis.plans import DAYS_BETWEEN, Payments, Plans
from producer.synthesis.tables import DAYS_PER_MONTH, FloatArray, Frame, IntArray, code, ordered

_TABLE = "POS_CASH_balance"
_TOLERATED_DAYS = 8.0


def draw_pos(rng: np.random.Generator, loans: Plans, payments: Payments) -> Frame:
    """Months from the granting of each loan to its end, or to the application while it runs."""
    start = np.floor((loans.first_due - DAYS_BETWEEN) / DAYS_PER_MONTH)
    until_now = -start.astype(np.int64)
    months = np.where(loans.finished, np.minimum(loans.due + 1, until_now), until_now)
    rows = spread(months)
    place = rows.place.astype(np.float64)
    completed = loans.finished[rows.owner] & (rows.place == loans.due[rows.owner])
    planned = np.where(
        completed, loans.due[rows.owner].astype(np.float64), loans.planned[rows.owner]
    )
    future = np.where(completed, 0.0, np.maximum(planned - place, 0.0))
    absent = flip(rng, np.full(len(rows), 0.0026))
    days = _days_past_due(loans, payments, rows)
    serious = flip(rng, np.where(loans.abandoned, 0.08, 0.30))[rows.owner]
    return ordered(
        _TABLE,
        {
            "SK_ID_PREV": loans.ids[rows.owner],
            "SK_ID_CURR": loans.applicants[rows.owner],
            "MONTHS_BALANCE": start[rows.owner] + place,
            "CNT_INSTALMENT": np.where(absent, np.nan, planned),
            "CNT_INSTALMENT_FUTURE": np.where(absent, np.nan, future),
            "NAME_CONTRACT_STATUS": _status(rng, loans, rows, completed.astype(np.float64)),
            "SK_DPD": days,
            "SK_DPD_DEF": np.where(serious, days, 0.0),
        },
    )


def _days_past_due(loans: Plans, payments: Payments, rows: Rows) -> FloatArray:
    """Delay of the instalment of the month; of all months since, where a loan was abandoned."""
    starts: IntArray = np.cumsum(loans.due) - loans.due
    instalment = np.clip(rows.place - 1, 0, loans.due[rows.owner] - 1)
    late = np.nan_to_num(payments.late[starts[rows.owner] + instalment])
    late[rows.place == 0] = 0.0
    late[rows.place > loans.due[rows.owner]] = 0.0
    days = np.maximum(late - _TOLERATED_DAYS, 0.0)
    missed = loans.kept[rows.owner] + 1
    owing = np.maximum(rows.place - missed, 0) * DAYS_BETWEEN
    return np.where(loans.abandoned[rows.owner], np.maximum(owing, days), days)


def _status(
    rng: np.random.Generator, loans: Plans, rows: Rows, completed: FloatArray
) -> FloatArray:
    status = np.where(
        completed > 0,
        code(_TABLE, "NAME_CONTRACT_STATUS", "Completed"),
        code(_TABLE, "NAME_CONTRACT_STATUS", "Active"),
    )
    first = (rows.place == 0) & (completed == 0)
    status[first & flip(rng, np.full(len(rows), 0.093))] = code(
        _TABLE, "NAME_CONTRACT_STATUS", "Signed"
    )
    status[first & flip(rng, np.full(len(rows), 0.006))] = code(
        _TABLE, "NAME_CONTRACT_STATUS", "Approved"
    )
    returned = (completed > 0) & flip(rng, np.full(len(rows), 0.0075))
    status[returned] = code(_TABLE, "NAME_CONTRACT_STATUS", "Returned to the store")
    demanded = loans.abandoned[rows.owner] & (rows.place > loans.due[rows.owner])
    demanded &= flip(rng, np.full(len(loans.due), 0.07))[rows.owner]
    status[demanded] = code(_TABLE, "NAME_CONTRACT_STATUS", "Demand")
    return status
