"""Earlier applications to Home Credit: what was asked for, how it was decided and why."""

import numpy as np

from producer.synthesis.groups import Rows, scattered_ids, spread
from producer.synthesis.marginals import draw_by_row, draw_levels, draw_value, flip, quantile
from producer.synthesis.previous_terms import draw_terms
from producer.synthesis.tables import BoolArray, FloatArray, Frame, IntArray, code, ordered
from producer.synthesis.traits import Traits

_TABLE = "previous_application"
_CASH, _CONSUMER, _REVOLVING = 0, 1, 2
_APPROVED, _CANCELED, _REFUSED, _UNUSED = 0, 1, 2, 3
_STATUS = np.array(
    [  # approved, cancelled, refused, unused offer; of cash, consumer, revolving, XNA
        [0.430, 0.340, 0.192, 0.001],
        [0.859, 0.006, 0.118, 0.033],
        [0.540, 0.238, 0.246, 0.001],
        [0.010, 0.980, 0.005, 0.005],
    ]
)
_HOURS = [float(hour) for hour in range(24)]
_HOUR_WEIGHTS = [0.2, 0.4, 1.2, 4, 10, 16, 26, 46, 80, 118, 140, 138]
_HOUR_WEIGHTS += [130, 124, 118, 108, 92, 72, 52, 34, 16, 6, 2, 0.4]


def draw_previous(
    rng: np.random.Generator, traits: Traits, ids: FloatArray, first: int, capacity: int
) -> Frame:
    """The previous_application table of a chunk, each applicant's rows from the oldest on.

    `first` applications were numbered before it.
    """
    rows = spread(_counts(rng, traits))
    size = len(rows)
    frame: Frame = {
        "SK_ID_PREV": scattered_ids(first, size, 1_000_001, capacity),
        "SK_ID_CURR": ids[rows.owner],
        "DAYS_DECISION": _decided(rng, rows),
        "NAME_CONTRACT_TYPE": _contract(rng, rows),
    }
    frame["NAME_CONTRACT_STATUS"] = _decision(rng, traits.of(rows.owner), frame, rows)
    blank = _blank(rng, frame)
    frame |= _client(rng, rows) | _reason(rng, frame) | _sale(rng, frame, blank)
    frame |= _reception(rng, size)
    frame |= draw_terms(rng, traits.affluence[rows.owner], frame, blank)
    return ordered(_TABLE, frame)


def _counts(rng: np.random.Generator, traits: Traits) -> IntArray:
    rate = 4.02 * rng.gamma(1.55, 1 / 1.55, len(traits)) * np.exp(0.20 * traits.indebtedness)
    counts = 1 + np.minimum(rng.poisson(rate), 75)
    return np.where(flip(rng, np.full(len(traits), 0.951)), counts, 0)


def _decided(rng: np.random.Generator, rows: Rows) -> FloatArray:
    days = np.round(quantile("DAYS_DECISION", rng.standard_normal(len(rows))))
    days = np.where(rows.of == 1, np.minimum(days * 1.2, -2.0), days)
    order = np.lexsort((days, rows.owner))
    return np.asarray(np.maximum(np.round(days[order]), -2922.0))


def _contract(rng: np.random.Generator, rows: Rows) -> FloatArray:
    size = len(rows)
    first = draw_levels(rng, size, _TABLE, "NAME_CONTRACT_TYPE", "NAME_CONTRACT_TYPE_first")
    later = draw_levels(rng, size, _TABLE, "NAME_CONTRACT_TYPE", "NAME_CONTRACT_TYPE_later")
    return np.where(rows.place == 0, first, later)


def _decision(rng: np.random.Generator, person: Traits, frame: Frame, rows: Rows) -> FloatArray:
    """Who is imprudent or deep in debt is refused more often; the first contract seldom is."""
    share = _STATUS[frame["NAME_CONTRACT_TYPE"].astype(np.int64)].copy()
    tilt = -0.40 * person.prudence + 0.25 * person.indebtedness + 0.45 * person.laxity
    share[:, _REFUSED] *= np.exp(np.where(rows.place == 0, tilt - 1.1, tilt + 0.03))
    recent = 1.0 + frame["DAYS_DECISION"] / 880.0
    share[:, _CANCELED] *= np.exp(0.45 * recent)
    share[:, _REFUSED] *= np.exp(0.25 * recent)
    card = frame["NAME_CONTRACT_TYPE"] == _REVOLVING
    share[card, _APPROVED] *= np.exp(-0.8 * recent[card])
    return draw_by_row(rng, share)


def _blank(rng: np.random.Generator, frame: Frame) -> BoolArray:
    """Applications that ended before product and terms were fixed."""
    status, contract = frame["NAME_CONTRACT_STATUS"], frame["NAME_CONTRACT_TYPE"]
    share = np.select(
        [status == _CANCELED, (status == _REFUSED) & (contract != _REVOLVING)], [0.975, 0.215], 0.0
    )
    return flip(rng, share)


def _client(rng: np.random.Generator, rows: Rows) -> Frame:
    size = len(rows)
    new = (rows.place == 0) & flip(rng, np.full(size, 0.93))
    refreshed = flip(rng, np.full(size, 0.099))
    kind = np.where(
        new,
        code(_TABLE, "NAME_CLIENT_TYPE", "New"),
        np.where(
            refreshed,
            code(_TABLE, "NAME_CLIENT_TYPE", "Refreshed"),
            code(_TABLE, "NAME_CLIENT_TYPE", "Repeater"),
        ),
    )
    kind[flip(rng, np.full(size, 0.00116))] = code(_TABLE, "NAME_CLIENT_TYPE", "XNA")
    return {"NAME_CLIENT_TYPE": kind}


def _reason(rng: np.random.Generator, frame: Frame) -> Frame:
    status = frame["NAME_CONTRACT_STATUS"]
    refused = _by_contract(rng, frame, "CODE_REJECT_REASON")
    reason = np.where(status == _REFUSED, refused, code(_TABLE, "CODE_REJECT_REASON", "XAP"))
    reason[status == _UNUSED] = code(_TABLE, "CODE_REJECT_REASON", "CLIENT")
    return {"CODE_REJECT_REASON": reason}


def _by_contract(rng: np.random.Generator, frame: Frame, column: str) -> FloatArray:
    """Levels by the weights of the contract: `<column>_cash`, `_consumer`, `_revolving`."""
    contract = frame["NAME_CONTRACT_TYPE"]
    size = len(contract)
    cash, consumer, revolving = (
        draw_levels(rng, size, _TABLE, column, f"{column}_{kind}")
        for kind in ("cash", "consumer", "revolving")
    )
    return np.select([contract == _CONSUMER, contract == _REVOLVING], [consumer, revolving], cash)


def _sale(rng: np.random.Generator, frame: Frame, blank: BoolArray) -> Frame:
    contract = frame["NAME_CONTRACT_TYPE"]
    size = len(contract)
    channel = _by_contract(rng, frame, "CHANNEL_TYPE")
    office = code(_TABLE, "CHANNEL_TYPE", "Credit and cash offices")
    channel = np.where(blank & flip(rng, np.full(size, 0.55)), office, channel)
    shop = contract == _CONSUMER
    industry = draw_levels(rng, size, _TABLE, "NAME_SELLER_INDUSTRY")
    seen = shop | flip(rng, np.where(blank, 0.01, 0.12))
    area = np.round(rng.lognormal(4.9, 1.75, size))
    area = np.where(flip(rng, np.full(size, 2.4e-6)), 4_000_000.0, np.minimum(area, 10_000.0))
    outside = np.where(flip(rng, np.full(size, 0.88)), -1.0, np.minimum(area, 60.0))
    return {
        "CHANNEL_TYPE": channel,
        "NAME_SELLER_INDUSTRY": np.where(seen, industry, 0.0),
        "SELLERPLACE_AREA": np.where(shop, area, outside),
    }


def _reception(rng: np.random.Generator, size: int) -> Frame:
    suite = draw_levels(rng, size, _TABLE, "NAME_TYPE_SUITE", "NAME_TYPE_SUITE_previous")
    return {
        "WEEKDAY_APPR_PROCESS_START": draw_levels(rng, size, _TABLE, "WEEKDAY_APPR_PROCESS_START"),
        "HOUR_APPR_PROCESS_START": draw_value(rng, size, _HOURS, _HOUR_WEIGHTS),
        "FLAG_LAST_APPL_PER_CONTRACT": flip(rng, np.full(size, 0.00507)).astype(np.float64),
        "NFLAG_LAST_APPL_IN_DAY": 1.0 - flip(rng, np.full(size, 0.003533)),
        "NAME_TYPE_SUITE": np.where(flip(rng, np.full(size, 0.4912)), np.nan, suite),
    }
