"""Rows that belong to an owner: a variable number per applicant, credit or month."""

from dataclasses import dataclass
from math import ceil

import numpy as np

from producer.synthesis.tables import FloatArray, IntArray

_SCATTER = 1_000_003  # a prime: multiplying by it permutes the ids
_FEWEST_IDS = 1_900_000
_IDS_PER_APPLICANT = 5.3


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows in the order of their owners.

    `owner` is each row's owner, `place` its number among that owner's rows (from 0), `of` how
    many rows the owner has.
    """

    owner: IntArray
    place: IntArray
    of: IntArray

    def __len__(self) -> int:
        return len(self.owner)


def spread(counts: IntArray) -> Rows:
    """`counts[i]` rows for owner i."""
    owner = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    return Rows(owner, np.arange(len(owner)) - starts[owner], counts[owner])


def previous(rows: Rows, values: FloatArray, first: float = 0.0) -> FloatArray:
    """The value of the owner's row before; `first` where there is none."""
    shifted = np.concatenate(([first], values[:-1])) if len(values) else values
    return np.where(rows.place == 0, first, shifted)


def running_total(rows: Rows, values: FloatArray) -> FloatArray:
    """The sum over the owner's rows up to and including each."""
    total = np.cumsum(values)
    before: FloatArray = (total - values)[np.arange(len(rows)) - rows.place]
    return total - before


def scattered_ids(first: int, count: int, lowest: int, capacity: int) -> FloatArray:
    """Distinct ids for numbers `first`.. of a sequence, spread over `lowest`.. as in real tables.

    Raises:
        ValueError: the sequence is longer than the ids that there are.
    """
    if first + count > capacity:
        raise ValueError(f"ids from {lowest} are used up: {first + count} rows, {capacity} ids")
    numbers = np.arange(first, first + count, dtype=np.int64)
    return np.asarray(lowest + numbers * _SCATTER % capacity, dtype=np.float64)


def id_capacity(applicants: int) -> int:
    """Enough ids for the credits, or the contracts, of so many applicants; coprime to scattering.

    Applicants have about five of each; at full size the ids span about what they do in the
    official tables.
    """
    capacity = max(_FEWEST_IDS, ceil(_IDS_PER_APPLICANT * applicants))
    return capacity + (capacity % _SCATTER == 0)
