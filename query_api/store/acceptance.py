"""Which scores of a batch count, and what they change: the rules of idempotence, pure.

The first record with a score id wins. Of one application, scores with a source offset below one
that is held are late redeliveries and are left out; the others are all kept, the last in force.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from contracts.events import LoanScored, Purpose

POINTS_STEP = 10
"""The width of the bins that scores are counted in."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Where the portfolio counts a score; `day` is the day it was scored on, in UTC."""

    day: dt.date
    model_version: str
    decision: str
    points_from: int


@dataclass(slots=True)
class Change:
    """What a batch adds to a cell, or takes away."""

    applications: int = 0
    expected_defaults: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """A score in force, as far as the next one needs to know it."""

    score_id: str
    source_partition: int
    source_offset: int
    probability: float
    cell: Cell

    @classmethod
    def of(cls, score: LoanScored) -> "Standing":
        """The standing of a score that has just come in force."""
        return cls(
            score_id=score.score_id,
            source_partition=score.source_partition,
            source_offset=score.source_offset,
            probability=score.probability,
            cell=Cell(
                score.scored_at.astimezone(dt.UTC).date(),
                score.model_version,
                score.decision.value,
                points_bin(score.points),
            ),
        )


@dataclass(slots=True)
class Acceptance:
    """What a batch of scores comes to.

    Attributes:
        accepted: the scores to store, in order, by their ids.
        in_force: for every application that has a new score in force, that score.
        superseded: ids of scores that are no longer in force.
        ignored: how many were duplicates or late.
        changes: what the portfolio's cells gain and lose.
    """

    accepted: dict[str, LoanScored] = field(default_factory=dict)
    in_force: dict[int, Standing] = field(default_factory=dict)
    superseded: set[str] = field(default_factory=set)
    ignored: int = 0
    changes: defaultdict[Cell, Change] = field(default_factory=lambda: defaultdict(Change))

    def is_in_force(self, score: LoanScored) -> bool:
        """Whether an accepted score is in force when the batch is done."""
        standing = self.in_force.get(score.application_id)
        return standing is not None and standing.score_id == score.score_id

    def count(self, standing: Standing, sign: int) -> None:
        """Add a score to its cell of the portfolio, or take it out."""
        change = self.changes[standing.cell]
        change.applications += sign
        change.expected_defaults += sign * standing.probability


def accept(
    batch: Iterable[LoanScored], known: Collection[str], held: Mapping[int, Standing]
) -> Acceptance:
    """Judge a batch of scores.

    Args:
        batch: in the order of their records.
        known: which of their ids the store has already.
        held: the scores in force of their applications.
    """
    result = Acceptance()
    for score in batch:
        if score.score_id in known or score.score_id in result.accepted:
            result.ignored += 1
        elif score.purpose is Purpose.SIMULATION:
            result.accepted[score.score_id] = score
        else:
            current = result.in_force.get(score.application_id, held.get(score.application_id))
            _supersede(result, score, current)
    return result


def _supersede(result: Acceptance, score: LoanScored, current: Standing | None) -> None:
    """Put a score in force, unless its application has a later one from the same partition.

    Offsets of two partitions do not compare: where a topic was given more partitions, the record
    that comes later is the later one.
    """
    if current is not None:
        if (
            score.source_partition == current.source_partition
            and score.source_offset < current.source_offset
        ):
            result.ignored += 1
            return
        result.superseded.add(current.score_id)
        result.count(current, -1)
    standing = Standing.of(score)
    result.accepted[score.score_id] = score
    result.in_force[score.application_id] = standing
    result.count(standing, +1)


def points_bin(points: float) -> int:
    """The lower edge of the bin that a score in points falls in.

    >>> points_bin(587.0)
    580
    """
    return int(points // POINTS_STEP) * POINTS_STEP
