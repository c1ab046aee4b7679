"""What the API answers of the portfolio."""

import datetime as dt

from pydantic import Field

from contracts.events import Decision
from query_api.responses import Answer, Probability
from query_api.store.figures import Figures, Group


class DecisionCount(Answer):
    """Applications with one decision."""

    decision: Decision
    applications: int
    expected_default_rate: Probability


class PointsCount(Answer):
    """Applications whose points lie in [`points_from`, `points_from` + 10)."""

    points_from: int
    applications: int
    expected_default_rate: Probability
    approve: int
    refer: int
    decline: int


class ModelCount(Answer):
    """Applications whose score in force is by one model version."""

    model_version: str
    applications: int
    expected_default_rate: Probability


class DayCount(Answer):
    """Applications scored on one day, in UTC."""

    day: dt.date
    applications: int
    expected_default_rate: Probability


class Stats(Answer):
    """The portfolio of the scores in force; simulations are left out."""

    applications: int
    expected_default_rate: Probability | None = Field(description="null without applications")
    last_scored_at: dt.datetime | None
    decisions: tuple[DecisionCount, ...]
    points: tuple[PointsCount, ...]
    models: tuple[ModelCount, ...]
    days: tuple[DayCount, ...] = Field(description="the last 30 days that have any")
    outcomes: int = Field(description="loans whose outcome is known")
    defaults: int = Field(description="how many of them had payment difficulties")

    @classmethod
    def of(cls, figures: Figures) -> "Stats":
        """The answer that tells the figures."""
        return cls(
            applications=figures.applications,
            expected_default_rate=figures.expected_default_rate,
            last_scored_at=figures.last_scored_at,
            decisions=tuple(DecisionCount(decision=g.key, **_counts(g)) for g in figures.decisions),
            points=tuple(_points_count(figures, group) for group in figures.points),
            models=tuple(ModelCount(model_version=g.key, **_counts(g)) for g in figures.models),
            days=tuple(DayCount(day=g.key, **_counts(g)) for g in figures.days),
            outcomes=figures.outcomes,
            defaults=figures.defaults,
        )


def _points_count(figures: Figures, group: Group) -> PointsCount:
    decided = {one.value: figures.decided.get((group.key, one.value), 0) for one in Decision}
    return PointsCount(points_from=group.key, **_counts(group), **decided)


def _counts(group: Group) -> dict[str, float]:
    return {
        "applications": group.applications,
        "expected_default_rate": min(group.expected_default_rate, 1.0),
    }
