"""The monitor: scores in, windows cut, verdicts and reports out. Pure apart from its state."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from contracts.events import DriftReported
from drift_monitor.detectors import Detectors
from drift_monitor.effects import with_effects
from drift_monitor.evaluation import Evaluation, evaluate
from drift_monitor.long_judge import LongJudge
from drift_monitor.long_windows import LongWindows
from drift_monitor.policy import Policy
from drift_monitor.reference import Reference
from drift_monitor.report import drift_report
from drift_monitor.segments import places_of, version_and_segment
from drift_monitor.slow_drift import follow_slow_drift
from drift_monitor.state import Arrived, State, VersionState
from drift_monitor.windows import Hop, Sizes, Window, Windows

References = Callable[[str], Reference]
"""Model version to its reference."""

Ended = tuple[str, Hop]
"""Where a pane has closed: the model version or a segment of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """What a batch brought.

    Attributes:
        sliding: the sliding window of the latest version, where it has moved.
        reports: of the verdict windows that closed, in order.
        counted: scores that were new.
        duplicates: scores that had been counted before.
        late: scores whose day was closed already; they are in the short windows only.
        discarded: scores dropped unjudged, of replaced versions with too few of them for a window.
    """

    sliding: Evaluation | None = None
    reports: Sequence[DriftReported] = ()
    counted: int = 0
    duplicates: int = 0
    late: int = 0
    discarded: int = 0

    @property
    def moved(self) -> bool:
        """Whether a window has closed or was dropped."""
        return self.sliding is not None or bool(self.reports) or self.discarded > 0


class DriftMonitor:
    """Cuts the stream of scores into windows and judges them."""

    def __init__(
        self,
        references: References,
        detectors: Detectors,
        *,
        sizes: Sizes,
        policy: Policy,
        state: State,
    ) -> None:
        self._references, self._detectors = references, detectors
        self._sizes, self._policy = sizes, policy
        self.state = state
        self._long = LongJudge(references, detectors, policy, sizes.least)
        self._evaluated: dict[str, tuple[str, Window, Evaluation]] = {}

    def observe(self, arrived: Sequence[Arrived]) -> Observed:
        """Count what is new among the scores, in order of arrival."""
        admit = self.state.seen.admit
        new = [one for one in arrived if admit(one.score.score_id, one.source)]
        hops, reports = list[Ended](), list[DriftReported]()
        for scores, ended in self._stretches(new):
            reports += self._long.reports(self.state.versions, scores)
            reports += self._reports(ended)
            hops += ended
        return Observed(
            self._moved(hops),
            reports,
            counted=len(new),
            duplicates=len(arrived) - len(new),
            late=sum(one.long.take_late() for one in self.state.versions.values()),
            discarded=self._discard(new[-1].score.scored_at) if hops else 0,
        )

    def close_aged(self, now: dt.datetime) -> Observed:
        """Close the windows that are too old, and forget versions that nothing comes from any more.

        Event times close windows too, as scores come; this is for the time when none come.
        """
        hops = list(self._aged(now))
        reports = self._reports(hops)
        return Observed(self._moved(hops), reports, discarded=self._discard(now))

    def sliding(self) -> Evaluation | None:
        """The sliding window as it stands, None before the first hop."""
        latest = self.state.versions.get(self.state.latest)
        if latest is None or not latest.windows.closed:
            return None
        return self._evaluate(self.state.latest, Window(tuple(latest.windows.closed)))

    def _stretches(self, new: Sequence[Arrived]) -> Iterator[tuple[Sequence[Arrived], list[Ended]]]:
        """Count scores, with the hops they bring, in stretches that end with a verdict window.

        A verdict knows of the days that are over by its last score, however batches are cut.
        """
        first, hops = 0, list[Ended]()
        for at, one in enumerate(new, start=1):
            hops += self._add(one)
            if at == len(new) or any(hop.verdict is not None for _, hop in hops):
                yield new[first:at], hops
                first, hops = at, []

    def _add(self, one: Arrived) -> Iterator[Ended]:
        """Count a score among all and in its segments.

        With every hop the windows that fewer or no scores come to any more close by age too.
        """
        hops = list(self._counted(one))
        yield from hops
        if hops:
            yield from self._aged(one.score.scored_at)

    def _aged(self, now: dt.datetime) -> Iterator[Ended]:
        for place, one in self.state.versions.items():
            for hop in one.windows.close_aged(now):
                yield place, hop

    def _counted(self, one: Arrived) -> Iterator[Ended]:
        self.state.latest = one.version
        segments = self._references(one.version).segments_of(one.score.row)
        for place in places_of(one.version, segments):
            if place not in self.state.versions:
                self.state.versions[place] = VersionState(
                    Windows(self._sizes),
                    long=LongWindows(self._sizes.lateness, sampled=self._sizes.sampled),
                )
            for hop in self.state.versions[place].windows.add(one.score):
                yield place, hop

    def _reports(self, hops: Sequence[Ended]) -> list[DriftReported]:
        return [self._report(place, hop.verdict) for place, hop in hops if hop.verdict is not None]

    def _moved(self, hops: Sequence[Ended]) -> Evaluation | None:
        moved = [hop.sliding for version, hop in hops if version == self.state.latest]
        return self._evaluate(self.state.latest, moved[-1]) if moved else None

    def _evaluate(self, version: str, window: Window) -> Evaluation:
        """Judge a window; every verdict window is the sliding one of the same hop as well.

        The last judgement of each model version stays: versions side by side take turns.
        """
        model_version, _ = version_and_segment(version)
        if (held := self._evaluated.get(model_version)) is not None:
            of_version, judged, evaluation = held
            if (of_version, judged.panes) == (version, window.panes):
                return evaluation
        evaluation = evaluate(window, self._references(version), self._detectors, self._policy)
        self._evaluated[model_version] = version, window, evaluation
        return evaluation

    def _report(self, version: str, window: Window) -> DriftReported:
        of_version = self.state.versions[version]
        evaluation = self._evaluate(version, window)
        reference = self._references(version)
        slow = follow_slow_drift(of_version.trails, evaluation, self._policy.sequential)
        report = drift_report(
            evaluation,
            reference,
            of_version.verdicts,
            self._policy,
            slow.drifting,
            told=of_version.told,
        )
        verdicts = [*of_version.verdicts, frozenset(report.drifted)]
        of_version.verdicts = verdicts[-self._policy.among :]
        of_version.alerted, of_version.decided_at = report.alerted, report.closed_at
        of_version.trails = slow.trails
        of_version.drifting = tuple(one.column for one in report.drifting)
        report = with_effects(report, window.matrix(), reference)
        of_version.effects = report.effects
        return report

    def _discard(self, now: dt.datetime) -> int:
        """Drop what is left of replaced versions that fell silent, once their days are closed."""
        discarded = 0
        for place, one in list(self.state.versions.items()):
            version, segment = version_and_segment(place)
            if version == self.state.latest:
                continue
            if one.windows.panes and now - one.windows.last_at >= self._sizes.max_age:
                discarded += 0 if segment else one.windows.waiting
                one.windows = Windows(self._sizes)
            if not one.windows.panes and not one.long.open:
                del self.state.versions[place]
                self._evaluated.pop(place, None)
        return discarded
