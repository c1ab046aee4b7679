"""Named ways in which applications may come to differ from those a model was trained on."""

from collections.abc import Callable, Mapping
from hashlib import blake2b

import msgspec

from contracts.application import LoanApplication

Scenario = Callable[[LoanApplication], LoanApplication]

_MORE_REVOLVING = 0.30
_WITHOUT_SCORES = 0.30
_INFLATION = 1.35
_NEW_LEVEL_SHARE = 0.08
_NEW_LEVEL = "Platform workers"


def revolving_share(application: LoanApplication) -> LoanApplication:
    """Three in ten cash loans are asked for as revolving loans, with their usual terms."""
    if not _chosen(application, "revolving-share", _MORE_REVOLVING):
        return application
    credit = application.AMT_CREDIT
    return msgspec.structs.replace(
        application,
        NAME_CONTRACT_TYPE="Revolving loans",
        AMT_ANNUITY=None if credit is None else credit * 0.05,
        AMT_GOODS_PRICE=credit,
    )


def missing_bureau_scores(application: LoanApplication) -> LoanApplication:
    """Two external scores are missing for three in ten more, as when a bureau stops answering."""
    if not _chosen(application, "missing-bureau-scores", _WITHOUT_SCORES):
        return application
    return msgspec.structs.replace(application, EXT_SOURCE_2=None, EXT_SOURCE_3=None)


def income_inflation(application: LoanApplication) -> LoanApplication:
    """Incomes are given 35 % higher."""
    income = application.AMT_INCOME_TOTAL
    if income is None:
        return application
    return msgspec.structs.replace(application, AMT_INCOME_TOTAL=round(income * _INFLATION, 2))


def new_category_level(application: LoanApplication) -> LoanApplication:
    """Eight in a hundred have an occupation that no model has seen."""
    if not _chosen(application, "new-category-level", _NEW_LEVEL_SHARE):
        return application
    return msgspec.structs.replace(application, OCCUPATION_TYPE=_NEW_LEVEL)


SCENARIOS: Mapping[str, Scenario] = {
    "revolving-share": revolving_share,
    "missing-bureau-scores": missing_bureau_scores,
    "income-inflation": income_inflation,
    "new-category-level": new_category_level,
}


def _chosen(application: LoanApplication, scenario: str, share: float) -> bool:
    """Whether a scenario takes the applicant: always the same ones, spread as by chance."""
    name = f"{scenario} {application.SK_ID_CURR}".encode()
    draw = int.from_bytes(blake2b(name, digest_size=4).digest())
    return draw < share * 2**32
