"""What the settings cost and what they find: windows of known drift, judged as the monitor does.

Rows are split at random into a reference and windows, so that a clean window differs from its
reference by chance alone; a shifted one besides by what its scenario does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contracts.features import CategoryCoder
from contracts.packing import FloatMatrix
from drift_monitor.columns import Column, application_layout
from drift_monitor.comparison import Profiled
from drift_monitor.detectors import Detectors
from drift_monitor.evaluation import judge_columns
from drift_monitor.policy import Policy, drifted_columns
from drift_monitor.profiles import ColumnProfile, profile
from drift_monitor.rates import Run
from drift_monitor.sample import Sample, SampleError
from drift_monitor.scenarios import Scenario

REFERENCE_ROWS = 4000


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A reference, and the rows left for windows."""

    columns: tuple[Column, ...]
    reference: tuple[ColumnProfile, ...]
    rest: npt.NDArray[np.intp]


class Simulation:
    """Draws windows from real applications and judges them."""

    def __init__(
        self,
        sample: Sample,
        detectors: Detectors,
        policy: Policy,
        *,
        window: int,
        untested: Sequence[str],
        seed: int,
    ) -> None:
        """Prepare for draws.

        Raises:
            SampleError: too few rows for a reference and as many windows as an alert looks at.
        """
        self._for_windows = policy.among * window
        self._for_reference = min(REFERENCE_ROWS, len(sample) - self._for_windows)
        if self._for_reference < window:
            raise SampleError(f"{len(sample)} rows are too few for windows of {window}")
        self._detectors, self._policy, self._window = detectors, policy, window
        self._sample, self._untested = sample, untested
        self._categories = sample.categories()
        self._coder = CategoryCoder(self._categories)
        self._matrix = sample.features(self._coder)
        self._draw = np.random.default_rng(seed)

    def clean_runs(self, count: int) -> Iterator[Run]:
        """As many clean windows a run as an alert looks at."""
        for _ in range(count):
            drawn = self._drawn()
            windows = np.split(drawn.rest[: self._for_windows], self._policy.among)
            yield [self._drifted(drawn, self._matrix[rows]) for rows in windows]

    def shifted_runs(self, scenario: Scenario, count: int) -> Iterator[Run]:
        """As many shifted windows a run as an alert needs."""
        for _ in range(count):
            drawn = self._drawn()
            pool = self._sample.take(drawn.rest)
            yield [
                self._drifted(drawn, self._shifted(scenario, pool))
                for _ in range(self._policy.needed)
            ]

    def _drawn(self) -> Drawn:
        order = self._draw.permutation(len(self._sample))
        rows = self._matrix[order[: self._for_reference]]
        columns = application_layout(rows, self._categories, self._untested)
        return Drawn(columns, profile(columns, rows), order[self._for_reference :])

    def _shifted(self, scenario: Scenario, pool: Sample) -> FloatMatrix:
        return scenario.shift(pool, self._window, self._draw).features(self._coder)

    def _drifted(self, drawn: Drawn, window: FloatMatrix) -> frozenset[str]:
        of_window = profile(drawn.columns, window)
        profiled = list(map(Profiled, drawn.columns, drawn.reference, of_window))
        return drifted_columns(judge_columns(profiled, self._detectors, self._policy))
