"""How an applicant earns: retirement, occupation, employer, income, and the car it pays for."""

import numpy as np

from producer.synthesis.marginals import blend, draw_levels, flip, quantile
from producer.synthesis.tables import NEVER, BoolArray, FloatArray, Frame, code
from producer.synthesis.traits import Traits, share_by_age

_RETIRED_F = [0.007, 0.004, 0.004, 0.009, 0.022, 0.040, 0.120, 0.660, 0.830, 0.920]
_RETIRED_M = [0.007, 0.003, 0.003, 0.008, 0.020, 0.030, 0.060, 0.260, 0.680, 0.880]
_OWNS_CAR_F = [0.190, 0.260, 0.300, 0.285, 0.255, 0.210, 0.190, 0.150, 0.120, 0.060]
_OWNS_CAR_M = [0.450, 0.520, 0.600, 0.640, 0.640, 0.600, 0.580, 0.530, 0.500, 0.450]


def draw_employment(rng: np.random.Generator, traits: Traits, people: Frame) -> Frame:
    """Income type, occupation, organisation, employment, income, phones at work and car."""
    age = -people["DAYS_BIRTH"] / 365.25
    female = people["CODE_GENDER"] != code("application", "CODE_GENDER", "M")
    retired = flip(
        rng,
        np.where(female, share_by_age(age, _RETIRED_F), share_by_age(age, _RETIRED_M)),
    )
    work = _work(rng, traits, age, female, retired)
    return work | _income(rng, traits, people | work, female) | _car(rng, traits, age, female)


def _work(
    rng: np.random.Generator,
    traits: Traits,
    age: FloatArray,
    female: BoolArray,
    retired: BoolArray,
) -> Frame:
    size = len(age)
    table = "application"
    income_type = np.where(
        female,
        draw_levels(rng, size, table, "NAME_INCOME_TYPE", "NAME_INCOME_TYPE_f"),
        draw_levels(rng, size, table, "NAME_INCOME_TYPE", "NAME_INCOME_TYPE_m"),
    )
    income_type[retired] = code(table, "NAME_INCOME_TYPE", "Pensioner")
    jobless = retired | (income_type == code(table, "NAME_INCOME_TYPE", "Unemployed"))
    occupation = np.where(
        female,
        draw_levels(rng, size, table, "OCCUPATION_TYPE", "OCCUPATION_TYPE_f"),
        draw_levels(rng, size, table, "OCCUPATION_TYPE", "OCCUPATION_TYPE_m"),
    )
    occupation[jobless | flip(rng, np.full(size, 0.162))] = np.nan
    state = income_type == code(table, "NAME_INCOME_TYPE", "State servant")
    organization = np.where(
        state,
        draw_levels(rng, size, table, "ORGANIZATION_TYPE", "ORGANIZATION_TYPE_state"),
        draw_levels(rng, size, table, "ORGANIZATION_TYPE", "ORGANIZATION_TYPE_private"),
    )
    organization[jobless] = code(table, "ORGANIZATION_TYPE", "XNA")
    score = blend(rng, size, (-0.36, traits.maturity), (-0.20, traits.prudence)) - 0.09
    longest = -(age - 17.0) * 365.25
    employed = np.round(np.maximum(quantile("DAYS_EMPLOYED", score), longest))
    return {
        "NAME_INCOME_TYPE": income_type,
        "OCCUPATION_TYPE": occupation,
        "ORGANIZATION_TYPE": organization,
        "DAYS_EMPLOYED": np.where(jobless, NEVER, employed),
        "FLAG_EMP_PHONE": np.where(jobless, 0.0, 1.0),
        "FLAG_WORK_PHONE": flip(rng, np.where(jobless, 0.0, 0.243)).astype(np.float64),
    }


def _income(rng: np.random.Generator, traits: Traits, frame: Frame, female: BoolArray) -> Frame:
    size = len(traits)
    higher = frame["NAME_EDUCATION_TYPE"] >= code(
        "application", "NAME_EDUCATION_TYPE", "Higher education"
    )
    jobless = frame["DAYS_EMPLOYED"] == NEVER
    shift = np.where(female, -0.21, 0.25) + 0.35 * higher - 0.45 * jobless
    score = blend(rng, size, (0.74, traits.affluence)) * 0.92 + shift
    income = quantile("AMT_INCOME_TOTAL", score)
    coarse = flip(rng, np.full(size, 0.72))
    step = np.where(coarse, 22_500.0, 4_500.0)
    rounded = np.maximum(np.round(income / step) * step, 25_650.0)
    return {"AMT_INCOME_TOTAL": rounded}


def _car(rng: np.random.Generator, traits: Traits, age: FloatArray, female: BoolArray) -> Frame:
    base = np.where(female, share_by_age(age, _OWNS_CAR_F), share_by_age(age, _OWNS_CAR_M))
    lifted = base * np.exp(0.25 * traits.affluence - 0.03)
    owns = flip(rng, np.minimum(lifted, 0.97))
    score = blend(rng, len(age), (-0.38, traits.affluence), (-0.16, traits.prudence))
    years = np.round(quantile("OWN_CAR_AGE", score))
    years[flip(rng, np.full(len(age), 0.03))] = 64.0
    return {
        "FLAG_OWN_CAR": owns.astype(np.float64),
        "OWN_CAR_AGE": np.where(owns, years, np.nan),
    }
