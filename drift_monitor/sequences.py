"""What the sequential detector costs and finds: long runs of windows from real rows.

The rows at hand are taken as the population: the reference and every window are drawn from them
with replacement. So the windows of a run are independent however many they are, and the error of
the reference is that of a real one.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from contracts.features import CategoryCoder
from contracts.packing import FloatMatrix
from drift_monitor.columns import Column, application_layout
from drift_monitor.comparison import Profiled
from drift_monitor.profiles import ColumnProfile, profile
from drift_monitor.rates import Run
from drift_monitor.sample import Sample
from drift_monitor.scenarios import Scenario
from drift_monitor.sequential import Sequential, Trails, drifting, follow, threshold
from drift_monitor.simulation import REFERENCE_ROWS
from drift_monitor.slow_drift import followed_columns

_NO_TIME = dt.datetime.min.replace(tzinfo=dt.UTC)  # drawn rows have none


@dataclass(slots=True)
class Following:
    """A reference and the evidence that windows have left against it."""

    columns: tuple[Column, ...]
    reference: tuple[ColumnProfile, ...]
    sequential: Sequential
    trails: Trails = field(default_factory=dict)

    def add(self, window: FloatMatrix) -> frozenset[str]:
        """The columns that drift after one more window."""
        of_window = profile(self.columns, window)
        profiled = followed_columns(list(map(Profiled, self.columns, self.reference, of_window)))
        self.trails = follow(self.trails, profiled, _NO_TIME, self.sequential)
        found = drifting(self.trails, threshold(profiled, self.sequential))
        return frozenset(stream.column for stream, _ in found)


class Sequences:
    """Draws runs of windows and follows them as the monitor does."""

    def __init__(
        self,
        sample: Sample,
        sequential: Sequential,
        *,
        window: int,
        untested: Sequence[str],
        seed: int,
    ) -> None:
        self._sample, self._sequential, self._window = sample, sequential, window
        self._untested = untested
        self._categories = sample.categories()
        self._coder = CategoryCoder(self._categories)
        self._matrix = sample.features(self._coder)
        self._draw = np.random.default_rng(seed)

    def clean_runs(self, count: int, windows: int) -> Iterator[Run]:
        """Runs of clean windows."""
        for _ in range(count):
            following = self._following()
            yield [following.add(self._rows(self._window)) for _ in range(windows)]

    def shifted_runs(self, scenario: Scenario, count: int, windows: int) -> Iterator[Run]:
        """Runs of shifted windows, up to the first in which the scenario's column drifts."""
        for _ in range(count):
            following, run = self._following(), list[frozenset[str]]()
            while len(run) < windows and not (run and scenario.column in run[-1]):
                window = scenario.shift(self._sample, self._window, self._draw)
                run.append(following.add(window.features(self._coder)))
            yield run

    def _following(self) -> Following:
        rows = self._rows(REFERENCE_ROWS)
        columns = application_layout(rows, self._categories, self._untested)
        return Following(columns, profile(columns, rows), self._sequential)

    def _rows(self, count: int) -> FloatMatrix:
        rows: FloatMatrix = self._matrix[self._draw.integers(len(self._matrix), size=count)]
        return rows
