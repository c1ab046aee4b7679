"""What the monitor remembers: windows, verdicts and evidence, by model version."""

import datetime as dt
from dataclasses import dataclass, field

from contracts.events import DriftEffects, MultivariateDrift
from drift_monitor.long_windows import LongWindows
from drift_monitor.seen import SeenScores, Source
from drift_monitor.sequential import Trails
from drift_monitor.spans import Counted
from drift_monitor.windows import Windows


@dataclass(frozen=True, slots=True, eq=False)
class Arrived:
    """A score as it came: where from, of which model version, and what counts of it."""

    source: Source
    version: str
    score: Counted


@dataclass(slots=True)
class VersionState:
    """What is remembered of one model version.

    Attributes:
        windows: its open and its last panes.
        verdicts: the drifted columns of its last verdict windows, oldest first.
        alerted: the columns with an alert now.
        decided_at: when the last verdict window closed.
        trails: what evidence of slow drift there is.
        drifting: the columns that drift slowly now.
        long: its days and weeks.
        effects: what the alerts of its last verdict window do.
        multivariate: whether its last day was told from the reference.
    """

    windows: Windows
    verdicts: list[frozenset[str]] = field(default_factory=list)
    alerted: tuple[str, ...] = ()
    decided_at: dt.datetime | None = None
    trails: Trails = field(default_factory=dict)
    drifting: tuple[str, ...] = ()
    long: LongWindows = field(default_factory=LongWindows)
    effects: DriftEffects | None = None
    multivariate: MultivariateDrift | None = None

    @property
    def told(self) -> bool:
        """Whether its last day was told from the reference, by all columns together."""
        return self.multivariate is not None and self.multivariate.drifted

    @property
    def moved(self) -> bool:
        """Whether its applications are unlike the reference's, of one column or of all."""
        return bool(self.alerted or self.drifting) or self.told


@dataclass(slots=True)
class State:
    """All that the monitor remembers; the store keeps it over restarts.

    Attributes:
        seen: the scores that count no more.
        versions: by model version, and by segment of one. A window never mixes two, as each has a
            reference of its own.
        latest: the version of the latest score.
    """

    seen: SeenScores
    versions: dict[str, VersionState] = field(default_factory=dict)
    latest: str = ""
