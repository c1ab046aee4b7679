"""Percentiles of latencies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_SHARES = (50.0, 99.0, 99.9)


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Milliseconds."""

    p50: float
    p99: float
    p999: float
    count: int

    def cells(self) -> dict[str, str]:
        """As columns of a table."""
        return {
            "p50, ms": f"{self.p50:.1f}",
            "p99, ms": f"{self.p99:.1f}",
            "p99.9, ms": f"{self.p999:.1f}",
            "measured": f"{self.count:,}",
        }


def percentiles(seconds: Sequence[float]) -> Percentiles:
    """Of at least one latency in seconds."""
    p50, p99, p999 = np.percentile(np.asarray(seconds) * 1000, _SHARES).tolist()
    return Percentiles(p50, p99, p999, len(seconds))
