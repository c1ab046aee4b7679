"""The topics: what they carry, how they are kept, and how large a record may be."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from contracts.application import LoanApplication
from contracts.events import (
    DriftReported,
    HistoryAggregated,
    LoanExplained,
    LoanScored,
    OutcomeObserved,
)

_DAY_MS = 24 * 3600 * 1000
_DEAD_LETTER_HEADROOM = 256 * 1024  # the headers that say where a dead letter is from, and why


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic and its settings; `retention_ms` of -1 keeps for ever.

    Kafka holds `max_message_bytes` against whole batches of records: below the million bytes that
    librdkafka batches by default, the burst of a plain client would be refused.
    """

    name: str
    event: type[msgspec.Struct]
    partitions: int = 4
    cleanup: Literal["delete", "compact"] = "delete"
    retention_ms: int = 30 * _DAY_MS
    max_message_bytes: int = 1024 * 1024

    def dead_letters(self, service: str) -> "Topic":
        """The topic of what `service` could not take from this one.

        Its limit is above this topic's: the largest record fits together with its headers.
        """
        return Topic(
            name=f"{self.name}.{service}.dlq",
            event=self.event,
            partitions=1,
            retention_ms=365 * _DAY_MS,
            max_message_bytes=self.max_message_bytes + _DEAD_LETTER_HEADROOM,
        )


APPLICATIONS = Topic("loan.applications", LoanApplication)
HISTORIES = Topic("loan.histories", HistoryAggregated, cleanup="compact", retention_ms=-1)
SCORES = Topic("loan.scores", LoanScored)
EXPLANATIONS = Topic("loan.explanations", LoanExplained)
OUTCOMES = Topic("loan.outcomes", OutcomeObserved, retention_ms=-1)
DRIFT = Topic("loan.drift", DriftReported, partitions=1, retention_ms=365 * _DAY_MS)

TOPICS = (APPLICATIONS, HISTORIES, SCORES, EXPLANATIONS, OUTCOMES, DRIFT)

CONSUMED: dict[str, tuple[Topic, ...]] = {
    "scorer": (APPLICATIONS, HISTORIES),
    "explainer": (SCORES,),
    "drift_monitor": (SCORES, OUTCOMES),
    "query_api": (SCORES, EXPLANATIONS, DRIFT, OUTCOMES),
}
"""What every service reads; it has a dead-letter topic for each."""

PRODUCED: dict[str, tuple[Topic, ...]] = {
    "producer": (APPLICATIONS, HISTORIES, OUTCOMES),
    "scorer": (SCORES,),
    "explainer": (EXPLANATIONS,),
    "drift_monitor": (DRIFT,),
    "query_api": (APPLICATIONS,),
}
"""What every service writes, dead letters apart."""

DEAD_LETTERS = tuple(
    topic.dead_letters(service) for service, topics in CONSUMED.items() for topic in topics
)
