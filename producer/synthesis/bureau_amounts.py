"""The money of credits at other lenders: lent, owed, overdue."""

import numpy as np
from scipy.special import ndtr

from producer.synthesis.marginals import blend, flip, quantile, tilted
from producer.synthesis.tables import DAYS_PER_MONTH, FloatArray, Frame, code
from producer.synthesis.traits import Traits

_SUMS = {
    "Credit card": "bureau_sum_card",
    "Car loan": "bureau_sum_car",
    "Mortgage": "bureau_sum_mortgage",
    "Microloan": "bureau_sum_micro",
}


def draw_amounts(rng: np.random.Generator, person: Traits, credits_: Frame) -> Frame:
    """Sums, debts, limits, annuities and overdue amounts of credits whose days are known."""
    amounts = _balances(rng, person, credits_)
    return amounts | _overdue(rng, person, credits_, amounts["AMT_CREDIT_SUM_DEBT"])


def _balances(rng: np.random.Generator, person: Traits, credits_: Frame) -> Frame:
    kind, opened = credits_["CREDIT_TYPE"], credits_["DAYS_CREDIT"]
    active = np.isnan(credits_["DAYS_ENDDATE_FACT"])
    size = len(kind)
    card = kind == code("bureau", "CREDIT_TYPE", "Credit card")
    scale = np.exp(0.30 * person.affluence - 0.045)
    total = np.round(_sum(rng, kind) * scale / 4.5) * 4.5
    strain = blend(
        rng,
        size,
        (0.50, person.indebtedness),
        (-0.30, person.prudence),
        (0.35, person.laxity),
    )
    end = np.nan_to_num(credits_["DAYS_CREDIT_ENDDATE"], nan=365.0)
    left = np.clip(end / np.maximum(end - opened, 1.0), 0.02, 1.0)
    owed = np.where(
        card, np.clip(ndtr(strain) * 1.5 - 0.45, 0.0, 1.0), left ** (0.6 - 0.2 * strain)
    )
    debt = np.where(active, np.round(total * np.clip(owed, 0.0, 1.05), 2), 0.0)
    limit = np.where(card & active, np.round(np.maximum(total - debt, 0.0), 2), 0.0)
    months = np.maximum((end - opened) / DAYS_PER_MONTH, 1.0)
    annuity = np.where(flip(rng, np.full(size, 0.58)), 0.0, np.round(total * 1.15 / months, 2))
    total[flip(rng, np.full(size, 7.6e-6))] = np.nan
    return {
        "AMT_CREDIT_SUM": total,
        "AMT_CREDIT_SUM_DEBT": _missing(rng, debt, np.where(active, 0.115, 0.171)),
        "AMT_CREDIT_SUM_LIMIT": _missing(rng, limit, np.where(card, 0.28, 0.365)),
        "AMT_ANNUITY": _missing(rng, annuity, np.full(size, 0.7147)),
    }


def _sum(rng: np.random.Generator, kind: FloatArray) -> FloatArray:
    score = rng.standard_normal(len(kind))
    total = quantile("bureau_sum_consumer", score)
    for name, marginal in _SUMS.items():
        here = kind == code("bureau", "CREDIT_TYPE", name)
        total = np.where(here, quantile(marginal, score), total)
    return total


def _missing(rng: np.random.Generator, values: FloatArray, share: FloatArray) -> FloatArray:
    return np.where(flip(rng, share), np.nan, values)


def _overdue(rng: np.random.Generator, person: Traits, credits_: Frame, debt: FloatArray) -> Frame:
    opened = credits_["DAYS_CREDIT"]
    active = np.isnan(credits_["DAYS_ENDDATE_FACT"])
    size = len(active)
    tilt = -0.6 * person.prudence + 0.6 * person.laxity
    now = active & flip(rng, tilted(0.0050, tilt))
    days = np.clip(np.round(rng.lognormal(3.7, 1.9, size)), 1.0, np.maximum(-opened, 1.0))
    days = np.minimum(np.where(now & (opened < 0), days, 0.0), 2792.0)
    owed = np.nan_to_num(debt)
    due = np.where(days > 0, np.round(np.minimum(owed, rng.lognormal(8.0, 1.6, size)), 2), 0.0)
    ever = flip(rng, tilted(0.20, 0.6 * tilt)) | (days > 0)
    largest = np.where(ever, np.maximum(np.round(rng.lognormal(8.6, 1.35, size), 3), due), 0.0)
    return {
        "CREDIT_DAY_OVERDUE": days,
        "AMT_CREDIT_SUM_OVERDUE": due,
        "AMT_CREDIT_MAX_OVERDUE": _missing(rng, largest, np.full(size, 0.6551)),
    }
