"""The monthly status of credits at other lenders, for applicants whose lenders report it."""

import numpy as np

from producer.synthesis.groups import Rows, spread
from producer.synthesis.marginals import flip, tilted
from producer.synthesis.tables import (
    DAYS_PER_MONTH,
    FloatArray,
    Frame,
    IntArray,
    code,
    ordered,
    take,
)
from producer.synthesis.traits import Traits

_LONGEST = 97
_REPORTED = 0.440
"""Share of the applicants known to the bureau whose lenders report monthly."""


def draw_bureau_balance(
    rng: np.random.Generator, traits: Traits, bureau: Frame, owner: IntArray
) -> Frame:
    """Months from the opening of each credit to the application, newest first.

    `owner` is the place of each credit's applicant in the chunk. A month after the credit's end
    is C; a credit that is overdue today ends with the status of that delay.
    """
    reported = flip(rng, np.full(len(traits), _REPORTED))
    chosen = reported[owner]
    credits_, person = take(bureau, chosen), owner[chosen]
    age = np.floor(-credits_["DAYS_CREDIT"] / DAYS_PER_MONTH).astype(np.int64)
    rows = spread(np.minimum(age + 1, _LONGEST))
    status = _running(rng, traits.of(person), rows)
    status = _overdue_today(credits_, rows, status)
    status = _written_off(rng, credits_, rows, status)
    closing = -np.floor(credits_["DAYS_ENDDATE_FACT"] / DAYS_PER_MONTH)[rows.owner]
    status[rows.place < closing - 1] = code("bureau_balance", "STATUS", "C")
    frame = {
        "SK_ID_BUREAU": credits_["SK_ID_BUREAU"][rows.owner],
        "MONTHS_BALANCE": -rows.place.astype(np.float64),
        "STATUS": status,
    }
    return ordered("bureau_balance", frame)


def _running(rng: np.random.Generator, person: Traits, rows: Rows) -> FloatArray:
    owner = person.of(rows.owner)
    silent = rng.beta(0.45, 0.60, len(person))[rows.owner]
    status = np.where(
        rng.random(len(rows)) < silent,
        code("bureau_balance", "STATUS", "X"),
        code("bureau_balance", "STATUS", "0"),
    )
    tilt = -0.55 * owner.prudence + 0.95 * owner.laxity
    late = flip(rng, tilted(0.0105, tilt))
    depth = np.minimum(rng.geometric(0.88, len(rows)), 4)
    return np.where(late, code("bureau_balance", "STATUS", "0") + depth, status)


def _overdue_today(credits_: Frame, rows: Rows, status: FloatArray) -> FloatArray:
    days = credits_["CREDIT_DAY_OVERDUE"][rows.owner] - DAYS_PER_MONTH * rows.place
    depth = np.clip(np.ceil(days / 30.0), 0.0, 5.0)
    return np.where(days > 0, code("bureau_balance", "STATUS", "0") + depth, status)


def _written_off(
    rng: np.random.Generator, credits_: Frame, rows: Rows, status: FloatArray
) -> FloatArray:
    """A sold debt stays at status 5 since the month it was given up."""
    sold = credits_["CREDIT_ACTIVE"] >= code("bureau", "CREDIT_ACTIVE", "Sold")
    since = np.floor(rng.random(len(sold)) * -credits_["DAYS_CREDIT"] / DAYS_PER_MONTH)
    given_up = sold[rows.owner] & (rows.place <= since[rows.owner])
    return np.where(given_up, code("bureau_balance", "STATUS", "5"), status)
