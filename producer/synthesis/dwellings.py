"""Where an applicant lives: region, address, housing and the block of building columns."""

import numpy as np
from scipy.special import ndtr

from producer.synthesis.marginals import blend, draw_by_row, draw_levels, flip, quantile, regions
from producer.synthesis.tables import NEVER, FloatArray, Frame, schema
from producer.synthesis.traits import Traits, by_age, share_by_age

_HOUSING = np.array(
    [  # house, with parents, municipal, rented, office, co-op
        [0.650, 0.228, 0.041, 0.060, 0.008, 0.013],
        [0.765, 0.145, 0.036, 0.032, 0.014, 0.008],
        [0.850, 0.080, 0.028, 0.026, 0.011, 0.005],
        [0.900, 0.044, 0.028, 0.013, 0.011, 0.004],
        [0.903, 0.022, 0.042, 0.016, 0.012, 0.005],
        [0.920, 0.020, 0.039, 0.013, 0.006, 0.002],
        [0.926, 0.011, 0.047, 0.006, 0.006, 0.004],
        [0.942, 0.006, 0.043, 0.004, 0.003, 0.002],
        [0.942, 0.005, 0.046, 0.003, 0.002, 0.002],
        [0.965, 0.001, 0.024, 0.001, 0.005, 0.004],
    ]
)
_OWNS_REALTY = [0.595, 0.625, 0.626, 0.671, 0.690, 0.749, 0.759, 0.763, 0.758, 0.745]

_LOADINGS = {  # on the size and on the height of the building
    "APARTMENTS": (0.93, 0.20),
    "BASEMENTAREA": (0.76, 0.0),
    "YEARS_BEGINEXPLUATATION": (0.33, 0.50),
    "YEARS_BUILD": (0.34, 0.50),
    "COMMONAREA": (0.60, 0.15),
    "ELEVATORS": (0.58, 0.66),
    "ENTRANCES": (0.66, -0.30),
    "FLOORSMAX": (0.62, 0.70),
    "FLOORSMIN": (0.42, 0.52),
    "LANDAREA": (0.46, 0.0),
    "LIVINGAPARTMENTS": (0.92, 0.17),
    "LIVINGAREA": (0.92, 0.26),
    "NONLIVINGAPARTMENTS": (0.26, 0.08),
    "NONLIVINGAREA": (0.22, 0.10),
}
_STEPS = {"FLOORSMAX": 1 / 24, "FLOORSMIN": 1 / 24, "ENTRANCES": 1 / 29, "ELEVATORS": 1 / 25}
_MISSING = {
    "EMERGENCYSTATE": 0.4740,
    "TOTALAREA": 0.4827,
    "YEARS_BEGINEXPLUATATION": 0.4878,
    "FLOORSMAX": 0.4976,
    "HOUSETYPE": 0.5018,
    "LIVINGAREA": 0.5019,
    "ENTRANCES": 0.5035,
    "APARTMENTS": 0.5075,
    "WALLSMATERIAL": 0.5084,
    "ELEVATORS": 0.5330,
    "NONLIVINGAREA": 0.5518,
    "BASEMENTAREA": 0.5852,
    "LANDAREA": 0.5938,
    "YEARS_BUILD": 0.6650,
    "FLOORSMIN": 0.6785,
    "LIVINGAPARTMENTS": 0.6835,
    "FONDKAPREMONT": 0.6839,
    "NONLIVINGAPARTMENTS": 0.6943,
    "COMMONAREA": 0.6987,
}


def draw_dwellings(rng: np.random.Generator, traits: Traits, people: Frame) -> Frame:
    """Region, address flags, housing and the building the applicant lives in."""
    age = -people["DAYS_BIRTH"] / 365.25
    district = blend(rng, len(traits), (0.24, traits.affluence))
    jobless = people["DAYS_EMPLOYED"] == NEVER
    score = blend(rng, len(traits), (-0.34, traits.maturity), (-0.08, district))
    return (
        _region(rng, district)
        | _addresses(rng, np.where(jobless, 0.0, 1.0), age)
        | {
            "NAME_HOUSING_TYPE": draw_by_row(rng, by_age(age, _HOUSING)),
            "FLAG_OWN_REALTY": 1.0 - flip(rng, share_by_age(age, _OWNS_REALTY)),
            "DAYS_REGISTRATION": np.round(
                np.maximum(quantile("DAYS_REGISTRATION", score), people["DAYS_BIRTH"])
            ),
        }
        | _building(rng, district, traits.affluence)
    )


def _region(rng: np.random.Generator, district: FloatArray) -> Frame:
    table = regions()
    cumulative = np.cumsum(table[:, 2])
    row = np.searchsorted(cumulative, ndtr(district) * cumulative[-1], side="right")
    population, rating = table[row, 0], table[row, 1]
    better = flip(rng, np.full(len(row), 0.025)) & (rating > 1.0)
    return {
        "REGION_POPULATION_RELATIVE": population,
        "REGION_RATING_CLIENT": rating,
        "REGION_RATING_CLIENT_W_CITY": rating - better,
    }


def _addresses(rng: np.random.Generator, works: FloatArray, age: FloatArray) -> Frame:
    young = np.exp(-(age - 40.0) / 25.0)
    work_city = flip(rng, 0.225 * works * young)
    live_city = flip(rng, np.where(works > 0, 0.083, 0.027) * young)
    away = work_city | (live_city & (rng.random(len(age)) < 0.20 * works))
    live_and_work = np.where(live_city, rng.random(len(age)) < 0.30 * works, away)
    region = 0.20
    live_region = live_city & flip(rng, np.full(len(age), 0.185))
    work_region = (away | live_city) & flip(rng, region * works * np.where(live_region, 3.9, 0.95))
    return {
        "REG_REGION_NOT_LIVE_REGION": live_region.astype(np.float64),
        "REG_REGION_NOT_WORK_REGION": work_region.astype(np.float64),
        "LIVE_REGION_NOT_WORK_REGION": (work_region & ~live_region).astype(np.float64),
        "REG_CITY_NOT_LIVE_CITY": live_city.astype(np.float64),
        "REG_CITY_NOT_WORK_CITY": (away | (live_city & (works > 0))).astype(np.float64),
        "LIVE_CITY_NOT_WORK_CITY": live_and_work.astype(np.float64),
    }


def _building(rng: np.random.Generator, district: FloatArray, affluence: FloatArray) -> Frame:
    size = len(district)
    bulk = blend(rng, size, (0.16, district), (0.10, affluence))
    height = blend(rng, size, (0.26, district), (0.22, affluence))
    known = ndtr(blend(rng, size, (0.16, district)))
    detailed = ndtr(blend(rng, size, (0.30, district)))
    frame: Frame = {}
    for part, missing in _MISSING.items():
        absent = _absent(rng, known, detailed, missing)
        for column, values in _columns(rng, part, bulk, height).items():
            frame[column] = np.where(absent, np.nan, values)
    return frame


def _absent(
    rng: np.random.Generator, known: FloatArray, detailed: FloatArray, missing: float
) -> FloatArray:
    """Blocks go missing together: first the whole building, then what only a survey knows."""
    whole = 0.474
    part = 1.0 - (1.0 - missing) / (1.0 - whole)
    gone = (known < whole) | (detailed < part)
    swapped = flip(rng, np.full(len(known), 0.008))  # a little independent noise
    return np.where(swapped, rng.random(len(known)) < missing, gone).astype(bool)


def _columns(rng: np.random.Generator, part: str, bulk: FloatArray, height: FloatArray) -> Frame:
    size = len(bulk)
    if part == "EMERGENCYSTATE":
        return {"EMERGENCYSTATE_MODE": flip(rng, np.full(size, 0.0145)).astype(np.float64)}
    if part in {"HOUSETYPE", "WALLSMATERIAL", "FONDKAPREMONT"}:
        column = f"{part}_MODE"
        return {column: draw_levels(rng, size, "application", column)}
    if part == "TOTALAREA":
        score = blend(rng, size, (0.92, bulk), (0.27, height))
        return {"TOTALAREA_MODE": np.round(quantile("TOTALAREA_MODE", score), 4)}
    loading = _LOADINGS[part]
    score = blend(rng, size, (loading[0], bulk), (loading[1], height))
    return {
        column: _measured(rng, column, part, score)
        for column in schema()["application"]
        if column in {f"{part}_AVG", f"{part}_MODE", f"{part}_MEDI"}
    }


def _measured(rng: np.random.Generator, column: str, part: str, score: FloatArray) -> FloatArray:
    near = blend(rng, len(score), (0.985, score)) if column.endswith("_MODE") else score
    values = quantile(column, near)
    step = _STEPS.get(part, 1e-4)
    return np.asarray(np.round(np.round(values / step) * step, 4))
