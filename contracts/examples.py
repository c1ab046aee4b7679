"""One example of every event, for the documents and for tests."""

import datetime as dt

import msgspec
import numpy as np

from contracts.application import LoanApplication
from contracts.events import (
    EVENT_TYPES,
    Attribution,
    ColumnDistance,
    ColumnDrift,
    ColumnEffect,
    Decision,
    Distribution,
    DriftEffects,
    DriftReported,
    Estimate,
    ExpectedPerformance,
    HistoryAggregated,
    HistoryStatus,
    LoanExplained,
    LoanScored,
    OutcomeObserved,
    Purpose,
    ReasonGiven,
    SlowDrift,
)
from contracts.headers import cloud_event_headers
from contracts.ids import explanation_id, score_id
from contracts.packing import pack

_APPLIED = dt.datetime(2024, 5, 14, 9, 30, tzinfo=dt.UTC)
_SCORED = _APPLIED + dt.timedelta(milliseconds=180)
_EXPLAINED = _APPLIED + dt.timedelta(milliseconds=310)
_EVENT_ID = "loan.applications-2-4711"
_SCORE_ID = score_id(_EVENT_ID)
_PACKED = pack(np.array([0.25, np.nan, -1.0], dtype=np.float32))

APPLICATION = LoanApplication(
    SK_ID_CURR=500_001,
    NAME_CONTRACT_TYPE="Cash loans",
    CODE_GENDER="F",
    FLAG_OWN_CAR="N",
    FLAG_OWN_REALTY="Y",
    CNT_CHILDREN=1,
    AMT_INCOME_TOTAL=148_500,
    AMT_CREDIT=512_000,
    AMT_ANNUITY=25_400,
    AMT_GOODS_PRICE=459_000,
    NAME_INCOME_TYPE="Working",
    NAME_EDUCATION_TYPE="Secondary / secondary special",
    NAME_FAMILY_STATUS="Married",
    NAME_HOUSING_TYPE="House / apartment",
    DAYS_BIRTH=-14_200,
    DAYS_EMPLOYED=-1_830,
    OCCUPATION_TYPE="Core staff",
    CNT_FAM_MEMBERS=3,
    REGION_RATING_CLIENT=2,
    ORGANIZATION_TYPE="School",
    EXT_SOURCE_2=0.61,
    EXT_SOURCE_3=0.44,
    DAYS_LAST_PHONE_CHANGE=-320,
)

HISTORY = HistoryAggregated(
    application_id=APPLICATION.SK_ID_CURR,
    as_of=dt.datetime(2024, 5, 13, tzinfo=dt.UTC),
    history_version="1",
    features=_PACKED,
)

SCORE = LoanScored(
    application_id=APPLICATION.SK_ID_CURR,
    score_id=_SCORE_ID,
    application_event_id=_EVENT_ID,
    purpose=Purpose.DECISION,
    applied_at=_APPLIED,
    scored_at=_SCORED,
    source_partition=2,
    source_offset=4711,
    model_name="creditstream",
    model_version="3",
    feature_version="1",
    history_version="1",
    history_status=HistoryStatus.PRESENT,
    history_as_of=HISTORY.as_of,
    raw_score=-2.25,
    probability=0.095,
    points=567,
    decision=Decision.REFER,
    features=_PACKED,
)

EXPLANATION = LoanExplained(
    application_id=APPLICATION.SK_ID_CURR,
    explanation_id=explanation_id(_SCORE_ID),
    score_id=_SCORE_ID,
    purpose=Purpose.DECISION,
    applied_at=_APPLIED,
    explained_at=_EXPLAINED,
    score_partition=1,
    score_offset=4698,
    model_name=SCORE.model_name,
    model_version=SCORE.model_version,
    base_value=-2.75,
    raw_score=SCORE.raw_score,
    attributions=pack(np.array([0.375, 0.25, -0.125], dtype=np.float32)),
    strongest=(
        Attribution(feature="EXT_SOURCE_3", value=0.44, attribution=0.375),
        Attribution(feature="AMT_REQ_CREDIT_BUREAU_YEAR", value=None, attribution=0.25),
        Attribution(feature="NAME_INCOME_TYPE", value="Working", attribution=-0.125),
    ),
    reasons=(
        ReasonGiven(
            code="external_scores",
            text="The scores we received from external sources are low",
            attribution=0.375,
            features=("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3"),
        ),
    ),
)

OUTCOME = OutcomeObserved(
    application_id=APPLICATION.SK_ID_CURR,
    defaulted=False,
    observed_at=dt.datetime(2025, 5, 14, tzinfo=dt.UTC),
)

DRIFT = DriftReported(
    window_id="7d0b9a52-3c1e-5f86-8a3d-2f4e6c1b9d70",
    model_name=SCORE.model_name,
    model_version=SCORE.model_version,
    opened_at=_APPLIED,
    closed_at=_APPLIED + dt.timedelta(minutes=20),
    first_applied_at=_APPLIED,
    last_applied_at=_APPLIED + dt.timedelta(minutes=19),
    size=1000,
    columns=(
        ColumnDrift(
            column="EXT_SOURCE_3",
            test="missing",
            statistic=151.5,
            effect=0.2,
            p_value=1e-30,
            q_value=1e-28,
            drifted=True,
            words="EXT_SOURCE_3 missing 19 % -> 39 %",
        ),
    ),
    drifted=("EXT_SOURCE_3",),
    alerted=("EXT_SOURCE_3",),
    alert=True,
    drifting=(
        SlowDrift(
            column="AMT_CREDIT",
            windows=5,
            since=_APPLIED - dt.timedelta(hours=4),
            evidence=18.25,
            words="AMT_CREDIT values higher in 5 windows, since 2024-05-14",
        ),
    ),
    expected=ExpectedPerformance(
        auc=Estimate(value=0.761, low=0.718, high=0.802),
        precision=Estimate(value=0.31, low=0.24, high=0.38),
        recall=Estimate(value=0.36, low=0.28, high=0.44),
        default_rate=Estimate(value=0.081, low=0.066, high=0.097),
        approved_default_rate=Estimate(value=0.052, low=0.038, high=0.067),
        approval_rate=0.79,
        doubts=("covariates",),
    ),
    distances=(
        ColumnDistance(
            column="EXT_SOURCE_3",
            psi=0.21,
            psi_critical=0.024,
            ks=0.03,
            wasserstein=0.05,
            total_variation=0.2,
            missing_reference=0.19,
            missing_window=0.39,
            distribution=Distribution(
                bins=("up to 0.53", "above 0.53", "missing"),
                reference=(0.405, 0.405, 0.19),
                window=(0.31, 0.3, 0.39),
            ),
        ),
    ),
    effects=DriftEffects(
        reference_probability=0.079,
        mean_probability=0.086,
        reference_approval_rate=0.812,
        approval_rate=0.79,
        columns=(
            ColumnEffect(column="EXT_SOURCE_3", mean_probability=0.005, approval_rate=-0.018),
        ),
        words="mean probability 7.9 % -> 8.6 %, of which EXT_SOURCE_3 +0.5 points",
    ),
)

EXAMPLES: tuple[msgspec.Struct, ...] = (
    APPLICATION,
    HISTORY,
    SCORE,
    EXPLANATION,
    OUTCOME,
    DRIFT,
)
"""One for every event type, in the order of `contracts.events.EVENT_TYPES`."""

_TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
_MADE = {  # source, id and time
    LoanApplication: ("upstream", _EVENT_ID, _APPLIED),
    HistoryAggregated: ("producer", "history-500001-20240513", HISTORY.as_of),
    LoanScored: ("scorer", SCORE.score_id, SCORE.scored_at),
    LoanExplained: ("explainer", EXPLANATION.explanation_id, EXPLANATION.explained_at),
    OutcomeObserved: ("producer", "outcome-500001", OUTCOME.observed_at),
    DriftReported: ("drift_monitor", DRIFT.window_id, DRIFT.closed_at),
}


def headers_of(example: msgspec.Struct) -> dict[str, str]:
    """The headers that an example travels with."""
    event = type(example)
    source, event_id, time = _MADE[event]
    model = f"{DRIFT.model_name}/{DRIFT.model_version}"
    subject = model if event is DriftReported else str(APPLICATION.SK_ID_CURR)
    headers = cloud_event_headers(
        event_id=event_id,
        event_type=EVENT_TYPES[event],
        source=source,
        subject=subject,
        time=time,
        traceparent=_TRACEPARENT,
    )
    return {name: value.decode() for name, value in headers}
