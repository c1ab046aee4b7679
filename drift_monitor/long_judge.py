"""Days and weeks of every model version: filled, closed by the youngest application, reported."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from contracts.events import DriftReported, WindowKind
from drift_monitor.detectors import Detectors
from drift_monitor.long_report import long_report
from drift_monitor.long_windows import Sketched
from drift_monitor.multivariate import multivariate_drift
from drift_monitor.policy import Policy
from drift_monitor.reference import Reference
from drift_monitor.sketches import SketchLayout, sketch_layout
from drift_monitor.state import Arrived, VersionState


class LongJudge:
    """Judges the long windows; of those with fewer than `least` scores nothing is said."""

    def __init__(
        self,
        references: Callable[[str], Reference],
        detectors: Detectors,
        policy: Policy,
        least: int,
    ) -> None:
        self._references, self._detectors = references, detectors
        self._policy, self._least = policy, least
        self._layouts: dict[str, SketchLayout] = {}

    def reports(
        self, versions: Mapping[str, VersionState], new: Sequence[Arrived]
    ) -> Iterator[DriftReported]:
        """Count new scores in the windows of their versions; yields reports of those that close."""
        for version in dict.fromkeys(one.version for one in new):
            scores = [one.score for one in new if one.version == version]
            closed = versions[version].long.add(scores, self._layout(version))
            yield from self._reported(versions, version, closed)
        newest = [one.long.newest for one in versions.values() if one.long.newest is not None]
        for version, of_version in versions.items() if newest else ():
            yield from self._reported(versions, version, of_version.long.advance(max(newest)))

    def _reported(
        self, versions: Mapping[str, VersionState], version: str, closed: Iterable[Sketched]
    ) -> Iterator[DriftReported]:
        for one in closed:
            if one.span.size >= self._least:
                report = self._report(version, one)
                if one.kind is WindowKind.DAY:
                    versions[version].multivariate = report.multivariate
                yield report

    def _report(self, version: str, one: Sketched) -> DriftReported:
        reference, layout = self._references(version), self._layout(version)
        report = long_report(one, layout, reference, self._detectors, self._policy)
        if one.kind is not WindowKind.DAY or not one.sample.rows:
            return report
        together = multivariate_drift(one.sample.matrix(), reference, self._policy.multivariate)
        return msgspec.structs.replace(report, multivariate=together)

    def _layout(self, version: str) -> SketchLayout:
        if version not in self._layouts:
            reference = self._references(version)
            self._layouts[version] = sketch_layout(reference.columns, reference.profiles)
        return self._layouts[version]
