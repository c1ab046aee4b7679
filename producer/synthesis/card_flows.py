"""What moves on a card in a month: interest, payments, drawings."""

import numpy as np

from producer.synthesis.groups import Rows, previous, running_total
from producer.synthesis.marginals import flip, tilted
from producer.synthesis.tables import FloatArray, Frame
from producer.synthesis.traits import Traits

_MONTHLY_INTEREST = 0.022
_MINIMUM_SHARE = 0.05


def draw_flows(
    rng: np.random.Generator, user: Traits, rows: Rows, balance: FloatArray, limit: FloatArray
) -> Frame:
    """Payments and drawings that lead from each month's balance to the next.

    What was paid too much is paid out, which is no drawing.
    """
    size = len(rows)
    before = previous(rows, balance)
    minimum = np.where(before > 0, np.maximum(np.round(before * _MINIMUM_SHARE, 3), 225.0), 0.0)
    minimum = np.minimum(minimum, np.maximum(before, 0.0))
    grown = np.where(before > 0, before * (1.0 + _MONTHLY_INTEREST), before)
    extra = np.where(flip(rng, np.full(size, 0.35)), rng.gamma(0.8, 0.06, size) * limit, 0.0)
    wanted = np.where(before > 0, minimum + np.round(extra, 3), 0.0)
    paid = np.round(np.maximum(wanted, grown - balance), 3)
    drawn = np.round(np.maximum(balance - grown + paid, 0.0), 3)
    drawn[(drawn < 1.0) | (before < 0)] = 0.0
    matured = running_total(rows, (minimum > 0).astype(np.float64))
    return _drawings(rng, user, drawn) | {
        "AMT_BALANCE": balance,
        "AMT_DRAWINGS_CURRENT": drawn,
        "AMT_INST_MIN_REGULARITY": minimum,
        "AMT_PAYMENT_CURRENT": paid,
        "AMT_PAYMENT_TOTAL_CURRENT": paid,
        "AMT_RECEIVABLE_PRINCIPAL": np.round(balance * 0.962, 3),
        "AMT_RECIVABLE": balance,
        "AMT_TOTAL_RECEIVABLE": balance,
        "CNT_INSTALMENT_MATURE_CUM": matured,
    }


def _drawings(rng: np.random.Generator, user: Traits, drawn: FloatArray) -> Frame:
    """How much of the month's drawings was cash, purchases or other, in how many visits."""
    size = len(drawn)
    tilt = 0.5 * user.laxity - 0.3 * user.prudence
    in_cash = np.where(
        flip(rng, tilted(0.52, tilt)), 1.0, np.where(flip(rng, np.full(size, 0.5)), 0.0, 0.5)
    )
    atm = np.round(drawn * in_cash, 3)
    other = np.where(flip(rng, np.full(size, 0.012)), np.round((drawn - atm) * 0.4, 3), 0.0)
    cash_visits = np.where(atm > 0, 1 + rng.poisson(1.0, size), 0)
    purchases = np.where(drawn - atm - other > 0, 1 + rng.poisson(4.0, size), 0)
    visits = cash_visits + purchases + (other > 0)
    return {
        "AMT_DRAWINGS_ATM_CURRENT": atm,
        "AMT_DRAWINGS_OTHER_CURRENT": other,
        "AMT_DRAWINGS_POS_CURRENT": np.round(drawn - atm - other, 3),
        "CNT_DRAWINGS_ATM_CURRENT": cash_visits.astype(np.float64),
        "CNT_DRAWINGS_CURRENT": visits.astype(np.float64),
        "CNT_DRAWINGS_OTHER_CURRENT": (other > 0).astype(np.float64),
        "CNT_DRAWINGS_POS_CURRENT": purchases.astype(np.float64),
    }
