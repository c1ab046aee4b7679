"""From decoded score events to the rows that count: unpacked, checked against their model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from contracts.errors import InvalidEvent
from contracts.events import LoanScored, Purpose
from contracts.packing import unpack
from drift_monitor.reference import Reference, monitored_row
from drift_monitor.seen import Source
from drift_monitor.state import Arrived
from drift_monitor.windows import Counted
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
    """The scores of a batch, in order; simulations are left out and only counted."""

    arrived: Sequence[Arrived]
    letters: Sequence[DeadLetter]
    simulations: int = 0


def read_scores(
    received: Sequence[Received[LoanScored]], references: References, service: str
) -> Read:
    """Read a batch; scores that no reference fits become dead letters."""
    arrived: list[Arrived] = []
    letters: list[DeadLetter] = []
    real = [one for one in received if one.event.purpose is not Purpose.SIMULATION]
    for one in real:
        try:
            arrived.append(_arrived(one, references))
        except InvalidEvent as error:
            letters.append(refuse(one.record, service, error.reason, str(error)))
    return Read(arrived, letters, simulations=len(received) - len(real))


def _arrived(one: Received[LoanScored], references: References) -> Arrived:
    event = one.event
    reference = references.of(event.model_name, event.model_version)
    features = unpack(event.features, reference.features)
    return Arrived(
        source=Source(one.record.partition, event.source_partition, event.source_offset),
        version=event.model_version,
        score=Counted(
            score_id=event.score_id,
            applied_at=event.applied_at,
            scored_at=event.scored_at,
            row=monitored_row(features, event.raw_score),
        ),
    )
