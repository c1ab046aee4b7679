"""Windows of a day and of a week, as sketches, filled in the same pass as the short ones. Pure.

A score belongs to the day (UTC) of its application, however late it comes, until the day is closed:
that is when an application has been seen that is `lateness` younger than the day's end. What comes
for a closed day is late and only counted. A week is its seven days merged. No clock of the monitor
has a part in it, so history that is replayed is cut as it was.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from contracts.events import WindowKind
from drift_monitor.row_sample import RowSample
from drift_monitor.sketches import Counts, SketchLayout
from drift_monitor.spans import Counted, Span

_DAY = dt.timedelta(days=1)
_WEEK = dt.timedelta(days=7)
_EARLIEST = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(slots=True, eq=False)
class Sketched:
    """One long window.

    Attributes:
        kind: a day or a week.
        start: its first day.
        span: what it covers.
        counts: its sketch.
        saved: whether it lies in the store as it is.
        sample: of a day, some of its rows.
    """

    kind: WindowKind
    start: dt.date
    span: Span
    counts: Counts
    saved: bool = False
    sample: RowSample = field(default_factory=lambda: RowSample(0))

    def add(self, span: Span, counts: Counts) -> None:
        """Merge what is counted by the same layout."""
        self.span += span
        self.counts = self.counts + counts
        self.saved = False


@dataclass(slots=True)
class LongWindows:
    """The long windows over the scores of one model version.

    Attributes:
        lateness: how long a day waits for its last scores, in the time of the applications.
        open: by kind and first day.
        newest: the time of the youngest application.
        closed_before: scores of days before this one are late.
        late: how many came late since the last `take_late`.
        sampled: rows of a day that are kept besides its counts.
    """

    lateness: dt.timedelta = dt.timedelta(hours=1)
    open: dict[tuple[WindowKind, dt.date], Sketched] = field(default_factory=dict)
    newest: dt.datetime | None = None
    closed_before: dt.date = dt.date.min
    late: int = 0
    sampled: int = 0

    def add(self, scores: Sequence[Counted], layout: SketchLayout) -> list[Sketched]:
        """Count scores in order of arrival; returns the windows that close, in order."""
        closed: list[Sketched] = []
        waiting: dict[dt.date, list[Counted]] = {}
        for one in scores:
            time = event_time(one)
            if time.date() < self.closed_before:
                self.late += 1
                continue
            waiting.setdefault(time.date(), []).append(one)
            if self.newest is None or time > self.newest:
                self.newest = time
                if (over := self._over(time)) > self.closed_before:
                    self._fill(waiting, layout)
                    waiting = {}
                    closed += self._close(over)
        self._fill(waiting, layout)
        return closed

    def advance(self, newest: dt.datetime) -> list[Sketched]:
        """Close what is over by applications that were scored by another version."""
        return self._close(max(self.closed_before, self._over(newest)))

    def take_late(self) -> int:
        """How many scores came late since the last time."""
        late, self.late = self.late, 0
        return late

    def settle(self) -> None:
        """The windows have been saved."""
        for one in self.open.values():
            one.saved = True
            one.sample.settle()

    def _over(self, newest: dt.datetime) -> dt.date:
        """The days before this one are over, by an application of this time."""
        if newest - _EARLIEST < self.lateness:
            return dt.date.min
        return (newest - self.lateness).date()

    def _fill(self, waiting: dict[dt.date, list[Counted]], layout: SketchLayout) -> None:
        for day, scores in waiting.items():
            first, *later = map(Span.of, scores)
            counts = layout.count(np.stack([one.row for one in scores]))
            held = self._merge(WindowKind.DAY, day, sum(later, start=first), counts)
            for one in scores:
                held.sample.offer(one.score_id, one.row)

    def _merge(self, kind: WindowKind, start: dt.date, span: Span, counts: Counts) -> Sketched:
        held = self.open.get((kind, start))
        if held is not None and len(held.counts) == len(counts):  # not of an earlier layout
            held.add(span, counts)
            return held
        sample = RowSample(self.sampled if kind is WindowKind.DAY else 0)
        self.open[kind, start] = Sketched(kind, start, span, counts, sample=sample)
        return self.open[kind, start]

    def _close(self, before: dt.date) -> list[Sketched]:
        """Close the days before one, and the weeks that end by it."""
        self.closed_before = before
        days = sorted(at for kind, at in self.open if kind is WindowKind.DAY and at < before)
        closed = [self.open.pop((WindowKind.DAY, day)) for day in days]
        for one in closed:
            self._merge(WindowKind.WEEK, _monday(one.start), one.span, one.counts)
        return [*closed, *self._close_weeks(before)]

    def _close_weeks(self, before: dt.date) -> Iterator[Sketched]:
        weeks = sorted(at for kind, at in self.open if kind is WindowKind.WEEK)
        for week in weeks:
            if week + _WEEK <= before:
                yield self.open.pop((WindowKind.WEEK, week))


def event_time(one: Counted) -> dt.datetime:
    """When the application was made, in UTC; by a clock that is ahead, when it was scored."""
    return min(one.applied_at, one.scored_at).astimezone(dt.UTC)


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())
