"""What a training run is told: folds, seed and LightGBM's parameters."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TypeAlias

Parameters: TypeAlias = Mapping[str, float | int | str | bool]

MANY_ROWS = 50_000
"""From so many rows on deeper trees pay; one split then tells the number of trees well enough."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the model is fitted and its quality estimated.

    Attributes:
        folds: the outer folds, which every reported figure comes from.
        inner_folds: folds inside the training part of an outer fold that tell the number of
            trees; 1 is a single split.
        most_features: the most features that the trees may take; a quick model chooses them, inside
            each outer fold as for the final trees.
        max_rounds: the most trees.
        patience: rounds without a gain that end the search for the number of trees.
        seed: of the folds and of the trees.
        workers: folds that are fitted side by side, each in one thread; with 1, the folds come one
            after the other and LightGBM uses all cores.
        boosting: LightGBM's parameters.
    """

    folds: int
    inner_folds: int
    most_features: int
    max_rounds: int
    patience: int
    seed: int
    workers: int
    boosting: Parameters


def default_parameters(rows: int) -> Parameters:
    """LightGBM's parameters for so many training rows."""
    text = files(__package__).joinpath("parameters.toml").read_text(encoding="utf-8")
    sections = tomllib.loads(text)
    return {**sections["all"], **sections["many" if rows >= MANY_ROWS else "few"]}


def default_inner_folds(rows: int) -> int:
    """Few rows need several folds to tell the number of trees."""
    return 1 if rows >= MANY_ROWS else 2


def default_features(rows: int) -> int:
    """With few rows the weak features are noise, and cost time."""
    return 400 if rows >= MANY_ROWS else 150


def default_workers(rows: int) -> int:
    """LightGBM's own threads wait for each other more than they work where rows are few."""
    return 1 if rows >= MANY_ROWS else os.cpu_count() or 1
