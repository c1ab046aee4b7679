"""What others say of the applicant: external scores, acquaintances, inquiries at the bureau."""

import numpy as np

from producer.synthesis.marginals import blend, draw_value, flip, quantile, tilted
from producer.synthesis.tables import FloatArray, Frame, code
from producer.synthesis.traits import Traits

_INQUIRIES = {  # counts and their weights; those of the year are drawn apart
    "HOUR": ([0, 1, 2, 3, 4], [264366, 1560, 56, 9, 1]),
    "DAY": ([0, 1, 2, 3, 4, 5, 6], [264503, 1292, 106, 45, 26, 9, 8]),
    "WEEK": ([0, 1, 2, 3, 4, 5, 6], [257456, 8208, 199, 58, 34, 10, 20]),
    "MON": (
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17],
        [222233, 33147, 5386, 1991, 1076, 602, 343, 298, 216, 206, 180, 150, 60, 20],
    ),
    "QRT": ([0, 1, 2, 3, 4, 5, 6, 8], [215417, 33862, 14412, 1717, 476, 64, 28, 7]),
}


def draw_scores(rng: np.random.Generator, traits: Traits, people: Frame) -> Frame:
    """EXT_SOURCE_1 to 3, the social circle, inquiries, and days since phone and papers changed."""
    size = len(traits)
    phone = blend(rng, size, (-0.40, traits.prudence), (-0.08, traits.maturity))
    papers = blend(rng, size, (-0.27, traits.maturity), (-0.20, traits.prudence))
    return (
        _external(rng, traits, people)
        | _circle(rng, traits)
        | _inquiries(rng, traits)
        | {
            "DAYS_LAST_PHONE_CHANGE": np.round(quantile("DAYS_LAST_PHONE_CHANGE", phone)),
            "DAYS_ID_PUBLISH": np.round(
                np.maximum(quantile("DAYS_ID_PUBLISH", papers), people["DAYS_BIRTH"])
            ),
        }
    )


def _external(rng: np.random.Generator, traits: Traits, people: Frame) -> Frame:
    size = len(traits)
    female = people["CODE_GENDER"] == code("application", "CODE_GENDER", "F")
    region = (2.05 - people["REGION_RATING_CLIENT_W_CITY"]) / 0.51
    first = blend(
        rng, size, (0.62, traits.maturity), (0.40, traits.prudence), (0.18, traits.affluence)
    )
    first = 0.98 * first + np.where(female, 0.28, -0.12)
    second = blend(
        rng,
        size,
        (0.42, traits.prudence),
        (0.27, region),
        (0.17, traits.affluence),
        (0.08, traits.maturity),
    )
    third = blend(
        rng,
        size,
        (0.36, traits.prudence),
        (0.21, traits.maturity),
        (-0.30, traits.indebtedness),
        (-0.07, traits.affluence),
    )
    return {
        "EXT_SOURCE_1": np.where(
            flip(rng, _first_missing(traits, people)), np.nan, _score("EXT_SOURCE_1", first)
        ),
        "EXT_SOURCE_2": np.where(
            flip(rng, np.full(size, 0.00215)), np.nan, _score("EXT_SOURCE_2", second)
        ),
        "EXT_SOURCE_3": np.where(
            flip(rng, np.where(traits.known_to_bureau, 0.0725, 1.0)),
            np.nan,
            _score("EXT_SOURCE_3", third),
        ),
    }


def _score(name: str, score: FloatArray) -> FloatArray:
    return np.round(quantile(name, score), 10)


def _first_missing(traits: Traits, people: Frame) -> FloatArray:
    retired = people["FLAG_EMP_PHONE"] == 0
    higher = people["NAME_EDUCATION_TYPE"] >= code(
        "application", "NAME_EDUCATION_TYPE", "Incomplete higher"
    )
    tilt = 0.95 * retired - 0.55 * higher + 0.22 * traits.maturity - 0.12 * traits.affluence
    return tilted(0.568, tilt)


def _circle(rng: np.random.Generator, traits: Traits) -> Frame:
    size = len(traits)
    seen = draw_value(
        rng,
        size,
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 22],
        [
            0.535,
            0.159,
            0.097,
            0.066,
            0.046,
            0.031,
            0.021,
            0.014,
            0.010,
            0.006,
            0.005,
            0.005,
            0.003,
            0.0015,
            0.0006,
        ],
    )
    late = rng.binomial(seen.astype(np.int64), tilted(0.092, -0.25 * traits.prudence))
    late = np.minimum(late, 8)
    longer = rng.binomial(late, 0.70)
    seen_60 = np.maximum(seen - flip(rng, np.where(seen > 0, 0.02, 0.0)), longer)
    absent = flip(rng, np.full(size, 0.0033))
    columns = {
        "OBS_30_CNT_SOCIAL_CIRCLE": seen,
        "DEF_30_CNT_SOCIAL_CIRCLE": late.astype(np.float64),
        "OBS_60_CNT_SOCIAL_CIRCLE": seen_60,
        "DEF_60_CNT_SOCIAL_CIRCLE": longer.astype(np.float64),
    }
    return {column: np.where(absent, np.nan, values) for column, values in columns.items()}


def _inquiries(rng: np.random.Generator, traits: Traits) -> Frame:
    size = len(traits)
    columns = {
        f"AMT_REQ_CREDIT_BUREAU_{period}": draw_value(
            rng, size, [float(count) for count in counts], [float(n) for n in weights]
        )
        for period, (counts, weights) in _INQUIRIES.items()
    }
    rate = 1.9 * rng.gamma(2.6, 1 / 2.6, size) * np.exp(0.20 * traits.indebtedness - 0.02)
    columns["AMT_REQ_CREDIT_BUREAU_YEAR"] = np.minimum(rng.poisson(rate), 25).astype(np.float64)
    absent = ~traits.known_to_bureau & flip(rng, np.full(size, 0.985))
    return {column: np.where(absent, np.nan, values) for column, values in columns.items()}
