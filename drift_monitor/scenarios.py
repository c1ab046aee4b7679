"""Shifts of known size, to see what the monitor finds. Pure, drawn from a seeded generator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contracts.application import CATEGORICAL, NUMERIC
from drift_monitor.sample import Sample

Shift = Callable[[Sample, int, np.random.Generator], Sample]
"""A pool of clean rows, the size of a window, randomness: to the window."""

_DAYS_A_YEAR = 365.25
_UNHEARD_OF = "Never seen in training"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A shift, and the column that must be named for it."""

    column: str
    shift: Shift


def clean(pool: Sample, size: int, draw: np.random.Generator) -> Sample:
    """Rows of the pool as they are, none twice."""
    return pool.take(draw.choice(len(pool), size, replace=False))


def more_of_level(column: str, level: str, points: float) -> Scenario:
    """More rows of a level, with all that goes along with it in real rows."""

    def shift(pool: Sample, size: int, draw: np.random.Generator) -> Sample:
        has = pool.levels[:, CATEGORICAL.index(column)] == level
        wanted = round((has.mean() + points) * size)
        return pool.take(
            np.concatenate(
                [
                    draw.choice(np.flatnonzero(has), wanted),
                    draw.choice(np.flatnonzero(~has), size - wanted),
                ]
            )
        )

    return Scenario(column, shift)


def more_missing(column: str, points: float) -> Scenario:
    """A further share of all rows without a value."""

    def lose(values: npt.NDArray[np.float64], draw: np.random.Generator) -> None:
        present = np.flatnonzero(~np.isnan(values))
        values[draw.choice(present, round(points * len(values)), replace=False)] = np.nan

    return _on_column(column, lose)


def times(column: str, factor: float) -> Scenario:
    """Every value times a factor."""

    def multiply(values: npt.NDArray[np.float64], _draw: np.random.Generator) -> None:
        values *= factor

    return _on_column(column, multiply)


def plus(column: str, amount: float, low: float, high: float) -> Scenario:
    """Every value plus an amount, kept within the column's range."""

    def add(values: npt.NDArray[np.float64], _draw: np.random.Generator) -> None:
        np.clip(values + amount, low, high, out=values)

    return _on_column(column, add)


def untied(column: str, share: float) -> Scenario:
    """A share of the rows with one another's values: the column stays, its ties are cut."""

    def swap(values: npt.NDArray[np.float64], draw: np.random.Generator) -> None:
        rows = draw.choice(len(values), round(share * len(values)), replace=False)
        values[rows] = values[draw.permutation(rows)]

    return _on_column(column, swap)


def unseen_level(column: str, share: float) -> Scenario:
    """A share of the rows with a level that training never saw."""

    def shift(pool: Sample, size: int, draw: np.random.Generator) -> Sample:
        window = clean(pool, size, draw)
        rows = draw.choice(size, round(share * size), replace=False)
        window.levels[rows, CATEGORICAL.index(column)] = _UNHEARD_OF
        return window

    return Scenario(column, shift)


def _on_column(
    column: str, change: Callable[[npt.NDArray[np.float64], np.random.Generator], None]
) -> Scenario:
    def shift(pool: Sample, size: int, draw: np.random.Generator) -> Sample:
        window = clean(pool, size, draw)
        change(window.numeric[:, NUMERIC.index(column)], draw)
        return window

    return Scenario(column, shift)


SCENARIOS: Mapping[str, Scenario] = {
    "revolving loans +10 points": more_of_level("NAME_CONTRACT_TYPE", "Revolving loans", 0.10),
    "EXT_SOURCE_3 missing +10 points": more_missing("EXT_SOURCE_3", 0.10),
    "unseen organisation 2 %": unseen_level("ORGANIZATION_TYPE", 0.02),
    "income x 1.2": times("AMT_INCOME_TOTAL", 1.2),
    "credit x 1.2": times("AMT_CREDIT", 1.2),
    "EXT_SOURCE_2 - 0.05": plus("EXT_SOURCE_2", -0.05, 0, 1),
    "5 years older": plus("DAYS_BIRTH", -5 * _DAYS_A_YEAR, -40_000, 0),
    "revolving loans +5 points": more_of_level("NAME_CONTRACT_TYPE", "Revolving loans", 0.05),
    "credit x 1.1": times("AMT_CREDIT", 1.1),
    "2 years older": plus("DAYS_BIRTH", -2 * _DAYS_A_YEAR, -40_000, 0),
}
"""The shifts that are priced, by what people call them; the last three are meant to be too weak."""

TIES: Mapping[str, Scenario] = {
    "income of another applicant": untied("AMT_INCOME_TOTAL", 1.0),
    "income of another, in a quarter": untied("AMT_INCOME_TOTAL", 0.25),
    "EXT_SOURCE_2 of another, in a quarter": untied("EXT_SOURCE_2", 0.25),
    "age of another, in a quarter": untied("DAYS_BIRTH", 0.25),
    "goods price of another, in a tenth": untied("AMT_GOODS_PRICE", 0.1),
}
"""Shifts that no column shows alone."""
