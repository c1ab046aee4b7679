"""The truth: default probability as a known function of what the tables record."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import TypedDict

import numpy as np
from scipy.special import expit

from producer.synthesis.aggregates import history_aggregates
from producer.synthesis.tables import NEVER, BoolArray, FloatArray, Frame, code

_TABLE = "application"
_RISKY_WORK = (
    "Laborers",
    "Drivers",
    "Low-skill Laborers",
    "Waiters/barmen staff",
    "Security staff",
    "Sales staff",
    "Cooking staff",
)


class Truth(TypedDict):
    """Log-odds of the typical applicant, and what one unit of each term adds."""

    intercept: float
    application: dict[str, float]
    history: dict[str, float]


@cache
def truth() -> Truth:
    """The coefficients of `risk.toml`."""
    text = files(__package__).joinpath("risk.toml").read_text(encoding="utf-8")
    coefficients: Truth = tomllib.loads(text)  # type: ignore[assignment]
    return coefficients


def default_probability(tables: dict[str, Frame]) -> FloatArray:
    """The true probability of default of every applicant of a chunk."""
    coefficients = truth()
    log_odds = np.full(len(tables["application"]["SK_ID_CURR"]), coefficients["intercept"])
    terms = application_terms(tables["application"]) | history_aggregates(tables)
    for name, weight in (coefficients["application"] | coefficients["history"]).items():
        log_odds += weight * terms[name]
    return np.asarray(expit(log_odds))


def application_terms(frame: Frame) -> Frame:
    """What the application itself says of the risk, on scales of about one."""
    return _scores(frame) | _person(frame) | _work(frame) | _loan(frame) | _place(frame)


def _is(frame: Frame, column: str, *names: str) -> FloatArray:
    found = np.isin(frame[column], [code(_TABLE, column, name) for name in names])
    return found.astype(np.float64)


def _known(values: FloatArray, known: BoolArray) -> FloatArray:
    return np.where(known, np.nan_to_num(values), 0.0)


def _scores(frame: Frame) -> Frame:
    terms: Frame = {}
    total, count = np.zeros(len(frame["SK_ID_CURR"])), np.zeros(len(frame["SK_ID_CURR"]))
    for number in (1, 2, 3):
        score = frame[f"EXT_SOURCE_{number}"]
        known = ~np.isnan(score)
        terms[f"ext_source_{number}"] = _known((0.5 - score) / 0.2, known)
        terms[f"ext_source_{number}_missing"] = (~known).astype(np.float64)
        total += _known(score, known)
        count += known
    mean = np.where(count > 0, total / np.maximum(count, 1.0), 0.5)
    terms["ext_sources_weak"] = np.maximum(0.40 - mean, 0.0) / 0.1
    return terms


def _person(frame: Frame) -> Frame:
    return {
        "age": (-frame["DAYS_BIRTH"] / 365.25 - 43.9) / 11.9,
        "male": _is(frame, "CODE_GENDER", "M"),
        "higher_education": _is(
            frame, "NAME_EDUCATION_TYPE", "Higher education", "Academic degree"
        ),
        "lower_secondary": _is(frame, "NAME_EDUCATION_TYPE", "Lower secondary"),
        "incomplete_higher": _is(frame, "NAME_EDUCATION_TYPE", "Incomplete higher"),
        "unmarried": _is(frame, "NAME_FAMILY_STATUS", "Civil marriage", "Single / not married"),
        "social_circle_defaults": np.minimum(np.nan_to_num(frame["DEF_30_CNT_SOCIAL_CIRCLE"]), 3.0),
        "years_since_phone_change": np.minimum(-frame["DAYS_LAST_PHONE_CHANGE"] / 365.25, 6.0),
        "years_since_papers": -frame["DAYS_ID_PUBLISH"] / 3652.5,
    }


def _work(frame: Frame) -> Frame:
    jobless = frame["DAYS_EMPLOYED"] == NEVER
    years = np.where(jobless, 0.0, -frame["DAYS_EMPLOYED"] / 365.25)
    return {
        "not_employed": jobless.astype(np.float64),
        "years_employed": np.log1p(np.clip(years, 0.0, 30.0)),
        "risky_work": _is(frame, "OCCUPATION_TYPE", *_RISKY_WORK),
        "working": _is(frame, "NAME_INCOME_TYPE", "Working"),
    }


def _loan(frame: Frame) -> Frame:
    revolving = _is(frame, "NAME_CONTRACT_TYPE", "Revolving loans")
    annuity = frame["AMT_ANNUITY"]
    cash = (revolving == 0) & ~np.isnan(annuity)
    term = frame["AMT_CREDIT"] / annuity
    markup = frame["AMT_CREDIT"] / frame["AMT_GOODS_PRICE"] - 1.0
    load = np.where(np.isnan(annuity), 0.16, annuity / frame["AMT_INCOME_TOTAL"])
    return {
        "revolving": revolving,
        "middling_term": _known(np.exp(-(((term - 17.5) / 5.0) ** 2)), cash),
        "goods_price": np.log(np.nan_to_num(frame["AMT_GOODS_PRICE"], nan=450e3) / 450e3),
        "markup": _known(np.clip(markup, 0.0, 0.5) / 0.1, cash & (frame["AMT_GOODS_PRICE"] > 0)),
        "annuity_load": np.clip(load, 0.02, 0.5) / 0.1,
        "document_3": frame["FLAG_DOCUMENT_3"],
    }


def _place(frame: Frame) -> Frame:
    owner = _is(frame, "FLAG_OWN_CAR", "Y")
    return {
        "region_rating": frame["REGION_RATING_CLIENT_W_CITY"] - 2.0,
        "lives_elsewhere": frame["REG_CITY_NOT_LIVE_CITY"],
        "works_elsewhere": frame["REG_CITY_NOT_WORK_CITY"],
        "unsettled_home": _is(frame, "NAME_HOUSING_TYPE", "Rented apartment", "With parents"),
        "own_car": owner,
        "car_age": _known(np.minimum(frame["OWN_CAR_AGE"], 30.0) / 10.0, owner > 0),
    }
