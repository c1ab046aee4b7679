"""From decoded score events to the rows that count: unpacked, checked against their model."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from contracts.errors import InvalidEvent
from contracts.events import LoanScored, Purpose
from contracts.packing import unpack
from drift_monitor.performance.ledger import Predicted
from drift_monitor.reference import Reference, monitored_row
from drift_monitor.seen import Source
from drift_monitor.spans import CLOCKS_DIFFER, Counted
from drift_monitor.state import Arrived
from runtime.dead_letters import DeadLetter
from runtime.intake import Received, refuse


class References(Protocol):
    """The references of the models whose scores count."""

    def __call__(self, version: str) -> Reference:
        """The reference of a version of our model."""

    def of(self, model_name: str, version: str) -> Reference:
        """The reference of a version; raises `InvalidEvent` where there can be none."""


@dataclass(frozen=True, slots=True)
class Read:
    """The scores of a batch, in order; simulations are left out and only counted.

    `predicted` are the same scores for the ledger. Of the scores that a clock dated ahead of ours,
    and that are taken as of now, there are `ahead`.
    """

    arrived: Sequence[Arrived]
    letters: Sequence[DeadLetter]
    simulations: int = 0
    predicted: Sequence[Predicted] = ()
    ahead: int = 0


def read_scores(
    received: Sequence[Received[LoanScored]],
    references: References,
    service: str,
    *,
    now: dt.datetime,
    segment: str = "",
) -> Read:
    """Read a batch; scores that no reference fits become dead letters.

    Args:
        received: the scores, simulations among them.
        references: what their rows are held against.
        service: whose dead letters they become.
        now: the time by our clock.
        segment: the column that tells the segments of the ledger apart.
    """
    arrived: list[Arrived] = []
    predicted: list[Predicted] = []
    letters: list[DeadLetter] = []
    real = [one for one in received if one.event.purpose is not Purpose.SIMULATION]
    for one in real:
        try:
            reference = references.of(one.event.model_name, one.event.model_version)
            counted = _arrived(one, reference, now)
        except InvalidEvent as error:
            letters.append(refuse(one.record, service, error.reason, str(error)))
        else:
            arrived.append(counted)
            level = reference.level(segment, counted.score.row)
            timed = msgspec.structs.replace(one.event, scored_at=counted.score.scored_at)
            predicted.append(Predicted(timed, level))
    ahead = sum(one.event.scored_at > now + CLOCKS_DIFFER for one in real)
    return Read(arrived, letters, len(received) - len(real), predicted, ahead)


def _arrived(one: Received[LoanScored], reference: Reference, now: dt.datetime) -> Arrived:
    """A score from further ahead than clocks differ would close all days till then."""
    event = one.event
    features = unpack(event.features, reference.features)
    return Arrived(
        source=Source(one.record.partition, event.source_partition, event.source_offset),
        version=event.model_version,
        score=Counted(
            score_id=event.score_id,
            applied_at=event.applied_at,
            scored_at=event.scored_at if event.scored_at <= now + CLOCKS_DIFFER else now,
            row=monitored_row(features, event.raw_score),
        ),
    )
