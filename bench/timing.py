"""Times alternatives in turn, so that a machine whose speed drifts is fair to all of them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """Repeated measurements of one thing, one in each round."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.rounds)

    def scaled(self, factor: float) -> "Spread":
        """In another unit."""
        return Spread(tuple(factor * each for each in self.rounds))

    def against(self, other: "Spread") -> float:
        """The median over the rounds of the ratio to another, measured in the same rounds.

        A machine that slows down for some rounds slows down both.
        """
        pairs = zip(self.rounds, other.rounds, strict=True)
        return median(ours / theirs for ours, theirs in pairs)

    def text(self, digits: int) -> str:
        """The median, with the spread behind it."""
        of = (self.median, min(self.rounds), max(self.rounds))
        middle, least, greatest = (f"{each:,.{digits}f}" for each in of)
        return f"{middle} ({least} to {greatest})"


def side_by_side(
    alternatives: Mapping[str, Callable[[], object]], rounds: int
) -> dict[str, Spread]:
    """Seconds of one call: every alternative once in each round, after a round that does not count.

    The order turns round with every round, so that none always follows the same other one.
    """
    seconds: dict[str, list[float]] = {name: [] for name in alternatives}
    for number in range(-1, rounds):
        names = list(alternatives)[:: 1 if number % 2 else -1]
        for name in names:
            began = time.perf_counter()
            alternatives[name]()
            if number >= 0:
                seconds[name].append(time.perf_counter() - began)
    return {name: Spread(tuple(each)) for name, each in seconds.items()}
