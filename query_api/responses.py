"""What the API answers: the shapes behind the OpenAPI document; times are RFC 3339 in UTC."""

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.events import Decision, HistoryStatus, Purpose
from query_api.store.cases import Case, StoredScore

Probability = Annotated[float, Field(ge=0, le=1)]


class Answer(BaseModel):
    """The base of all answers: made from the attributes of what is stored."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Attribution(Answer):
    """What one feature added to the log-odds of default; more raises the risk."""

    feature: str
    value: float | str | None = Field(description="null where the feature was missing")
    attribution: float


class Reason(Answer):
    """A principal reason against the applicant."""

    code: str = Field(description="stable; see the catalogue of reasons")
    text: str
    attribution: float
    features: tuple[str, ...]


class Explanation(Answer):
    """Exact SHAP attributions: `base_value`, `strongest` and `others` add up to `raw_score`."""

    explanation_id: str
    explained_at: dt.datetime
    base_value: float = Field(description="the mean raw score, in log-odds")
    raw_score: float = Field(description="in log-odds")
    strongest: tuple[Attribution, ...] = Field(description="largest first, by absolute value")
    others: float = Field(description="the sum over all other features")
    reasons: tuple[Reason, ...] = Field(description="in order, the strongest first")


class Score(Answer):
    """A score as it was published."""

    score_id: str
    application_event_id: str
    purpose: Purpose = Field(description="a simulation decides nothing")
    applied_at: dt.datetime
    scored_at: dt.datetime
    decision: Decision
    points: float = Field(description="more points, less risk")
    probability: Probability = Field(description="calibrated probability of default")
    raw_score: float = Field(description="in log-odds, before calibration")
    model_name: str
    model_version: str
    feature_version: str
    history_version: str
    history_status: HistoryStatus
    history_as_of: dt.datetime | None
    source_partition: int
    source_offset: int


class StoredOutcome(Answer):
    """What became of the loan."""

    defaulted: bool
    observed_at: dt.datetime


class ScoreLine(Answer):
    """One score among those of an application."""

    score_id: str
    in_force: bool
    purpose: Purpose
    scored_at: dt.datetime
    decision: Decision
    points: float
    probability: Probability
    model_version: str


class Application(Answer):
    """One application: a score, its explanation, and all scores it ever had."""

    application_id: int
    score: Score
    in_force: bool = Field(description="whether `score` is the one that counts")
    explanation: Explanation | None = Field(description="null while it is under way")
    outcome: StoredOutcome | None = Field(description="null until it is known")
    history: tuple[ScoreLine, ...] = Field(description="all scores, newest first, at most 50")

    @classmethod
    def of(cls, case: Case, shown: StoredScore) -> "Application":
        """The answer that shows one score of a case."""
        return cls(
            application_id=case.application_id,
            score=Score.model_validate(shown.event),
            in_force=shown.in_force,
            explanation=_explanation(shown),
            outcome=StoredOutcome.model_validate(case.outcome) if case.outcome else None,
            history=tuple(_line(score) for score in case.scores),
        )


class ApplicationSummary(Answer):
    """One application in a list, by its score in force."""

    application_id: int
    score_id: str
    applied_at: dt.datetime
    scored_at: dt.datetime
    decision: Decision
    points: float
    probability: Probability
    model_name: str
    model_version: str
    history_status: HistoryStatus


class ApplicationPage(Answer):
    """Applications, newest score first; `next_cursor` asks for the next page."""

    applications: tuple[ApplicationSummary, ...]
    next_cursor: str | None


class Accepted(Answer):
    """An application that Kafka has confirmed; its score will be at `location`."""

    application_id: int
    event_id: str
    score_id: str
    location: str
    ignored_columns: tuple[str, ...] = Field(description="columns that no model knows")


class Status(Answer):
    """The state of the service."""

    status: str


def _explanation(score: StoredScore) -> Explanation | None:
    event = score.explanation
    if event is None:
        return None
    told = event.base_value + sum(one.attribution for one in event.strongest)
    return Explanation(
        explanation_id=event.explanation_id,
        explained_at=event.explained_at,
        base_value=event.base_value,
        raw_score=event.raw_score,
        strongest=tuple(Attribution.model_validate(one) for one in event.strongest),
        others=event.raw_score - told,
        reasons=tuple(Reason.model_validate(one) for one in event.reasons),
    )


def _line(score: StoredScore) -> ScoreLine:
    event = score.event
    return ScoreLine(
        score_id=event.score_id,
        in_force=score.in_force,
        purpose=event.purpose,
        scored_at=event.scored_at,
        decision=event.decision,
        points=event.points,
        probability=event.probability,
        model_version=event.model_version,
    )
