"""Events as the services publish them, for tests of those who read them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from contracts import ids
from contracts.events import (
    Attribution,
    ColumnDrift,
    Decision,
    DriftReported,
    HistoryStatus,
    LoanExplained,
    LoanScored,
    OutcomeObserved,
    Purpose,
    ReasonGiven,
)
from contracts.records import RawRecord

NOON = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)


def a_score(application_id: int = 100_001, offset: int = 0, **fields: Any) -> LoanScored:
    """The score of an application event at this offset; its id depends on both."""
    score = LoanScored(
        application_id=application_id,
        score_id=ids.score_id(f"{application_id}-{offset}"),
        application_event_id=f"{application_id}-{offset}",
        purpose=Purpose.DECISION,
        applied_at=NOON + dt.timedelta(seconds=offset),
        scored_at=NOON + dt.timedelta(seconds=offset, milliseconds=80),
        source_partition=0,
        source_offset=offset,
        model_name="creditstream",
        model_version="1",
        feature_version="1",
        history_version="history-1",
        history_status=HistoryStatus.PRESENT,
        history_as_of=NOON,
        raw_score=-2.0,
        probability=0.12,
        points=561,
        decision=Decision.REFER,
        features="",
    )
    return msgspec.structs.replace(score, **fields)


def an_explanation(score: LoanScored, **fields: Any) -> LoanExplained:
    """The explanation of a score."""
    explanation = LoanExplained(
        application_id=score.application_id,
        explanation_id=ids.explanation_id(score.score_id),
        score_id=score.score_id,
        purpose=score.purpose,
        applied_at=score.applied_at,
        explained_at=score.scored_at + dt.timedelta(milliseconds=50),
        score_partition=0,
        score_offset=0,
        model_name=score.model_name,
        model_version=score.model_version,
        base_value=-2.6,
        raw_score=score.raw_score,
        attributions="",
        strongest=(
            Attribution(feature="EXT_SOURCE_MEAN", value=0.41, attribution=0.5),
            Attribution(feature="DAYS_EMPLOYED", value=-2_000.0, attribution=-0.2),
            Attribution(feature="OWN_CAR_AGE", value=None, attribution=0.1),
            Attribution(feature="OCCUPATION_TYPE", value="Drivers", attribution=0.05),
        ),
        reasons=(
            ReasonGiven(
                code="EXTERNAL_SCORES",
                text="The scores of credit bureaus are low.",
                attribution=0.5,
                features=("EXT_SOURCE_MEAN",),
            ),
        ),
    )
    return msgspec.structs.replace(explanation, **fields)


def an_outcome(application_id: int = 100_001, day: int = 0, *, defaulted: bool) -> OutcomeObserved:
    """An outcome observed so many days after noon."""
    observed_at = NOON + dt.timedelta(days=day)
    return OutcomeObserved(
        application_id=application_id, defaulted=defaulted, observed_at=observed_at
    )


def a_drift_report(
    number: int = 0, drifted: Sequence[str] = (), alerted: Sequence[str] = (), **fields: Any
) -> DriftReported:
    """The report on a window, the later the higher its number; each column has two tests."""
    closed_at = NOON + dt.timedelta(hours=number)
    columns = [
        column
        for name in ("AMT_CREDIT", "EXT_SOURCE_3", "NAME_CONTRACT_TYPE")
        for column in (
            a_column_test(name, "ks", effect=0.02),
            a_column_test(name, "missing", effect=0.19 if name in drifted else 0.01),
        )
    ]
    report = DriftReported(
        window_id=f"window-{number}",
        model_name="creditstream",
        model_version="1",
        opened_at=closed_at - dt.timedelta(hours=1),
        closed_at=closed_at,
        first_applied_at=closed_at - dt.timedelta(hours=1),
        last_applied_at=closed_at,
        size=1_000,
        columns=tuple(columns),
        drifted=tuple(drifted),
        alerted=tuple(alerted),
        alert=bool(alerted),
    )
    return msgspec.structs.replace(report, **fields)


def a_column_test(column: str, test: str, effect: float) -> ColumnDrift:
    """One test on one column: a verdict from an effect of 0.05 on."""
    return ColumnDrift(
        column=column,
        test=test,
        statistic=effect,
        effect=effect,
        p_value=0.5,
        q_value=0.9 if effect < 0.05 else 1e-6,
        drifted=effect >= 0.05,
        words=f"{column} missing 20 % -> {20 + 100 * effect:.0f} %",
    )


def in_records(
    events: Sequence[msgspec.Struct], topic: str = "loan.scores", first: int = 0
) -> list[tuple[RawRecord, msgspec.Struct]]:
    """The events in successive records of one partition."""
    return [(RawRecord(topic, 0, first + at, None, None), event) for at, event in enumerate(events)]
