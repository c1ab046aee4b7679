"""What the monitor's loop needs of performance: scores and outcomes in, figures and doubts out."""

import time
from collections.abc import Callable, Sequence

import msgspec

from contracts.events import DriftReported, ExpectedPerformance, OutcomeObserved
from drift_monitor.performance import metrics
from drift_monitor.performance.cbpe import doubted
from drift_monitor.performance.economics import Economics, profits
from drift_monitor.performance.ledger import Ledger, Predicted
from drift_monitor.performance.queries import read_records, waiting_outcomes
from drift_monitor.performance.realised import realised

_SECONDS = 30.0
"""Figures are made anew at most so often: they read many applications."""


class Board:
    """Keeps the ledger and shows what it holds of the model version in force."""

    def __init__(
        self,
        ledger: Ledger,
        economics: Economics,
        collector: metrics.PerformanceCollector,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger, self._economics, self._collector = ledger, economics, collector
        self._clock = clock
        self._known: dict[str, metrics.Shown] = {}  # by model version
        self._fresh: set[str] = set()  # of these nothing has come since
        self._shown, self._due = "", clock()

    def take(self, scores: Sequence[Predicted], outcomes: Sequence[OutcomeObserved]) -> None:
        """Keep what has come; taking it twice changes nothing.

        Raises:
            StoreError: the ledger cannot be written.
        """
        self._ledger.take_scores(scores)
        if outcomes:
            metrics.count(self._ledger.take_outcomes(outcomes))
            self._fresh.clear()

    def doubt(self, reports: Sequence[DriftReported]) -> list[DriftReported]:
        """The reports with what outcomes have shown of calibration."""
        return [self._with_doubts(report) for report in reports]

    def take_windows(self, reports: Sequence[DriftReported]) -> None:
        """Keep the windows of reports that will be sent; taking one twice changes nothing.

        Raises:
            StoreError: the ledger cannot be written.
        """
        self._ledger.take_windows(reports)

    def refresh(self, version: str) -> None:
        """Show what outcomes say of a version, where that is due.

        Raises:
            StoreError: the ledger cannot be read.
        """
        if version != self._shown:
            self._shown = version
            self._collector.show_realised(self._known.get(version))
        if not version or version in self._fresh or self._clock() < self._due:
            return
        self._known[version] = self._read(version)
        self._collector.show_realised(self._known[version])
        self._fresh.add(version)
        self._due = self._clock() + _SECONDS

    def _read(self, version: str) -> metrics.Shown:
        records = read_records(self._ledger.engine, version)
        labelled = records.where(records.labelled)
        profit = profits(self._economics, labelled.decision, labelled.defaulted)
        told = realised(labelled.probability, labelled.defaulted, profit)
        coverage = len(labelled) / len(records) if len(records) else 0.0
        return metrics.Shown(told, coverage, waiting_outcomes(self._ledger.engine))

    def _off(self, version: str) -> bool:
        """Whether outcomes have shown that its probabilities are off."""
        return version in self._known and self._known[version].realised.calibration_off

    def show(self, expected: ExpectedPerformance | None, version: str, *, moved: bool) -> None:
        """Show the estimate of a version's sliding window, nothing where it has none yet.

        Args:
            expected: the estimate.
            version: of the model.
            moved: whether its applications are unlike the reference's.
        """
        off = self._off(version)
        doubts = {"covariates": moved, "calibration": off}
        self._collector.show_expected(None if expected is None else doubted(expected, **doubts))

    def _with_doubts(self, report: DriftReported) -> DriftReported:
        off = self._off(report.model_version)
        if report.expected is None or not off:
            return report
        return msgspec.structs.replace(report, expected=doubted(report.expected, calibration=True))
