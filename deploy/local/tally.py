"""What the demo has seen on the topics, and whether anything is missing. Pure."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from contracts.events import DriftReported, LoanExplained, LoanScored, WindowKind
from contracts.ids import explanation_id, score_id
from contracts.records import RawRecord

_RECENT = 500  # events that the percentiles and the throughput look back on


@dataclass
class Tally:
    """Everything seen so far; an application is known by the id that its score must have."""

    published_ms: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    scores: dict[str, LoanScored] = field(default_factory=dict)
    explained: dict[str, LoanExplained] = field(default_factory=dict)
    score_seconds: list[float] = field(default_factory=list)
    explanation_seconds: list[float] = field(default_factory=list)
    reports: list[DriftReported] = field(default_factory=list)
    dead: list[RawRecord] = field(default_factory=list)
    redelivered: int = 0

    def application(self, event_id: str, record: RawRecord) -> None:
        """A good application was published."""
        self.published_ms.setdefault(score_id(event_id), record.timestamp_ms)

    def score(self, event: LoanScored, record: RawRecord) -> None:
        """A score came; the first one of an id counts."""
        if event.score_id in self.scores:
            self.redelivered += 1
            return
        self.scores[event.score_id] = event
        self._lasted(self.score_seconds, event.score_id, record)

    def explanation(self, event: LoanExplained, record: RawRecord) -> None:
        """An explanation came; the first one of an id counts."""
        if event.score_id not in self.explained:
            self.explained[event.score_id] = event
            self._lasted(self.explanation_seconds, event.score_id, record)

    def dead_letter(self, record: RawRecord) -> None:
        """A dead letter came."""
        self.dead.append(record)

    def report(self, event: DriftReported) -> None:
        """A verdict window of all applications was closed; days, weeks and segments do not count.

        They overlap with it and close at times of their own.
        """
        if event.window is not WindowKind.VERDICT or event.segment:
            return
        if all(event.window_id != known.window_id for known in self.reports):
            self.reports.append(event)

    def unscored(self) -> set[str]:
        """Applications without a score."""
        return self.published_ms.keys() - self.scores.keys()

    def unexplained(self) -> set[str]:
        """Scores without an explanation."""
        return self.scores.keys() - self.explained.keys()

    def phantoms(self) -> set[str]:
        """Scores and explanations of nothing that was published."""
        wrong = {s for s, e in self.explained.items() if e.explanation_id != explanation_id(s)}
        return (self.scores.keys() | self.explained.keys()) - self.published_ms.keys() | wrong

    def dead_reasons(self) -> Counter[str]:
        """Dead letters by reason."""
        return Counter(header(record, "dlq_reason") for record in self.dead)

    def throughput(self) -> float:
        """Scores a second over the most recent ones."""
        times = sorted(event.scored_at for event in list(self.scores.values())[-_RECENT:])
        spread = (times[-1] - times[0]) if len(times) > 1 else dt.timedelta()
        return (len(times) - 1) / spread.total_seconds() if spread else 0.0

    def _lasted(self, seconds: list[float], score: str, record: RawRecord) -> None:
        if (published := self.published_ms.get(score)) is not None:
            seconds.append((record.timestamp_ms - published) / 1000)


def percentiles(seconds: list[float]) -> tuple[float, float]:
    """The median and the 99th percentile of the most recent times; NaN where there are none."""
    if not seconds:
        return float("nan"), float("nan")
    median, high = np.percentile(seconds[-_RECENT:], [50, 99])
    return float(median), float(high)


def header(record: RawRecord, name: str) -> str:
    """One header as text; empty where it is absent."""
    value = next((value for key, value in record.headers if key == name), None)
    return (value or b"").decode(errors="replace")
