"""The credit_card_balance table: the month-by-month state of revolving credits."""

import numpy as np
from scipy.special import ndtr

from producer.synthesis.card_flows import draw_flows
from producer.synthesis.groups import Rows, running_total, spread
from producer.synthesis.marginals import blend, flip, quantile
from producer.synthesis.tables import (
    DAYS_PER_MONTH,
    NEVER,
    BoolArray,
    FloatArray,
    Frame,
    code,
    ordered,
    take,
)
from producer.synthesis.traits import Traits

_TABLE = "credit_card_balance"


def draw_cards(
    rng: np.random.Generator, traits: Traits, history: Frame, first_applicant: float
) -> Frame:
    """Months from the granting of each card to the application.

    The balance of a month is that of the month before with interest, plus drawings, minus
    payments; nothing is drawn before the first drawing that previous_application records.
    """
    card = history["NAME_CONTRACT_TYPE"] == code(
        "previous_application", "NAME_CONTRACT_TYPE", "Revolving loans"
    )
    cards = take(history, card & ~np.isnan(history["DAYS_FIRST_DRAWING"]))
    person = (cards["SK_ID_CURR"] - first_applicant).astype(np.int64)
    granted = np.floor(cards["DAYS_DECISION"] / DAYS_PER_MONTH)
    rows = spread(np.clip(-granted, 1, 96).astype(np.int64))
    month = (rows.place - rows.of).astype(np.float64)
    used, closed = _phases(rng, cards, rows, month)
    limit = _limit(rng, cards, rows, closed)
    owner = traits.of(person)
    balance = np.where(used, np.round(limit * _use(rng, owner, rows), 3), 0.0)
    balance = _overpaid(rng, balance, used)
    user = owner.of(rows.owner)
    flows = draw_flows(rng, user, rows, balance, limit)
    frame: Frame = (
        {
            "SK_ID_PREV": cards["SK_ID_PREV"][rows.owner],
            "SK_ID_CURR": cards["SK_ID_CURR"][rows.owner],
            "MONTHS_BALANCE": month,
            "AMT_CREDIT_LIMIT_ACTUAL": limit,
            "NAME_CONTRACT_STATUS": _status(rng, rows, closed, balance),
        }
        | flows
        | _delay(rng, user, flows["AMT_INST_MIN_REGULARITY"])
    )
    return ordered(_TABLE, _with_gaps(rng, frame, rows))


def _phases(
    rng: np.random.Generator, cards: Frame, rows: Rows, month: FloatArray
) -> tuple[BoolArray, BoolArray]:
    """Months in which the card is drawn on, and those after it was closed."""
    drawn = cards["DAYS_FIRST_DRAWING"]
    first = np.where(drawn == NEVER, np.inf, np.floor(drawn / DAYS_PER_MONTH))
    close = cards["DAYS_LAST_DUE"]
    ended = np.where(close == NEVER, np.inf, np.floor(close / DAYS_PER_MONTH))
    stays = flip(rng, np.full(len(drawn), 0.50))
    span = np.where(np.isfinite(first), -first, 0.0)
    stop = np.where(stays, 0.0, first + np.ceil(span * rng.beta(1.3, 1.5, len(span))))
    stop = np.minimum(stop, ended)
    used = (month >= first[rows.owner]) & (month < stop[rows.owner])
    return used, month >= ended[rows.owner]


def _limit(rng: np.random.Generator, cards: Frame, rows: Rows, closed: BoolArray) -> FloatArray:
    raised = np.ceil(rng.random(len(cards["AMT_CREDIT"])) * 60.0)
    factor = np.where(rows.place >= raised[rows.owner], 1.4, 1.0)
    limit = np.round(cards["AMT_CREDIT"][rows.owner] * factor / 4_500.0) * 4_500.0
    dropped = closed & flip(rng, np.full(len(cards["AMT_CREDIT"]), 0.80))[rows.owner]
    return np.where(dropped, 0.0, np.maximum(limit, 9_000.0))


def _use(rng: np.random.Generator, owner: Traits, rows: Rows) -> FloatArray:
    """Balance to limit: a level per card that its owner's habits set, and monthly swings."""
    level = blend(
        rng,
        len(owner),
        (0.45, owner.indebtedness),
        (-0.35, owner.prudence),
        (0.35, owner.laxity),
    )
    swing = running_total(rows, 0.30 * rng.standard_normal(len(rows)))
    share = ndtr(0.30 + 1.1 * level[rows.owner] + np.clip(swing, -1.2, 1.2))
    return np.minimum(1.12 * share, 1.05)


def _overpaid(rng: np.random.Generator, balance: FloatArray, used: BoolArray) -> FloatArray:
    overpaid = ~used & flip(rng, np.full(len(used), 0.0012))
    return np.where(overpaid, -np.round(rng.gamma(1.0, 900.0, len(used)), 3), balance)


def _delay(rng: np.random.Generator, user: Traits, minimum: FloatArray) -> Frame:
    score = blend(rng, len(user), (0.42, user.laxity), (-0.25, user.prudence))
    late = np.where(minimum > 0, np.maximum(np.round(quantile("lateness", score)) - 2.0, 0.0), 0.0)
    return {"SK_DPD": late, "SK_DPD_DEF": np.where(flip(rng, np.full(len(late), 0.4)), late, 0.0)}


def _status(
    rng: np.random.Generator, rows: Rows, closed: BoolArray, balance: FloatArray
) -> FloatArray:
    done = closed & (balance == 0)
    late = flip(rng, np.full(len(rows), 0.55))
    status = np.where(
        done & late,
        code(_TABLE, "NAME_CONTRACT_STATUS", "Completed"),
        code(_TABLE, "NAME_CONTRACT_STATUS", "Active"),
    )
    first = (rows.place == 0) & flip(rng, np.full(len(rows), 0.10))
    status[first] = code(_TABLE, "NAME_CONTRACT_STATUS", "Signed")
    return status


def _with_gaps(rng: np.random.Generator, frame: Frame, rows: Rows) -> Frame:
    """Details that the bank did not keep: mostly of months without any movement."""
    still = (frame["AMT_DRAWINGS_CURRENT"] == 0) & (frame["AMT_BALANCE"] <= 0)
    lost = still & flip(rng, np.full(len(rows), 0.33))
    unpaid = lost | (still & flip(rng, np.full(len(rows), 0.012)))
    early = still & flip(rng, np.full(len(rows), 0.135))
    gaps = {
        "AMT_DRAWINGS_ATM_CURRENT": lost,
        "AMT_DRAWINGS_OTHER_CURRENT": lost,
        "AMT_DRAWINGS_POS_CURRENT": lost,
        "CNT_DRAWINGS_ATM_CURRENT": lost,
        "CNT_DRAWINGS_OTHER_CURRENT": lost,
        "CNT_DRAWINGS_POS_CURRENT": lost,
        "AMT_PAYMENT_CURRENT": unpaid,
        "AMT_INST_MIN_REGULARITY": early,
        "CNT_INSTALMENT_MATURE_CUM": early,
    }
    return frame | {column: np.where(gone, np.nan, frame[column]) for column, gone in gaps.items()}
