"""Figures over the whole store: the portfolio by decision, score, model and day; outcomes."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from contracts.events import Decision
from query_api.store import schema
from query_api.store.database import reading

_DAYS = 30


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the portfolio; `expected_default_rate` is its mean probability of default."""

    key: Any
    applications: int
    expected_default_rate: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The portfolio of the scores in force, simulations left out.

    Attributes:
        applications: how many there are.
        expected_default_rate: their mean probability of default; None without any.
        decisions: by decision, every decision present.
        points: by the lower edge of the bins of points, rising; empty bins are left out.
        decided: how many of a bin of points have a decision, by both.
        models: by model version, largest first.
        days: by the day of scoring in UTC, the last 30 that have any, rising.
        last_scored_at: the time of the newest score.
        outcomes: how many loans have ended or been observed.
        defaults: how many of them had payment difficulties.
    """

    applications: int
    expected_default_rate: float | None
    decisions: tuple[Group, ...]
    points: tuple[Group, ...]
    decided: Mapping[tuple[int, str], int]
    models: tuple[Group, ...]
    days: tuple[Group, ...]
    last_scored_at: dt.datetime | None
    outcomes: int
    defaults: int


def read_figures(engine: sa.Engine) -> Figures:
    """The figures, all of one state of the store.

    Raises:
        StoreError: it cannot be read.
    """
    table = schema.portfolio.c
    with reading(engine) as connection:
        decisions = {group.key: group for group in _by(connection, table.decision)}
        points = _by(connection, table.points_from)
        decided = _decided(connection)
        models = _by(connection, table.model_version)
        days = _by(connection, table.day)[-_DAYS:]
        newest = sa.select(schema.scores.c.scored_at).where(schema.IN_FORCE)
        last = connection.scalar(newest.order_by(schema.scores.c.scored_at.desc()).limit(1))
        outcomes, defaults = _outcomes(connection)
    total = sum(group.applications for group in decisions.values())
    expected = sum(g.applications * g.expected_default_rate for g in decisions.values())
    return Figures(
        applications=total,
        expected_default_rate=expected / total if total else None,
        decisions=tuple(decisions.get(one.value, Group(one.value, 0, 0.0)) for one in Decision),
        points=points,
        decided=decided,
        models=tuple(sorted(models, key=lambda group: -group.applications)),
        days=days,
        last_scored_at=last,
        outcomes=outcomes,
        defaults=defaults,
    )


def _by(connection: sa.Connection, column: sa.Column[Any]) -> tuple[Group, ...]:
    """The groups of the portfolio by a column, in its order; those that are empty left out."""
    table = schema.portfolio.c
    applications = sa.func.sum(table.applications)
    query = (
        sa.select(column, applications, sa.func.sum(table.expected_defaults))
        .group_by(column)
        .having(applications > 0)
        .order_by(column)
    )
    return tuple(
        Group(key, int(count), max(expected, 0.0) / int(count))
        for key, count, expected in connection.execute(query)
    )


def _decided(connection: sa.Connection) -> dict[tuple[int, str], int]:
    table = schema.portfolio.c
    query = sa.select(table.points_from, table.decision, sa.func.sum(table.applications)).group_by(
        table.points_from, table.decision
    )
    return {(points, decision): int(n) for points, decision, n in connection.execute(query) if n}


def _outcomes(connection: sa.Connection) -> tuple[int, int]:
    defaults = sa.func.count().filter(schema.outcomes.c.defaulted)
    count, defaulted = connection.execute(sa.select(sa.func.count(), defaults)).one()
    return count, defaulted
