"""Credits at other lenders, as the credit bureau reports them."""

import numpy as np

from producer.synthesis.bureau_amounts import draw_amounts
from producer.synthesis.groups import scattered_ids, spread
from producer.synthesis.marginals import (
    blend,
    draw_levels,
    draw_value,
    flip,
    quantile,
)
from producer.synthesis.tables import BoolArray, FloatArray, Frame, IntArray, code, ordered
from producer.synthesis.traits import Traits

_DURATIONS = {  # days that credits of a type are planned for, and their weights
    "Credit card": (
        [183, 365, 730, 1096, 1461, 1826, 10958, 31411],
        [5, 12, 18, 24, 9, 17, 7, 4],
    ),
    "Car loan": ([366, 731, 1096, 1461, 1826, 2557], [5, 8, 25, 15, 45, 2]),
    "Mortgage": ([1826, 3652, 5478, 7305, 9131], [8, 32, 25, 28, 7]),
    "Microloan": ([15, 30, 62, 183, 365], [20, 35, 15, 15, 15]),
}
_OTHER_DURATIONS = (
    [91, 153, 212, 274, 365, 548, 730, 1096, 1461, 1826],
    [5, 9, 10, 12, 24, 8, 12, 9, 3, 9],
)


def draw_bureau(
    rng: np.random.Generator, traits: Traits, ids: FloatArray, first: int, capacity: int
) -> Frame:
    """The bureau table of a chunk; `first` credits were numbered before it."""
    rows = spread(_counts(rng, traits))
    size = len(rows)
    kind = draw_levels(rng, size, "bureau", "CREDIT_TYPE")
    person = traits.of(rows.owner)
    frame: Frame = {
        "SK_ID_CURR": ids[rows.owner],
        "SK_ID_BUREAU": scattered_ids(first, size, 5_000_000, capacity),
        "CREDIT_CURRENCY": draw_levels(rng, size, "bureau", "CREDIT_CURRENCY"),
        "CNT_CREDIT_PROLONG": np.minimum(rng.poisson(0.0064, size), 9).astype(np.float64),
        "CREDIT_TYPE": kind,
    }
    frame |= _days(rng, kind, _opened(rng, kind, person.indebtedness))
    active = np.isnan(frame["DAYS_ENDDATE_FACT"])
    frame |= {
        "CREDIT_ACTIVE": _status(rng, active),
        "DAYS_CREDIT_UPDATE": _updated(rng, active, frame),
    }
    frame |= draw_amounts(rng, person, frame)
    return ordered("bureau", frame)


def _counts(rng: np.random.Generator, traits: Traits) -> IntArray:
    rate = 4.36 * rng.gamma(1.35, 1 / 1.35, len(traits)) * np.exp(0.35 * traits.indebtedness)
    counts = 1 + np.minimum(rng.poisson(rate), 115)
    return np.where(traits.known_to_bureau, counts, 0)


def _opened(rng: np.random.Generator, kind: FloatArray, indebtedness: FloatArray) -> FloatArray:
    score = blend(rng, len(kind), (0.25, indebtedness))
    micro = kind == code("bureau", "CREDIT_TYPE", "Microloan")
    return np.round(quantile("DAYS_CREDIT", score + 0.9 * micro - 0.08))


def _days(rng: np.random.Generator, kind: FloatArray, opened: FloatArray) -> Frame:
    size = len(kind)
    duration = _duration(rng, kind)
    card = kind == code("bureau", "CREDIT_TYPE", "Credit card")
    planned = np.minimum(opened + np.round(duration * rng.normal(1.0, 0.02, size)), 31_199)
    run = np.clip(-opened / np.maximum(planned - opened, 1.0), 0.0, 1.0)
    early = np.where(card, 0.40 * np.sqrt(-opened / 2922.0), 0.45 * run**1.5)
    closed = flip(rng, np.where(planned < 0, np.where(card, 0.44, 0.965), early))
    cut = flip(rng, np.full(size, 0.30)) | (planned >= 0)
    last = np.minimum(planned, -1.0)
    ended = np.where(cut, opened + (last - opened) * rng.beta(3.0, 1.3, size), last)
    ended = np.clip(np.round(ended), opened, 0.0)
    shown = flip(rng, np.where(card, 0.79, 0.985))
    return {
        "DAYS_CREDIT": opened,
        "DAYS_CREDIT_ENDDATE": np.where(shown, planned, np.nan),
        "DAYS_ENDDATE_FACT": np.where(closed, ended, np.nan),
    }


def _duration(rng: np.random.Generator, kind: FloatArray) -> FloatArray:
    duration = draw_value(rng, len(kind), *_OTHER_DURATIONS)
    for name, choice in _DURATIONS.items():
        drawn = draw_value(rng, len(kind), *choice)
        duration = np.where(kind == code("bureau", "CREDIT_TYPE", name), drawn, duration)
    return duration


def _status(rng: np.random.Generator, active: BoolArray) -> FloatArray:
    sold = flip(rng, np.where(active, 0.0100, 0.0002))
    bad = flip(rng, np.where(active, 3.3e-5, 0.0))
    status = np.where(active, code("bureau", "CREDIT_ACTIVE", "Active"), 0.0)
    status[sold] = code("bureau", "CREDIT_ACTIVE", "Sold")
    status[bad] = code("bureau", "CREDIT_ACTIVE", "Bad debt")
    return status


def _updated(rng: np.random.Generator, active: BoolArray, frame: Frame) -> FloatArray:
    size = len(active)
    opened, ended = frame["DAYS_CREDIT"], frame["DAYS_ENDDATE_FACT"]
    recent = -np.round(rng.lognormal(3.05, 1.15, size))
    later = np.nan_to_num(ended) + np.round(quantile("update_delay", rng.standard_normal(size)))
    return np.clip(np.where(active, recent, later), opened, 0.0)
