"""What the applicant asks for: product, amounts, documents, and how the application came in."""

import numpy as np

from producer.synthesis.marginals import blend, draw_levels, draw_value, flip, quantile
from producer.synthesis.tables import NEVER, BoolArray, FloatArray, Frame
from producer.synthesis.traits import Traits, share_by_age

_REVOLVING = [0.245, 0.132, 0.112, 0.094, 0.090, 0.090, 0.082, 0.081, 0.075, 0.030]
_INSURANCE = [1.0, 1.0661, 1.079, 1.1058, 1.119, 1.132, 1.1449, 1.1584, 1.198, 1.211, 1.2376]
_INSURANCE += [1.264, 1.3168, 1.3963, 1.4224, 1.528]
_INSURANCE_WEIGHTS = [30.0, 3.0, 3.5, 4.0, 6.5, 5.0, 3.5, 9.0, 9.0, 4.5, 3.0]
_INSURANCE_WEIGHTS += [4.0, 4.0, 3.5, 2.0, 0.8]

_DOCUMENTS = {  # share with the document: cash and working, cash and retired, revolving
    2: (0.00005, 0.0, 0.0),
    3: (0.0, 0.0, 0.040),
    4: (0.0001, 0.0, 0.0),
    5: (0.0165, 0.0080, 0.0180),
    7: (0.00025, 0.0, 0.0),
    9: (0.0048, 0.0, 0.0015),
    10: (0.00003, 0.0, 0.0),
    11: (0.0046, 0.0004, 0.0030),
    12: (0.00001, 0.0, 0.0),
    13: (0.0043, 0.0, 0.0030),
    14: (0.0036, 0.0, 0.0020),
    15: (0.0016, 0.0, 0.0002),
    16: (0.0128, 0.0010, 0.0015),
    17: (0.0004, 0.0, 0.0),
    18: (0.0100, 0.0010, 0.0060),
    19: (0.0008, 0.0, 0.0),
    20: (0.0007, 0.0, 0.0),
    21: (0.0003, 0.0, 0.0010),
}
_HOURS = [0.9, 2, 8, 28, 48, 80, 128, 196, 335, 631, 856, 889]
_HOURS += [770, 671, 658, 591, 477, 341, 191, 75, 25, 8, 5, 0.9]


def draw_loans(rng: np.random.Generator, traits: Traits, people: Frame) -> Frame:
    """Contract, amounts, documents, phones and the time the application was made."""
    size = len(traits)
    age = -people["DAYS_BIRTH"] / 365.25
    revolving = flip(rng, share_by_age(age, _REVOLVING))
    wish = _wish(rng, traits, people)
    amounts = _cash(rng, wish, _income_score(people))
    for column, values in _revolving(rng, wish).items():
        amounts[column] = np.where(revolving, values, amounts[column])
    amounts["AMT_ANNUITY"][flip(rng, np.full(size, 4e-5))] = np.nan
    no_goods = np.where(revolving, 0.0095, 0.0)
    amounts["AMT_GOODS_PRICE"][flip(rng, no_goods)] = np.nan
    suite = draw_levels(rng, size, "application", "NAME_TYPE_SUITE")
    suite[flip(rng, np.where(revolving, 0.030, 0.0015))] = np.nan
    return (
        {"NAME_CONTRACT_TYPE": revolving.astype(np.float64), "NAME_TYPE_SUITE": suite}
        | amounts
        | _documents(rng, revolving, people["DAYS_EMPLOYED"] == NEVER)
        | _process(rng, size)
    )


def _wish(rng: np.random.Generator, traits: Traits, people: Frame) -> FloatArray:
    """A standard score of how much money is asked for: the well-off and the prudent ask more."""
    score = 0.47 * _income_score(people) + 0.13 * traits.maturity + 0.09 * traits.prudence
    return np.asarray(score + 0.80 * rng.standard_normal(len(score)) + 0.05)


def _income_score(people: Frame) -> FloatArray:
    """Income on a standard normal scale, roughly."""
    score = np.log(people["AMT_INCOME_TOTAL"] / 147_150.0) / 0.47
    return np.asarray(np.clip(score, -3.0, 3.0))


def _cash(rng: np.random.Generator, wish: FloatArray, income: FloatArray) -> Frame:
    size = len(wish)
    steps = draw_value(rng, size, [225_000.0, 45_000.0, 22_500.0, 4_500.0], [26, 18, 16, 40])
    price = quantile("cash_goods_price", wish)
    goods = np.maximum(np.round(price / steps) * steps, 45_000.0)
    goods = np.where(goods < 0.6 * price, np.round(price / 4_500.0) * 4_500.0, goods)
    ratio = draw_value(rng, size, _INSURANCE, _INSURANCE_WEIGHTS)
    credit = np.round(goods * ratio / 4.5) * 4.5
    eagerness = blend(rng, size, (0.76, wish)) - 0.20 * income
    term = quantile("cash_term", eagerness)
    return {
        "AMT_GOODS_PRICE": goods,
        "AMT_CREDIT": credit,
        "AMT_ANNUITY": np.round(credit / term / 4.5) * 4.5,
    }


def _revolving(rng: np.random.Generator, wish: FloatArray) -> Frame:
    limit = np.round(quantile("revolving_credit", wish) / 22_500.0) * 22_500.0
    other = flip(rng, np.full(len(wish), 0.05))
    return {
        "AMT_GOODS_PRICE": np.where(other, np.maximum(limit - 45_000.0, 90_000.0), limit),
        "AMT_CREDIT": limit,
        "AMT_ANNUITY": limit * 0.05,
    }


def _documents(rng: np.random.Generator, revolving: BoolArray, jobless: BoolArray) -> Frame:
    size = len(revolving)
    kind = np.where(revolving, 2, np.where(jobless, 1, 0))
    documents = {number: np.zeros(size) for number in range(2, 22)}
    for number, shares in _DOCUMENTS.items():
        documents[number] = flip(rng, np.asarray(shares)[kind]).astype(np.float64)
    main = rng.random(size)
    cash = ~revolving
    sixth, eighth = np.where(jobless, 0.470, 0.009), np.where(jobless, 0.012, 0.103)
    documents[6] = (cash & (main < sixth)).astype(np.float64)
    documents[8] = (cash & (main >= sixth) & (main < sixth + eighth)).astype(np.float64)
    neither = cash & (documents[6] == 0) & (documents[8] == 0)
    documents[3] += neither & flip(rng, np.full(size, 0.955))
    return {f"FLAG_DOCUMENT_{number}": flags for number, flags in documents.items()}


def _process(rng: np.random.Generator, size: int) -> Frame:
    return {
        "HOUR_APPR_PROCESS_START": draw_value(
            rng, size, [float(hour) for hour in range(24)], _HOURS
        ),
        "WEEKDAY_APPR_PROCESS_START": draw_levels(
            rng, size, "application", "WEEKDAY_APPR_PROCESS_START"
        ),
        "FLAG_MOBIL": 1.0 - flip(rng, np.full(size, 3e-6)),
        "FLAG_CONT_MOBILE": 1.0 - flip(rng, np.full(size, 0.001867)),
        "FLAG_PHONE": flip(rng, np.full(size, 0.281)).astype(np.float64),
        "FLAG_EMAIL": flip(rng, np.full(size, 0.0567)).astype(np.float64),
    }
