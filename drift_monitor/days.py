"""What the test of all columns together costs and finds, on days of real rows.

Rows are split at random into a reference and a day, so that a clean day differs by chance alone.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from contracts.features import CategoryCoder
from contracts.packing import FloatMatrix
from drift_monitor.columns import application_layout
from drift_monitor.multivariate import tell_apart
from drift_monitor.policy import LEAST_ROWS, Multivariate
from drift_monitor.rates import Run
from drift_monitor.sample import Sample, SampleError
from drift_monitor.scenarios import Scenario
from drift_monitor.simulation import REFERENCE_ROWS

TOGETHER = "all columns together"
"""What a day drifts by that is told from the reference."""


class Days:
    """Draws days and tells them from a reference.

    Attributes:
        rows: of a day.
    """

    def __init__(
        self,
        sample: Sample,
        settings: Multivariate,
        *,
        rows: int,
        untested: Sequence[str],
        seed: int,
    ) -> None:
        """Prepare for draws.

        Raises:
            SampleError: too few rows for a reference and a day.
        """
        self._for_reference = min(REFERENCE_ROWS, 2 * len(sample) // 3)
        self.rows = min(rows, len(sample) - self._for_reference)
        if self.rows < LEAST_ROWS:
            raise SampleError(f"{len(sample)} rows are too few for a reference and a day")
        self._sample, self._settings = sample, settings
        self._categories = sample.categories()
        self._coder = CategoryCoder(self._categories)
        self._matrix = sample.features(self._coder)
        self._columns = application_layout(self._matrix, self._categories, untested)
        self._draw = np.random.default_rng(seed)

    def clean_runs(self, count: int) -> Iterator[Run]:
        """Single clean days."""
        for _ in range(count):
            reference, rest = self._split()
            yield [self._told(self._matrix[reference], self._matrix[rest[: self.rows]])]

    def shifted_runs(self, scenario: Scenario, count: int) -> Iterator[Run]:
        """Single shifted days."""
        for _ in range(count):
            reference, rest = self._split()
            day = scenario.shift(self._sample.take(rest), self.rows, self._draw)
            yield [self._told(self._matrix[reference], day.features(self._coder))]

    def _split(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        order = self._draw.permutation(len(self._sample))
        return order[: self._for_reference], order[self._for_reference :]

    def _told(self, reference: FloatMatrix, day: FloatMatrix) -> frozenset[str]:
        found = tell_apart(day, reference, self._columns, self._settings)
        return frozenset({TOGETHER} if found is not None and found.drifted else ())
