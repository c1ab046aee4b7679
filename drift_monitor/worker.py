"""The monitor's loop: poll, decode, remember, observe, save, publish, commit."""

import dataclasses
import datetime as dt
import logging
import time
from collections.abc import Mapping, Sequence

from contracts.errors import InvalidEvent
from contracts.events import DriftReported, LoanScored, OutcomeObserved
from contracts.records import RawRecord
from drift_monitor import metrics
from drift_monitor.announcement import announcement
from drift_monitor.evaluation import Evaluation
from drift_monitor.membership import Member, lacking
from drift_monitor.monitor import DriftMonitor, Observed
from drift_monitor.performance.board import Board
from drift_monitor.publishing import Publisher
from drift_monitor.reading import Read, References, read_scores
from drift_monitor.store import Store
from runtime import metrics as shared
from runtime.crash_guard import Attempt, CrashGuard
from runtime.intake import condemn, receive
from runtime.meter import Meter
from runtime.service import Service

logger = logging.getLogger(__name__)

_PAUSE_SECONDS = 0.2


class Worker:
    """Counts every score once and publishes a report for every closed verdict window.

    The store's positions lead, the group's offsets are a display. Dead letters are confirmed before
    the store moves past them, and scores and outcomes are in the ledger; reports lie in the store
    until they are confirmed.
    """

    def __init__(
        self,
        *,
        service: Service,
        consumer: Member,
        publisher: Publisher,
        store: Store,
        monitor: DriftMonitor,
        references: References,
        collector: metrics.DriftCollector,
        guard: CrashGuard,
        meter: Meter,
        board: Board,
        outcomes: str,
        segment: str,
        partitions: Mapping[str, int],
    ) -> None:
        """Take the parts of the monitor.

        `outcomes` is the name of their topic, `segment` the column that the ledger tells by,
        `partitions` how many each topic has.
        """
        self._service, self._consumer, self._publisher = service, consumer, publisher
        self._store, self._monitor, self._references = store, monitor, references
        self._collector, self._guard, self._meter = collector, guard, meter
        self._board, self._outcomes, self._segment = board, outcomes, segment
        self._partitions = partitions
        self._shown: str | None = None
        self._sliding: Evaluation | None = None  # of the version that is shown

    def run(self, size: int, wait: float) -> None:
        """Take batches until the service is told to stop."""
        self._resume()
        while not self._service.stopping.is_set():
            whole = self._is_whole()
            if self._service.check_pause() or not whole:
                self._consumer.idle(_PAUSE_SECONDS)
            elif records := self._consumer.poll_batch(size, wait):
                for attempt in self._guard.attempts(records):
                    began = time.perf_counter()
                    read, observed = self._process(attempt)
                    self._publisher.publish_letters(read.letters)
                    self._keep(attempt.records, observed)
                    self._consumer.commit(attempt.records)
                    self._note(attempt, read, observed, time.perf_counter() - began)
            else:
                self._close_aged()
            self._board.refresh(self._monitor.state.latest)
            self._meter.turned(self._consumer)
            if not whole:  # as good as standing by: a restart would mend nothing
                self._service.health.turned(lag=0)

    def _is_whole(self) -> bool:
        """Whether every partition is read here; readiness says why not."""
        why = lacking(self._partitions, self._consumer.assigned)
        self._service.health.require("partitions", why)
        return why is None

    def _resume(self) -> None:
        """Go on where an earlier run ended: unsent reports first, then its window is shown."""
        self._publish(self._store.unsent())
        for version in list(self._monitor.state.versions):
            try:
                self._references(version)
            except InvalidEvent as error:
                logger.warning("its open window is dropped: %s", error)
                del self._monitor.state.versions[version]
        self._show(None)
        self._service.health.require("starting", None)

    def _process(self, attempt: Attempt) -> tuple[Read, Observed]:
        """Decode and count, under the guard: a record that ends the process here is found."""
        if attempt.condemned:
            return Read((), condemn(attempt.records, self._service.name)), Observed()
        with self._guard.guarded(attempt):
            read, outcomes = self._decode(attempt.records)
            self._board.take(read.predicted, outcomes)
            return read, self._monitor.observe(read.arrived)

    def _decode(self, records: Sequence[RawRecord]) -> tuple[Read, list[OutcomeObserved]]:
        name = self._service.name
        told = [one for one in records if one.topic == self._outcomes]
        scored = [one for one in records if one.topic != self._outcomes]
        outcomes, no_outcomes = receive(told, OutcomeObserved, name)
        scores, no_scores = receive(scored, LoanScored, name)
        now = dt.datetime.now(dt.UTC)
        read = read_scores(scores, self._references, name, segment=self._segment, now=now)
        if read.ahead:
            logger.warning("%d scores are dated ahead of the clock: taken as of now", read.ahead)
        letters = [*no_outcomes, *no_scores, *read.letters]
        return dataclasses.replace(read, letters=letters), [one.event for one in outcomes]

    def _keep(self, records: Sequence[RawRecord], observed: Observed) -> None:
        """Save the state with the reports, then send them."""
        reports = self._board.doubt(observed.reports)
        self._store.save(records, self._monitor.state, reports)
        for said in filter(None, map(announcement, reports)):
            logger.warning("%s", said)
        self._publish(reports)

    def _publish(self, reports: Sequence[DriftReported]) -> None:
        """Send what the store holds, and no earlier keep its windows: no kill changes them now."""
        if reports:
            self._board.take_windows(reports)
            self._publisher.publish_reports(reports)
            self._store.confirmed()

    def _close_aged(self) -> None:
        """Close windows by the clock once every score that could belong to them has come.

        While the lag of a partition is not known, scores may wait in it.
        """
        lag = self._consumer.lag()
        if len(lag) < len(self._consumer.assigned) or any(lag.values()):
            return
        observed = self._monitor.close_aged(dt.datetime.now(dt.UTC))
        if observed.moved:
            self._keep([], observed)
            metrics.count(observed)
            self._show(observed.sliding)

    def _note(self, attempt: Attempt, read: Read, observed: Observed, seconds: float) -> None:
        """Count what was done and show the new figures."""
        self._meter.done(attempt.records, read.letters, seconds)
        self._meter.aged(one.score.applied_at for one in read.arrived)
        metrics.SCORES.labels("simulation").inc(read.simulations)
        metrics.count(observed)
        self._show(observed.sliding)

    def _show(self, moved: Evaluation | None) -> None:
        """Show the latest version with a window of its own: where it has not moved, as it stands.

        Args:
            moved: its sliding window after a hop.
        """
        state = self._monitor.state
        if moved is not None or state.latest != self._shown:
            self._shown, self._sliding = state.latest, moved or self._monitor.sliding()
        if (of_version := state.versions.get(state.latest)) is not None:
            reference = self._references(state.latest)
            self._collector.show(metrics.figures_of(reference, self._sliding, of_version))
            expected = self._sliding.expected if self._sliding is not None else None
            self._board.show(expected, state.latest, moved=of_version.moved)
            shared.MODEL.clear()
            name, version = reference.model_name, reference.model_version
            shared.MODEL.labels(self._service.name, name, version).set(1)
