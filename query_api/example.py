"""One invented applicant: what the test page is filled with and what the documents show."""

import datetime as dt
from typing import Any

from contracts import ids
from contracts.events import (
    Attribution,
    ColumnDistance,
    ColumnDrift,
    Decision,
    Distribution,
    DriftReported,
    Estimate,
    ExpectedPerformance,
    HistoryStatus,
    LoanExplained,
    LoanScored,
    Purpose,
    ReasonGiven,
)
from query_api.store.cases import Case, StoredScore

APPLICATION: dict[str, Any] = {
    "SK_ID_CURR": 900001,
    "NAME_CONTRACT_TYPE": "Cash loans",
    "CODE_GENDER": "F",
    "FLAG_OWN_CAR": "N",
    "FLAG_OWN_REALTY": "Y",
    "CNT_CHILDREN": 1,
    "AMT_INCOME_TOTAL": 162000,
    "AMT_CREDIT": 514800,
    "AMT_ANNUITY": 26150,
    "AMT_GOODS_PRICE": 450000,
    "NAME_TYPE_SUITE": "Unaccompanied",
    "NAME_INCOME_TYPE": "Working",
    "NAME_EDUCATION_TYPE": "Secondary / secondary special",
    "NAME_FAMILY_STATUS": "Married",
    "NAME_HOUSING_TYPE": "House / apartment",
    "REGION_POPULATION_RELATIVE": 0.0189,
    "DAYS_BIRTH": -13880,
    "DAYS_EMPLOYED": -1640,
    "DAYS_REGISTRATION": -4420,
    "DAYS_ID_PUBLISH": -2910,
    "FLAG_MOBIL": 1,
    "FLAG_EMP_PHONE": 1,
    "FLAG_WORK_PHONE": 0,
    "FLAG_CONT_MOBILE": 1,
    "FLAG_PHONE": 0,
    "FLAG_EMAIL": 0,
    "OCCUPATION_TYPE": "Sales staff",
    "CNT_FAM_MEMBERS": 3,
    "REGION_RATING_CLIENT": 2,
    "REGION_RATING_CLIENT_W_CITY": 2,
    "WEEKDAY_APPR_PROCESS_START": "TUESDAY",
    "HOUR_APPR_PROCESS_START": 11,
    "REG_REGION_NOT_LIVE_REGION": 0,
    "REG_REGION_NOT_WORK_REGION": 0,
    "LIVE_REGION_NOT_WORK_REGION": 0,
    "REG_CITY_NOT_LIVE_CITY": 0,
    "REG_CITY_NOT_WORK_CITY": 1,
    "LIVE_CITY_NOT_WORK_CITY": 1,
    "ORGANIZATION_TYPE": "Self-employed",
    "EXT_SOURCE_1": 0.47,
    "EXT_SOURCE_2": 0.55,
    "EXT_SOURCE_3": 0.42,
    "OBS_30_CNT_SOCIAL_CIRCLE": 2,
    "DEF_30_CNT_SOCIAL_CIRCLE": 0,
    "OBS_60_CNT_SOCIAL_CIRCLE": 2,
    "DEF_60_CNT_SOCIAL_CIRCLE": 0,
    "DAYS_LAST_PHONE_CHANGE": -760,
    "FLAG_DOCUMENT_3": 1,
    "AMT_REQ_CREDIT_BUREAU_HOUR": 0,
    "AMT_REQ_CREDIT_BUREAU_DAY": 0,
    "AMT_REQ_CREDIT_BUREAU_WEEK": 0,
    "AMT_REQ_CREDIT_BUREAU_MON": 0,
    "AMT_REQ_CREDIT_BUREAU_QRT": 1,
    "AMT_REQ_CREDIT_BUREAU_YEAR": 3,
}

EVENT_ID = "2f0d5f86-6a3c-4a7b-9c55-5f1c6a0b7e11"
_APPLIED_AT = dt.datetime(2026, 3, 2, 9, 30, 0, 120_000, tzinfo=dt.UTC)


def example_score() -> LoanScored:
    """The score that the documents show."""
    return LoanScored(
        application_id=APPLICATION["SK_ID_CURR"],
        score_id=ids.score_id(EVENT_ID),
        application_event_id=EVENT_ID,
        purpose=Purpose.DECISION,
        applied_at=_APPLIED_AT,
        scored_at=_APPLIED_AT + dt.timedelta(milliseconds=85),
        source_partition=2,
        source_offset=41_207,
        model_name="creditstream",
        model_version="3",
        feature_version="1",
        history_version="1",
        history_status=HistoryStatus.PRESENT,
        history_as_of=_APPLIED_AT - dt.timedelta(days=3),
        raw_score=-2.05,
        probability=0.114,
        points=561,
        decision=Decision.REFER,
        features="",
    )


def example_explanation() -> LoanExplained:
    """The explanation of that score."""
    score = example_score()
    return LoanExplained(
        application_id=score.application_id,
        explanation_id=ids.explanation_id(score.score_id),
        score_id=score.score_id,
        purpose=score.purpose,
        applied_at=score.applied_at,
        explained_at=score.scored_at + dt.timedelta(milliseconds=60),
        score_partition=2,
        score_offset=39_882,
        model_name=score.model_name,
        model_version=score.model_version,
        base_value=-2.61,
        raw_score=score.raw_score,
        attributions="",
        strongest=(
            Attribution(feature="EXT_SOURCE_MEAN", value=0.48, attribution=0.34),
            Attribution(feature="ANNUITY_TO_CREDIT", value=0.0508, attribution=0.21),
            Attribution(feature="AMT_GOODS_PRICE", value=450_000.0, attribution=-0.12),
        ),
        reasons=(
            ReasonGiven(
                code="EXTERNAL_SCORES",
                text="The scores of credit bureaus are low.",
                attribution=0.34,
                features=("EXT_SOURCE_MEAN",),
            ),
        ),
    )


def example_case() -> Case:
    """The case that they make."""
    score = example_score()
    stored = StoredScore(event=score, in_force=True, explanation=example_explanation())
    return Case(score.application_id, (stored,), outcome=None)


def example_drift_report() -> DriftReported:
    """A window in which one column has drifted."""
    return DriftReported(
        window_id="creditstream-3-000012",
        model_name="creditstream",
        model_version="3",
        opened_at=_APPLIED_AT - dt.timedelta(hours=2),
        closed_at=_APPLIED_AT,
        first_applied_at=_APPLIED_AT - dt.timedelta(hours=2),
        last_applied_at=_APPLIED_AT,
        size=1_000,
        columns=(
            ColumnDrift(
                column="EXT_SOURCE_3",
                test="missing",
                statistic=212.4,
                effect=0.19,
                p_value=1e-9,
                q_value=1e-7,
                drifted=True,
                words="EXT_SOURCE_3 missing 20 % -> 39 %",
            ),
        ),
        drifted=("EXT_SOURCE_3",),
        alerted=(),
        alert=False,
        expected=ExpectedPerformance(
            auc=Estimate(value=0.761, low=0.718, high=0.802),
            precision=Estimate(value=0.31, low=0.24, high=0.38),
            recall=Estimate(value=0.36, low=0.28, high=0.44),
            default_rate=Estimate(value=0.081, low=0.066, high=0.097),
            approved_default_rate=Estimate(value=0.052, low=0.038, high=0.067),
            approval_rate=0.79,
        ),
        distances=(
            ColumnDistance(
                column="EXT_SOURCE_3",
                psi=0.21,
                psi_critical=0.024,
                ks=0.03,
                wasserstein=0.05,
                total_variation=0.19,
                missing_reference=0.2,
                missing_window=0.39,
                distribution=Distribution(
                    bins=("up to 0.53", "above 0.53", "missing"),
                    reference=(0.4, 0.4, 0.2),
                    window=(0.31, 0.3, 0.39),
                ),
            ),
        ),
    )
