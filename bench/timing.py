"""Times alternatives in turn, so that a machine whose speed drifts is fair to all of them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one call: the median over the rounds, and the fastest and slowest round."""

    median: float
    fastest: float
    slowest: float


def side_by_side(
    alternatives: Mapping[str, Callable[[], object]], rounds: int
) -> dict[str, Timing]:
    """Call every alternative once in each round, after one round that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in alternatives}
    for counted in range(-1, rounds):
        for name, call in alternatives.items():
            began = time.perf_counter()
            call()
            if counted >= 0:
                seconds[name].append(time.perf_counter() - began)
    return {name: Timing(median(each), min(each), max(each)) for name, each in seconds.items()}
