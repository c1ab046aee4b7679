"""Marginal distributions of the synthetic tables: quantile functions and weighted levels."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from math import sqrt
from typing import TypedDict

import numpy as np
from scipy.special import expit, ndtr

from producer.synthesis.tables import BoolArray, FloatArray, levels


class _Regions(TypedDict):
    rows: list[list[float]]


class _Marginals(TypedDict):
    quantiles: dict[str, list[float]]
    regions: _Regions
    weights: dict[str, dict[str, float]]


@cache
def _marginals() -> _Marginals:
    text = files(__package__).joinpath("marginals.toml").read_text(encoding="utf-8")
    marginals: _Marginals = tomllib.loads(text)  # type: ignore[assignment]
    return marginals


def quantile(name: str, score: FloatArray) -> FloatArray:
    """The value of the named distribution that has the rank of a standard normal score."""
    quantiles = _marginals()["quantiles"]
    return np.interp(ndtr(score), quantiles["probabilities"], quantiles[name])


def regions() -> FloatArray:
    """One row per region: population share, rating, weight; from the poorest rating up."""
    return np.array(_marginals()["regions"]["rows"])


@cache
def weights(name: str, table: str, column: str) -> tuple[float, ...]:
    """The named weights, in the order of the column's levels; zero for a level not named.

    Raises:
        ValueError: a weight names a level that the column does not have.
    """
    named = _marginals()["weights"][name]
    known = levels(table, column)
    if unknown := set(named) - set(known):
        raise ValueError(f"weights {name!r}: {table}.{column} has no level {sorted(unknown)}")
    return tuple(named.get(level, 0.0) for level in known)


def draw_levels(
    rng: np.random.Generator, size: int, table: str, column: str, name: str | None = None
) -> FloatArray:
    """Independent levels by the weights called `name` (by default those of the column's name)."""
    return draw_index(rng, size, weights(name or column, table, column))


def draw_index(rng: np.random.Generator, size: int, weight: Sequence[float]) -> FloatArray:
    """Independent places in the list of weights."""
    cumulative = np.cumsum(weight)
    draws = rng.random(size) * cumulative[-1]
    return np.asarray(np.searchsorted(cumulative, draws, side="right"), dtype=np.float64)


def draw_by_row(rng: np.random.Generator, weight: FloatArray) -> FloatArray:
    """One column index for every row of a matrix of weights."""
    cumulative = np.cumsum(weight, axis=1)
    draws = rng.random((len(weight), 1)) * cumulative[:, -1:]
    return np.asarray((draws >= cumulative).sum(axis=1), dtype=np.float64)


def draw_value(
    rng: np.random.Generator, size: int, values: Sequence[float], weight: Sequence[float]
) -> FloatArray:
    """Independent draws from a few values."""
    return np.asarray(values, dtype=np.float64)[draw_index(rng, size, weight).astype(np.int64)]


def flip(rng: np.random.Generator, probability: FloatArray) -> BoolArray:
    """One independent coin per probability."""
    return rng.random(probability.shape) < probability


def tilted(probability: float, tilt: FloatArray) -> FloatArray:
    """A probability moved by `tilt` on the log-odds scale."""
    return np.asarray(expit(np.log(probability / (1.0 - probability)) + tilt))


def blend(rng: np.random.Generator, size: int, *parts: tuple[float, FloatArray]) -> FloatArray:
    """A standard normal score with the given correlations to independent standard scores.

    The rest of the variance, where the squared correlations leave any, is fresh noise.
    """
    mixed = np.zeros(size)
    for weight, score in parts:
        mixed += weight * score
    explained = sum(weight**2 for weight, _ in parts)
    noise = sqrt(max(0.0, 1.0 - explained))
    return mixed + noise * rng.standard_normal(size)
