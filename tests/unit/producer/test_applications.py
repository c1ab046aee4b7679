"""Marginals against the published figures; tolerances are about five standard errors."""

import numpy as np
import pytest

from producer.synthesis.portfolio import Portfolio
from producer.synthesis.tables import NEVER, FloatArray, code

_MISSING = {
    "COMMONAREA_AVG": 0.6987,
    "NONLIVINGAPARTMENTS_MODE": 0.6943,
    "FONDKAPREMONT_MODE": 0.6839,
    "OWN_CAR_AGE": 0.6599,
    "LANDAREA_MEDI": 0.5938,
    "EXT_SOURCE_1": 0.5638,
    "APARTMENTS_AVG": 0.5075,
    "TOTALAREA_MODE": 0.4827,
    "EMERGENCYSTATE_MODE": 0.4740,
    "OCCUPATION_TYPE": 0.3135,
    "EXT_SOURCE_3": 0.1983,
    "AMT_REQ_CREDIT_BUREAU_YEAR": 0.1350,
    "NAME_TYPE_SUITE": 0.0042,
    "OBS_30_CNT_SOCIAL_CIRCLE": 0.0033,
    "EXT_SOURCE_2": 0.0021,
}
_MEDIANS = {
    "AMT_INCOME_TOTAL": 147_150,
    "AMT_CREDIT": 513_531,
    "AMT_ANNUITY": 24_903,
    "AMT_GOODS_PRICE": 450_000,
    "DAYS_BIRTH": -15_750,
    "DAYS_REGISTRATION": -4_504,
    "DAYS_ID_PUBLISH": -3_254,
    "EXT_SOURCE_1": 0.505998,
    "EXT_SOURCE_2": 0.565961,
    "EXT_SOURCE_3": 0.535276,
    "APARTMENTS_AVG": 0.0876,
    "FLOORSMAX_AVG": 0.1667,
}
_SHARES = {
    ("NAME_CONTRACT_TYPE", "Revolving loans"): 0.095,
    ("CODE_GENDER", "F"): 0.658,
    ("NAME_INCOME_TYPE", "Pensioner"): 0.180,
    ("NAME_INCOME_TYPE", "Working"): 0.516,
    ("NAME_EDUCATION_TYPE", "Higher education"): 0.243,
    ("NAME_FAMILY_STATUS", "Married"): 0.639,
    ("FLAG_OWN_CAR", "Y"): 0.340,
    ("FLAG_OWN_REALTY", "Y"): 0.694,
    ("NAME_HOUSING_TYPE", "House / apartment"): 0.887,
}


def _column(portfolio: Portfolio, name: str) -> FloatArray:
    return portfolio.tables["application"][name]


@pytest.mark.parametrize(("column", "share"), _MISSING.items())
def test_missing_shares_are_the_published_ones(
    portfolio: Portfolio, column: str, share: float
) -> None:
    assert np.isnan(_column(portfolio, column)).mean() == pytest.approx(share, abs=0.022)


@pytest.mark.parametrize(("column", "median"), _MEDIANS.items())
def test_medians_are_near_the_published_ones(
    portfolio: Portfolio, column: str, median: float
) -> None:
    found = np.nanmedian(_column(portfolio, column))
    assert found == pytest.approx(median, rel=0.06)


@pytest.mark.parametrize(("column", "level", "share"), [(*k, v) for k, v in _SHARES.items()])
def test_shares_of_levels_are_near_the_published_ones(
    portfolio: Portfolio, column: str, level: str, share: float
) -> None:
    found = (_column(portfolio, column) == code("application", column, level)).mean()
    assert found == pytest.approx(share, abs=0.022)


def test_building_columns_go_missing_together(portfolio: Portfolio) -> None:
    apartments = np.isnan(_column(portfolio, "APARTMENTS_AVG"))
    assert (apartments == np.isnan(_column(portfolio, "APARTMENTS_MODE"))).all()
    elevators = np.isnan(_column(portfolio, "ELEVATORS_MEDI"))
    assert np.corrcoef(apartments, elevators)[0, 1] > 0.85


def test_sentinel_stands_for_those_who_do_not_work(portfolio: Portfolio) -> None:
    jobless = _column(portfolio, "DAYS_EMPLOYED") == NEVER
    nobody = code("application", "ORGANIZATION_TYPE", "XNA")
    assert (jobless == (_column(portfolio, "ORGANIZATION_TYPE") == nobody)).all()
    assert (jobless == (_column(portfolio, "FLAG_EMP_PHONE") == 0)).all()
    assert np.isnan(_column(portfolio, "OCCUPATION_TYPE"))[jobless].all()
    pensioner = code("application", "NAME_INCOME_TYPE", "Pensioner")
    assert jobless[_column(portfolio, "NAME_INCOME_TYPE") == pensioner].all()


def test_car_age_is_known_for_owners_alone(portfolio: Portfolio) -> None:
    owner = _column(portfolio, "FLAG_OWN_CAR") == code("application", "FLAG_OWN_CAR", "Y")
    assert (owner == ~np.isnan(_column(portfolio, "OWN_CAR_AGE"))).all()


def test_nothing_happened_before_birth(portfolio: Portfolio) -> None:
    birth = _column(portfolio, "DAYS_BIRTH")
    for column in ("DAYS_REGISTRATION", "DAYS_ID_PUBLISH"):
        assert (_column(portfolio, column) >= birth).all(), column
    worked = _column(portfolio, "DAYS_EMPLOYED")
    assert (worked[worked != NEVER] > birth[worked != NEVER] + 15 * 365).all()


def test_family_holds_children_and_partner(portfolio: Portfolio) -> None:
    others = _column(portfolio, "CNT_FAM_MEMBERS") - _column(portfolio, "CNT_CHILDREN")
    assert set(others[~np.isnan(others)]) == {1.0, 2.0}


def test_revolving_annuity_is_a_twentieth(portfolio: Portfolio) -> None:
    revolving = _column(portfolio, "NAME_CONTRACT_TYPE") == 1
    known = revolving & ~np.isnan(_column(portfolio, "AMT_ANNUITY"))
    ratio = _column(portfolio, "AMT_ANNUITY")[known] / _column(portfolio, "AMT_CREDIT")[known]
    assert ratio == pytest.approx(np.full(len(ratio), 0.05))


def test_external_scores_are_shares_and_correlate(portfolio: Portfolio) -> None:
    scores = np.stack([_column(portfolio, f"EXT_SOURCE_{n}") for n in (1, 2, 3)])
    known = ~np.isnan(scores).any(axis=0)
    assert np.nanmin(scores) >= 0
    assert np.nanmax(scores) <= 1
    correlation = np.corrcoef(scores[:, known])
    assert correlation[0, 1] == pytest.approx(0.21, abs=0.07)
    assert correlation[1, 2] == pytest.approx(0.11, abs=0.07)
