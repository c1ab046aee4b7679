"""The terms of earlier applications: amounts, rates and number of instalments."""

import numpy as np
from scipy.special import ndtr

from producer.synthesis.marginals import blend, draw_levels, draw_value, flip, quantile
from producer.synthesis.previous_days import draw_days
from producer.synthesis.previous_products import draw_products
from producer.synthesis.tables import BoolArray, FloatArray, Frame, code

_TABLE = "previous_application"
_CONSUMER, _REVOLVING = 1, 2
_CASH_MONTHS = ([6, 10, 12, 18, 24, 30, 36, 42, 48, 54, 60], [6, 1, 22, 12, 21, 4, 16, 3, 9, 1, 5])
_SHOP_MONTHS = (
    [3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 24, 36],
    [1, 4, 1, 23, 5, 17, 33, 1, 1, 4, 11, 1],
)
_MONTHLY_RATE = {"low_action": 0.006, "low_normal": 0.016, "middle": 0.026, "high": 0.040}


def draw_terms(
    rng: np.random.Generator, affluence: FloatArray, frame: Frame, blank: BoolArray
) -> Frame:
    """Every column of previous_application that is settled with the contract.

    `frame` holds contract type, status, decision day and seller industry; where `blank`, nothing
    was settled.
    """
    amounts = _amounts(rng, affluence, frame, blank)
    products = draw_products(rng, frame, blank, amounts.pop("yield"))
    return amounts | products | draw_days(rng, frame, amounts["CNT_PAYMENT"])


def _amounts(
    rng: np.random.Generator, affluence: FloatArray, frame: Frame, blank: BoolArray
) -> Frame:
    contract = frame["NAME_CONTRACT_TYPE"]
    size = len(contract)
    shop, card = contract == _CONSUMER, contract == _REVOLVING
    wish = blend(rng, size, (0.40, affluence))
    goods = np.where(shop, quantile("consumer_application", wish), _cash_wish(rng, wish))
    goods = np.maximum(np.round(goods / 4.5), 600.0) * 4.5
    rate_down = np.where(
        shop & flip(rng, np.full(size, 0.56)), np.minimum(rng.beta(1.6, 11.0, size), 0.9), 0.0
    )
    down = np.round(goods * rate_down / 4.5) * 4.5
    cover = flip(rng, np.full(size, 0.42)) * rng.uniform(0.04, 0.26, size)
    credit = np.round((goods - down) * (1.0 + np.where(shop, cover * 0.45, cover)) / 4.5) * 4.5
    limit = np.maximum(np.round(np.exp(blend(rng, size, (0.3, affluence)) * 0.75) * 6.0), 1.0)
    credit = np.where(card, limit * 22_500.0, credit)
    patience = blend(rng, size, (0.65, wish))
    months = np.where(shop, _months(patience, _SHOP_MONTHS), _months(patience, _CASH_MONTHS))
    months[card] = 0.0
    yields = _yield(rng, shop)
    annuity = np.where(card, credit * 0.05, _annuity(credit, np.maximum(months, 1.0), yields))
    asked = np.where(card & flip(rng, np.full(size, 0.5)), 0.0, np.where(card, credit, goods))
    frame = {
        "AMT_ANNUITY": np.where(blank, np.nan, np.round(annuity, 3)),
        "AMT_APPLICATION": np.where(blank, 0.0, asked),
        "AMT_CREDIT": np.where(blank, 0.0, credit),
        "AMT_DOWN_PAYMENT": np.where(shop & ~blank, down, np.nan),
        "AMT_GOODS_PRICE": np.where(blank | (asked == 0), np.nan, asked),
        "RATE_DOWN_PAYMENT": np.where(shop & ~blank, np.round(down / goods, 8), np.nan),
        "CNT_PAYMENT": np.where(blank, np.nan, months),
        "yield": np.where(card, code(_TABLE, "NAME_YIELD_GROUP", "XNA"), yields),
    }
    return frame | _interest(rng, shop & ~blank)


def _months(patience: FloatArray, choice: tuple[list[int], list[int]]) -> FloatArray:
    """The number of instalments that has the rank of a standard normal score."""
    months, weights = choice
    cumulative = np.cumsum(weights)
    place = np.searchsorted(cumulative, ndtr(patience) * cumulative[-1], side="right")
    chosen: FloatArray = np.asarray(months, dtype=np.float64)[place]
    return chosen


def _cash_wish(rng: np.random.Generator, wish: FloatArray) -> FloatArray:
    amount = quantile("cash_application", wish)
    step = draw_value(rng, len(wish), [45_000.0, 22_500.0, 4_500.0], [45.0, 35.0, 20.0])
    return np.asarray(np.maximum(np.round(amount / step) * step, 18_000.0))


def _yield(rng: np.random.Generator, shop: BoolArray) -> FloatArray:
    column = "NAME_YIELD_GROUP"
    in_shop = draw_levels(rng, len(shop), _TABLE, column, "NAME_YIELD_GROUP_consumer")
    cash = draw_levels(rng, len(shop), _TABLE, column, "NAME_YIELD_GROUP_cash")
    return np.where(shop, in_shop, cash)


def _annuity(credit: FloatArray, months: FloatArray, yields: FloatArray) -> FloatArray:
    rate = np.zeros(len(credit))
    for name, monthly in _MONTHLY_RATE.items():
        rate[yields == code(_TABLE, "NAME_YIELD_GROUP", name)] = monthly
    rate = np.maximum(rate, 0.001)
    return credit * rate / (1.0 - (1.0 + rate) ** -months)


def _interest(rng: np.random.Generator, shop: BoolArray) -> Frame:
    size = len(shop)
    shown = shop & flip(rng, np.full(size, 0.0082))
    primary = np.round(np.clip(rng.normal(0.188, 0.06, size), 0.035, 1.0), 8)
    privileged = np.round(np.clip(rng.normal(0.774, 0.095, size), 0.373, 1.0), 8)
    return {
        "RATE_INTEREST_PRIMARY": np.where(shown, primary, np.nan),
        "RATE_INTEREST_PRIVILEGED": np.where(shown, privileged, np.nan),
    }
