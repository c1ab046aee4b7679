"""The loan application: the 121 columns of the Home Credit table, by their names there."""

from typing import Annotated

import msgspec

Identifier = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Amount = Annotated[float, msgspec.Meta(ge=0, le=1e12)] | None
Count = Annotated[float, msgspec.Meta(ge=0, le=1e6)] | None
EmploymentDays = (
    Annotated[
        float,
        msgspec.Meta(
            ge=-40_000,
            le=365_243,
            extra_json_schema={"anyOf": [{"maximum": 0}, {"const": 365_243}]},
        ),
    ]
    | None
)
Flag = Annotated[float, msgspec.Meta(ge=0, le=1)] | None
Hour = Annotated[float, msgspec.Meta(ge=0, le=23)] | None
Level = Annotated[str, msgspec.Meta(max_length=100)] | None
PastDays = Annotated[float, msgspec.Meta(ge=-50_000, le=0)] | None
Rating = Annotated[float, msgspec.Meta(ge=-1, le=3)] | None  # -1 occurs once in the real data
Share = Annotated[float, msgspec.Meta(ge=0, le=1)] | None
Years = Annotated[float, msgspec.Meta(ge=0, le=200)] | None

NOT_EMPLOYED = 365_243.0
"""What `DAYS_EMPLOYED` holds for pensioners and the unemployed: no number of days at all."""


class LoanApplication(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One application; a column that is absent, null or NaN is missing (`None`).

    Amounts are in the currency of the loan, `DAYS_` columns count days before the application
    (negative), shares and scores lie in [0, 1]. The level of a category is free text: an unknown
    one is scored as unseen, not refused.

    Raises:
        ValueError: `DAYS_EMPLOYED` is positive without being the sentinel 365243.
    """

    SK_ID_CURR: Identifier
    NAME_CONTRACT_TYPE: Level = None
    CODE_GENDER: Level = None
    FLAG_OWN_CAR: Level = None
    FLAG_OWN_REALTY: Level = None
    CNT_CHILDREN: Count = None
    AMT_INCOME_TOTAL: Amount = None
    AMT_CREDIT: Amount = None
    AMT_ANNUITY: Amount = None
    AMT_GOODS_PRICE: Amount = None
    NAME_TYPE_SUITE: Level = None
    NAME_INCOME_TYPE: Level = None
    NAME_EDUCATION_TYPE: Level = None
    NAME_FAMILY_STATUS: Level = None
    NAME_HOUSING_TYPE: Level = None
    REGION_POPULATION_RELATIVE: Share = None
    DAYS_BIRTH: PastDays = None
    DAYS_EMPLOYED: EmploymentDays = None
    DAYS_REGISTRATION: PastDays = None
    DAYS_ID_PUBLISH: PastDays = None
    OWN_CAR_AGE: Years = None
    FLAG_MOBIL: Flag = None
    FLAG_EMP_PHONE: Flag = None
    FLAG_WORK_PHONE: Flag = None
    FLAG_CONT_MOBILE: Flag = None
    FLAG_PHONE: Flag = None
    FLAG_EMAIL: Flag = None
    OCCUPATION_TYPE: Level = None
    CNT_FAM_MEMBERS: Count = None
    REGION_RATING_CLIENT: Rating = None
    REGION_RATING_CLIENT_W_CITY: Rating = None
    WEEKDAY_APPR_PROCESS_START: Level = None
    HOUR_APPR_PROCESS_START: Hour = None
    REG_REGION_NOT_LIVE_REGION: Flag = None
    REG_REGION_NOT_WORK_REGION: Flag = None
    LIVE_REGION_NOT_WORK_REGION: Flag = None
    REG_CITY_NOT_LIVE_CITY: Flag = None
    REG_CITY_NOT_WORK_CITY: Flag = None
    LIVE_CITY_NOT_WORK_CITY: Flag = None
    ORGANIZATION_TYPE: Level = None
    EXT_SOURCE_1: Share = None
    EXT_SOURCE_2: Share = None
    EXT_SOURCE_3: Share = None
    APARTMENTS_AVG: Share = None
    BASEMENTAREA_AVG: Share = None
    YEARS_BEGINEXPLUATATION_AVG: Share = None
    YEARS_BUILD_AVG: Share = None
    COMMONAREA_AVG: Share = None
    ELEVATORS_AVG: Share = None
    ENTRANCES_AVG: Share = None
    FLOORSMAX_AVG: Share = None
    FLOORSMIN_AVG: Share = None
    LANDAREA_AVG: Share = None
    LIVINGAPARTMENTS_AVG: Share = None
    LIVINGAREA_AVG: Share = None
    NONLIVINGAPARTMENTS_AVG: Share = None
    NONLIVINGAREA_AVG: Share = None
    APARTMENTS_MODE: Share = None
    BASEMENTAREA_MODE: Share = None
    YEARS_BEGINEXPLUATATION_MODE: Share = None
    YEARS_BUILD_MODE: Share = None
    COMMONAREA_MODE: Share = None
    ELEVATORS_MODE: Share = None
    ENTRANCES_MODE: Share = None
    FLOORSMAX_MODE: Share = None
    FLOORSMIN_MODE: Share = None
    LANDAREA_MODE: Share = None
    LIVINGAPARTMENTS_MODE: Share = None
    LIVINGAREA_MODE: Share = None
    NONLIVINGAPARTMENTS_MODE: Share = None
    NONLIVINGAREA_MODE: Share = None
    APARTMENTS_MEDI: Share = None
    BASEMENTAREA_MEDI: Share = None
    YEARS_BEGINEXPLUATATION_MEDI: Share = None
    YEARS_BUILD_MEDI: Share = None
    COMMONAREA_MEDI: Share = None
    ELEVATORS_MEDI: Share = None
    ENTRANCES_MEDI: Share = None
    FLOORSMAX_MEDI: Share = None
    FLOORSMIN_MEDI: Share = None
    LANDAREA_MEDI: Share = None
    LIVINGAPARTMENTS_MEDI: Share = None
    LIVINGAREA_MEDI: Share = None
    NONLIVINGAPARTMENTS_MEDI: Share = None
    NONLIVINGAREA_MEDI: Share = None
    FONDKAPREMONT_MODE: Level = None
    HOUSETYPE_MODE: Level = None
    TOTALAREA_MODE: Share = None
    WALLSMATERIAL_MODE: Level = None
    EMERGENCYSTATE_MODE: Level = None
    OBS_30_CNT_SOCIAL_CIRCLE: Count = None
    DEF_30_CNT_SOCIAL_CIRCLE: Count = None
    OBS_60_CNT_SOCIAL_CIRCLE: Count = None
    DEF_60_CNT_SOCIAL_CIRCLE: Count = None
    DAYS_LAST_PHONE_CHANGE: PastDays = None
    FLAG_DOCUMENT_2: Flag = None
    FLAG_DOCUMENT_3: Flag = None
    FLAG_DOCUMENT_4: Flag = None
    FLAG_DOCUMENT_5: Flag = None
    FLAG_DOCUMENT_6: Flag = None
    FLAG_DOCUMENT_7: Flag = None
    FLAG_DOCUMENT_8: Flag = None
    FLAG_DOCUMENT_9: Flag = None
    FLAG_DOCUMENT_10: Flag = None
    FLAG_DOCUMENT_11: Flag = None
    FLAG_DOCUMENT_12: Flag = None
    FLAG_DOCUMENT_13: Flag = None
    FLAG_DOCUMENT_14: Flag = None
    FLAG_DOCUMENT_15: Flag = None
    FLAG_DOCUMENT_16: Flag = None
    FLAG_DOCUMENT_17: Flag = None
    FLAG_DOCUMENT_18: Flag = None
    FLAG_DOCUMENT_19: Flag = None
    FLAG_DOCUMENT_20: Flag = None
    FLAG_DOCUMENT_21: Flag = None
    AMT_REQ_CREDIT_BUREAU_HOUR: Count = None
    AMT_REQ_CREDIT_BUREAU_DAY: Count = None
    AMT_REQ_CREDIT_BUREAU_WEEK: Count = None
    AMT_REQ_CREDIT_BUREAU_MON: Count = None
    AMT_REQ_CREDIT_BUREAU_QRT: Count = None
    AMT_REQ_CREDIT_BUREAU_YEAR: Count = None

    def __post_init__(self) -> None:
        """Refuse a start of employment that lies after the application."""
        days = self.DAYS_EMPLOYED
        if days is not None and days > 0 and days != NOT_EMPLOYED:
            raise ValueError(f"Expected `DAYS_EMPLOYED` <= 0 or {NOT_EMPLOYED:.0f}, not {days:g}")


COLUMNS: tuple[str, ...] = LoanApplication.__struct_fields__[1:]
"""The 120 application columns after the id, in Kaggle's order."""

CATEGORICAL: tuple[str, ...] = tuple(
    name for name in COLUMNS if LoanApplication.__annotations__[name] == Level
)
NUMERIC: tuple[str, ...] = tuple(name for name in COLUMNS if name not in CATEGORICAL)
