"""The instalments_payments table: due and paid, for loans and for cards."""

import numpy as np

from producer.synthesis.groups import spread
from producer.synthesis.marginals import flip, tilted
from producer.synthesis.plans import Payments, Plans, rescheduled
from producer.synthesis.tables import DAYS_PER_MONTH, FloatArray, Frame, ordered, take
from producer.synthesis.traits import Traits


def draw_instalments(
    rng: np.random.Generator, traits: Traits, loans: Plans, payments: Payments
) -> Frame:
    """The instalments of loans that fell due; the one an abandoned loan stopped at is unpaid."""
    rows = payments.rows
    number = rows.place + 1.0
    last = number == loans.due[rows.owner]
    version = 1.0 + (number >= rescheduled(rng, loans)[rows.owner])
    settled = last & (number < loans.planned[rows.owner]) & loans.finished[rows.owner]
    annuity = loans.annuity[rows.owner]
    rest = np.clip(loans.planned[rows.owner] - number, 0.0, 10.0)
    amount = np.where(settled, np.round(annuity * (1.0 + 0.82 * rest), 3), annuity)
    frame: Frame = {
        "SK_ID_PREV": loans.ids[rows.owner],
        "SK_ID_CURR": loans.applicants[rows.owner],
        "NUM_INSTALMENT_VERSION": version + settled,
        "NUM_INSTALMENT_NUMBER": number,
        "DAYS_INSTALMENT": payments.days,
        "DAYS_ENTRY_PAYMENT": payments.days + payments.late,
        "AMT_INSTALMENT": amount,
        "AMT_PAYMENT": np.where(np.isnan(payments.late), np.nan, amount),
    }
    person = traits.of(loans.person[rows.owner])
    tilt = 0.7 * person.laxity - 0.3 * person.prudence
    shown = rows.place <= loans.kept[rows.owner]
    frame = _underpaid(rng, take(frame, shown), tilt[shown])
    return ordered("installments_payments", _split(rng, frame))


def _underpaid(rng: np.random.Generator, frame: Frame, tilt: FloatArray) -> Frame:
    size = len(tilt)
    short = flip(rng, tilted(0.0045, tilt))
    part = np.round(frame["AMT_PAYMENT"] * rng.beta(1.2, 1.2, size), 3)
    return frame | {"AMT_PAYMENT": np.where(short, part, frame["AMT_PAYMENT"])}


def _split(rng: np.random.Generator, frame: Frame) -> Frame:
    """Some instalments are paid in two parts, and then take two rows."""
    size = len(frame["AMT_PAYMENT"])
    paid = ~np.isnan(frame["AMT_PAYMENT"])
    twice = flip(rng, np.where(paid, 0.062, 0.0))
    rows = spread(1 + twice.astype(np.int64))
    doubled = take(frame, rows.owner)
    share = np.round(rng.beta(0.7, 0.7, size), 3)[rows.owner]
    part = np.where(rows.place == 0, share, 1.0 - share)
    split_amount = np.round(doubled["AMT_PAYMENT"] * part, 3)
    amount = np.where(rows.of > 1, split_amount, doubled["AMT_PAYMENT"])
    return doubled | {"AMT_PAYMENT": amount}


def card_instalments(rng: np.random.Generator, cards: Frame) -> Frame:
    """The monthly minimum payments of a card that had a balance, in one to three parts each."""
    number = cards["CNT_INSTALMENT_MATURE_CUM"]
    charged = np.nan_to_num(cards["AMT_INST_MIN_REGULARITY"]) > 0
    charged &= ~np.isnan(number)
    months = take(cards, charged)
    size = len(months["SK_DPD"])
    parts = spread(1 + rng.binomial(2, 0.75, size))
    rows = take(months, parts.owner)
    part = np.round(rows["AMT_INST_MIN_REGULARITY"] / parts.of, 3)
    days = np.maximum(np.round(rows["MONTHS_BALANCE"] * DAYS_PER_MONTH) + 14.0, -2922.0)
    late = rows["SK_DPD"]
    frame = {
        "SK_ID_PREV": rows["SK_ID_PREV"],
        "SK_ID_CURR": rows["SK_ID_CURR"],
        "NUM_INSTALMENT_VERSION": np.zeros(len(days)),
        "NUM_INSTALMENT_NUMBER": np.maximum(rows["CNT_INSTALMENT_MATURE_CUM"], 1.0),
        "DAYS_INSTALMENT": days,
        "DAYS_ENTRY_PAYMENT": np.minimum(days + late, -1.0),
        "AMT_INSTALMENT": part,
        "AMT_PAYMENT": part,
    }
    return ordered("installments_payments", frame)
