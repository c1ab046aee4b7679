"""Times alternatives in turn, so that a machine whose speed drifts is fair to all of them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
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
    """Seconds of one call of each; see `in_turn`."""
    return in_turn({name: partial(_seconds, call) for name, call in alternatives.items()}, rounds)


def in_turn(alternatives: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, Spread]:
    """What every alternative tells, once in each round, after a round that does not count.

    The order turns round with every round, so that none always follows the same other one.
    """
    told: dict[str, list[float]] = {name: [] for name in alternatives}
    for number in range(-1, rounds):
        names = list(alternatives)[:: 1 if number % 2 else -1]
        for name in names:
            found = alternatives[name]()
            if number >= 0:
                told[name].append(found)
    return {name: Spread(tuple(each)) for name, each in told.items()}


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
