"""What earlier contracts were called: portfolio, product, purpose, goods."""

import numpy as np

from producer.synthesis.marginals import draw_levels, flip
from producer.synthesis.tables import BoolArray, FloatArray, Frame, code

_TABLE = "previous_application"
_CASH, _CONSUMER, _REVOLVING = 0, 1, 2
_UNUSED = 3


def draw_products(
    rng: np.random.Generator, frame: Frame, blank: BoolArray, yields: FloatArray
) -> Frame:
    """Portfolio, product, yield group, payment, goods, purpose and combination of each contract.

    `yields` is the yield group that the terms came from; `blank` contracts have no product.
    """
    contract, status = frame["NAME_CONTRACT_TYPE"], frame["NAME_CONTRACT_STATUS"]
    size = len(contract)
    unsettled = blank | (status == _UNUSED)
    cross_sold = flip(rng, np.where(contract == _REVOLVING, 0.68, 0.76))
    portfolio = np.select(
        [unsettled, contract == _CONSUMER, contract == _REVOLVING],
        [code(_TABLE, "NAME_PORTFOLIO", name) for name in ("XNA", "POS", "Cards")],
        code(_TABLE, "NAME_PORTFOLIO", "Cash"),
    )
    product = np.where(
        cross_sold,
        code(_TABLE, "NAME_PRODUCT_TYPE", "x-sell"),
        code(_TABLE, "NAME_PRODUCT_TYPE", "walk-in"),
    )
    product[unsettled | (contract == _CONSUMER)] = code(_TABLE, "NAME_PRODUCT_TYPE", "XNA")
    by_bank = flip(rng, np.where(contract == _CONSUMER, 0.885, np.where(blank, 0.05, 0.915)))
    by_bank &= contract != _REVOLVING
    paid = np.where(by_bank, 0.0, code(_TABLE, "NAME_PAYMENT_TYPE", "XNA"))
    paid[flip(rng, np.where(contract == _CONSUMER, 0.0106, 0.0))] = 2.0
    paid[flip(rng, np.where(contract == _CASH, 0.0015, 0.0))] = 3.0
    goods = draw_levels(rng, size, _TABLE, "NAME_GOODS_CATEGORY")
    return {
        "NAME_PORTFOLIO": portfolio,
        "NAME_PRODUCT_TYPE": product,
        "NAME_YIELD_GROUP": np.where(unsettled, 0.0, yields),
        "NAME_PAYMENT_TYPE": paid,
        "NAME_GOODS_CATEGORY": np.where((contract == _CONSUMER) & ~blank, goods, 0.0),
        "NAME_CASH_LOAN_PURPOSE": _purpose(rng, contract, blank, cross_sold),
        "PRODUCT_COMBINATION": _combination(rng, frame, blank, cross_sold, yields),
    }


def _purpose(
    rng: np.random.Generator, contract: FloatArray, blank: BoolArray, cross_sold: BoolArray
) -> FloatArray:
    column = "NAME_CASH_LOAN_PURPOSE"
    named = draw_levels(rng, len(contract), _TABLE, column)
    told = (contract == _CASH) & ~blank & ~cross_sold & flip(rng, np.full(len(contract), 0.62))
    hidden = np.where(contract == _CASH, code(_TABLE, column, "XNA"), code(_TABLE, column, "XAP"))
    return np.where(told, named, hidden)


def _combination(
    rng: np.random.Generator,
    frame: Frame,
    blank: BoolArray,
    cross_sold: BoolArray,
    yields: FloatArray,
) -> FloatArray:
    """The name that joins product, way of sale and interest."""
    column = "PRODUCT_COMBINATION"

    def named(name: str) -> float:
        return code(_TABLE, column, name)

    contract = frame["NAME_CONTRACT_TYPE"]
    interest_free = yields == code(_TABLE, "NAME_YIELD_GROUP", "low_action")
    middle, high = (code(_TABLE, "NAME_YIELD_GROUP", name) for name in ("middle", "high"))
    band = np.select([yields == middle, yields == high], [0, 1], 2)
    sold = np.array([named(f"Cash X-Sell: {level}") for level in ("middle", "high", "low")])[band]
    street = np.array([named(f"Cash Street: {level}") for level in ("middle", "high", "low")])[band]
    cash = np.where(blank, named("Cash"), np.where(cross_sold, sold, street))
    cards = np.where(cross_sold & ~blank, named("Card X-Sell"), named("Card Street"))
    industry = frame["NAME_SELLER_INDUSTRY"]
    kinds = ["household", "mobile", "industry", "other"]
    household, mobile, tourism = (
        code(_TABLE, "NAME_SELLER_INDUSTRY", name)
        for name in ("Consumer electronics", "Connectivity", "Tourism")
    )
    sellers = [industry == household, industry == mobile, industry != tourism]
    kind = np.select(sellers, [0, 1, 2], 3)
    lent = np.array([named(f"POS {name} with interest") for name in kinds])[kind]
    kinds[3] = "others"
    free = np.array([named(f"POS {name} without interest") for name in kinds])[kind]
    shop = np.where(interest_free, free, lent)
    names = np.select([contract == _CONSUMER, contract == _REVOLVING], [shop, cards], cash)
    names[flip(rng, np.full(len(names), 0.0002))] = np.nan
    return names
