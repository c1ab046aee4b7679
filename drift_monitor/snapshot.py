"""The monitor's state as a document, all but the rows and the ids, which the store keeps apart."""

import datetime as dt
from collections.abc import Callable
from typing import Self

import msgspec

from contracts.events import DriftEffects, MultivariateDrift, WindowKind
from contracts.packing import FloatVector
from drift_monitor.long_windows import LongWindows, Sketched
from drift_monitor.row_sample import RowSample
from drift_monitor.seen import SeenScores
from drift_monitor.sequential import Stream, Trail
from drift_monitor.sketches import Counts
from drift_monitor.spans import Span
from drift_monitor.state import State, VersionState
from drift_monitor.windows import Pane, Sizes, Windows

RowsOf = Callable[[str, str], list[FloatVector]]
"""Version and first score id of a pane to the pane's rows."""


KeptOf = Callable[[str, WindowKind, dt.date], tuple[Counts, dict[int, FloatVector]]]
"""Version, kind and first day of a long window to its sketch and its sampled rows."""


class LongSnapshot(msgspec.Struct, frozen=True):
    """A day or a week, without its counts."""

    kind: WindowKind
    start: dt.date
    span: Span


class VersionSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of one model version."""

    closed: tuple[Span, ...]
    open: Span | None
    undecided: int
    verdicts: tuple[tuple[str, ...], ...]
    alerted: tuple[str, ...]
    decided_at: dt.datetime | None
    trails: tuple[tuple[Stream, Trail], ...] = ()
    drifting: tuple[str, ...] = ()
    long: tuple[LongSnapshot, ...] = ()
    newest: dt.datetime | None = None
    closed_before: dt.date = dt.date.min
    effects: DriftEffects | None = None
    multivariate: MultivariateDrift | None = None

    @classmethod
    def of(cls, state: VersionState) -> Self:
        """The snapshot of a version's state."""
        windows, long = state.windows, state.long
        return cls(
            closed=tuple(pane.span for pane in windows.closed),
            open=windows.open.span if windows.open else None,
            undecided=windows.undecided,
            verdicts=tuple(tuple(sorted(verdict)) for verdict in state.verdicts),
            alerted=state.alerted,
            decided_at=state.decided_at,
            trails=tuple(state.trails.items()),
            drifting=state.drifting,
            long=tuple(LongSnapshot(one.kind, one.start, one.span) for one in long.open.values()),
            newest=long.newest,
            closed_before=long.closed_before,
            effects=state.effects,
            multivariate=state.multivariate,
        )

    def restored(
        self, version: str, sizes: Sizes, rows_of: RowsOf, kept_of: KeptOf
    ) -> VersionState:
        """The state again; rows and counts come from where they are kept."""

        def pane(span: Span) -> Pane:
            return Pane(span, rows_of(version, span.first_id))

        return VersionState(
            Windows(
                sizes,
                closed=[pane(span) for span in self.closed],
                open=pane(self.open) if self.open else None,
                undecided=self.undecided,
            ),
            verdicts=[frozenset(one) for one in self.verdicts],
            alerted=self.alerted,
            decided_at=self.decided_at,
            trails=dict(self.trails),
            drifting=self.drifting,
            long=self.restored_long(version, sizes, kept_of),
            effects=self.effects,
            multivariate=self.multivariate,
        )

    def without_panes(self) -> Self:
        """All but the panes; scores that no verdict covers yet are left behind with them."""
        return msgspec.structs.replace(self, closed=(), open=None, undecided=0)

    def restored_long(self, version: str, sizes: Sizes, kept_of: KeptOf) -> LongWindows:
        """The days and weeks again."""
        windows = LongWindows(
            sizes.lateness, {}, self.newest, self.closed_before, sampled=sizes.sampled
        )
        for one in self.long:
            counts, rows = kept_of(version, one.kind, one.start)
            sample = RowSample(sizes.sampled if one.kind is WindowKind.DAY else 0, rows)
            held = Sketched(one.kind, one.start, one.span, counts, saved=True, sample=sample)
            windows.open[one.kind, one.start] = held
        return windows


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the monitor; `window` and `hop` are the sizes that its panes were cut by."""

    window: int
    hop: int
    latest: str = ""
    versions: dict[str, VersionSnapshot] = {}
    floors: tuple[tuple[int, int, int], ...] = ()

    @classmethod
    def of(cls, state: State, sizes: Sizes) -> Self:
        """The snapshot of a state."""
        versions = {version: VersionSnapshot.of(one) for version, one in state.versions.items()}
        return cls(
            window=sizes.window,
            hop=sizes.hop,
            latest=state.latest,
            versions=versions,
            floors=tuple((*pair, floor) for pair, floor in state.seen.floors.items()),
        )

    def fits(self, sizes: Sizes) -> bool:
        """Whether its panes were cut by these sizes."""
        return (self.window, self.hop) == (sizes.window, sizes.hop)

    def restored(self, seen: SeenScores, sizes: Sizes, rows_of: RowsOf, kept_of: KeptOf) -> State:
        """The state again; panes that were cut by other sizes are left behind."""
        seen.floors.update({(one, other): floor for one, other, floor in self.floors})
        fits = self.fits(sizes)
        versions = {
            version: (saved if fits else saved.without_panes()).restored(
                version, sizes, rows_of, kept_of
            )
            for version, saved in self.versions.items()
        }
        return State(seen, versions, self.latest)
