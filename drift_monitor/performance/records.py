"""The applications of a model version with what is known of their outcomes, as columns. Pure."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from drift_monitor.performance.cbpe import Mask
from drift_monitor.performance.ranks import Doubles

Times = npt.NDArray[np.datetime64]
Texts = npt.NDArray[np.str_]
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Applications of one model version, one entry each in every column.

    `observed_at` is NaT and `defaulted` is false where no outcome is known yet.
    """

    application_id: Ids
    applied_at: Times
    scored_at: Times
    probability: Doubles
    decision: Texts
    segment: Texts
    defaulted: Mask
    observed_at: Times

    def __len__(self) -> int:
        return len(self.application_id)

    @property
    def labelled(self) -> Mask:
        """Which of them have an outcome."""
        return ~np.isnat(self.observed_at)

    def where(self, mask: Mask) -> Self:
        """Those that the mask selects."""
        return type(self)(*(getattr(self, name)[mask] for name in self.__slots__))
