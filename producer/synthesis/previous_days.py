"""When earlier contracts were drawn, due and ended."""

import numpy as np

from producer.synthesis.marginals import flip
from producer.synthesis.tables import NEVER, FloatArray, Frame

_CASH, _REVOLVING, _APPROVED = 0, 2, 0
_ABANDONED = 0.003
"""Share of the loans that are never paid off, and stay open past their last due day."""


def draw_days(rng: np.random.Generator, frame: Frame, months: FloatArray) -> Frame:
    """First and last due days, drawing and end of the approved contracts that were taken up."""
    contract, decided = frame["NAME_CONTRACT_TYPE"], frame["DAYS_DECISION"]
    size = len(contract)
    loan = contract != _REVOLVING
    first_due = (
        decided
        + 30.0
        + np.where(flip(rng, np.full(size, 0.55)), 0.0, np.round(rng.gamma(1.2, 5.0, size)))
    )
    approved = frame["NAME_CONTRACT_STATUS"] == _APPROVED
    taken_up = approved & flip(rng, np.full(size, 0.975)) & (~loan | (first_due < 0))
    days = _loan_days(rng, months, contract, first_due)
    for column, values in _card_days(rng, decided).items():
        days[column] = np.where(loan, days[column], values)
    insured = flip(rng, np.where(loan, 0.37, 0.0)).astype(np.float64)
    days["NFLAG_INSURED_ON_APPROVAL"] = insured
    return {column: np.where(taken_up, values, np.nan) for column, values in days.items()}


def _loan_days(
    rng: np.random.Generator, months: FloatArray, contract: FloatArray, first_due: FloatArray
) -> Frame:
    size = len(months)
    planned = np.nan_to_num(months, nan=1.0)
    cash = contract == _CASH
    early = flip(rng, np.where(cash, 0.76, 0.32))
    served = np.where(early, np.ceil(planned * rng.beta(1.8, 1.8, size)), planned)
    last_due = first_due + 30.0 * (np.maximum(served, 1.0) - 1.0)
    over = (last_due < 0) & ~flip(rng, np.full(size, _ABANDONED))
    end = last_due + np.round(rng.gamma(2.5, 2.6, size)) + 1.0
    return {
        "DAYS_FIRST_DRAWING": np.full(size, NEVER),
        "DAYS_FIRST_DUE": first_due,
        "DAYS_LAST_DUE_1ST_VERSION": first_due + 30.0 * (planned - 1.0),
        "DAYS_LAST_DUE": np.where(over, last_due, NEVER),
        "DAYS_TERMINATION": np.where(over & (end < 0), end, NEVER),
    }


def _card_days(rng: np.random.Generator, decided: FloatArray) -> Frame:
    size = len(decided)
    drawn = decided + np.round(rng.gamma(1.3, 45.0, size)) + 5.0
    used = flip(rng, np.full(size, 0.66)) & (drawn < 0)
    first_due = drawn + np.round(rng.uniform(20.0, 50.0, size))
    due = used & (first_due < 0)
    closing = np.round(decided + (-decided) * rng.beta(2.0, 1.3, size))
    closed = flip(rng, np.full(size, 0.32)) & (closing > np.where(due, first_due, decided))
    closed &= closing < 0
    return {
        "DAYS_FIRST_DRAWING": np.where(used, drawn, NEVER),
        "DAYS_FIRST_DUE": np.where(due, first_due, NEVER),
        "DAYS_LAST_DUE_1ST_VERSION": np.full(size, NEVER),
        "DAYS_LAST_DUE": np.where(closed, closing, NEVER),
        "DAYS_TERMINATION": np.where(closed & (closing + 6.0 < 0), closing + 6.0, NEVER),
    }
