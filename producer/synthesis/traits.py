"""What no table shows of an applicant, and shares that move with age."""

from dataclasses import dataclass

import numpy as np

from producer.synthesis.marginals import flip, tilted
from producer.synthesis.tables import BoolArray, FloatArray, IntArray

AGES = [22.0, 27.0, 32.0, 37.0, 42.0, 47.0, 52.0, 57.0, 62.0, 67.0]
"""The ages in years at which the tables below give their shares."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What no table shows: standard normal scores and a fact that shape an applicant's rows.

    The tables depend on them; the default probability depends on the tables alone.
    """

    prudence: FloatArray
    affluence: FloatArray
    maturity: FloatArray
    indebtedness: FloatArray
    laxity: FloatArray
    known_to_bureau: BoolArray

    def __len__(self) -> int:
        return len(self.prudence)

    def of(self, owner: IntArray) -> "Traits":
        """The traits of each row's owner."""
        return Traits(
            self.prudence[owner],
            self.affluence[owner],
            self.maturity[owner],
            self.indebtedness[owner],
            self.laxity[owner],
            self.known_to_bureau[owner],
        )


def draw_traits(rng: np.random.Generator, size: int) -> Traits:
    """Independent traits, except that the old are known to the bureau more often."""
    maturity = rng.standard_normal(size)
    return Traits(
        prudence=rng.standard_normal(size),
        affluence=rng.standard_normal(size),
        maturity=maturity,
        indebtedness=rng.standard_normal(size),
        laxity=rng.standard_normal(size),
        known_to_bureau=flip(rng, tilted(0.865, 0.12 * maturity)),
    )


def by_age(age: FloatArray, shares: FloatArray) -> FloatArray:
    """The shares of the levels at each age, between the rows of a table by age."""
    return np.stack([np.interp(age, AGES, column) for column in shares.T], axis=1)


def share_by_age(age: FloatArray, shares: list[float]) -> FloatArray:
    """One share at each age, between the entries of a list by age."""
    return np.interp(age, AGES, shares)
