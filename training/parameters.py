"""What a training run is told: folds, seed and LightGBM's parameters."""

import os
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Literal, TypeAlias

import msgspec

Parameters: TypeAlias = Mapping[str, bool | int | float | str]

MANY_ROWS = 50_000
"""From so many rows on deeper trees pay; one split then tells the number of trees well enough."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How the model is fitted and its quality estimated; with the same rows it repeats a model.

    Attributes:
        folds: the outer folds, which every reported figure comes from.
        inner_folds: folds inside the training part of an outer fold that tell the number of
            trees; 1 is a single split.
        most_features: the most features that the trees may take; a quick model chooses them, inside
            each outer fold as for the final trees.
        max_rounds: the most trees.
        patience: rounds without a gain that end the search for the number of trees.
        bags: models that differ by their seed alone, and whose mean is the model.
        seed: of the folds and of the trees.
        workers: folds that are fitted side by side; no figure depends on it.
        threads: of LightGBM in each fold; 0 is one for each core.
        monotone: features that may only raise (1) or only lower (-1) the risk.
        boosting: LightGBM's parameters.
    """

    folds: int
    inner_folds: int
    most_features: int
    max_rounds: int
    patience: int
    bags: int = 1
    seed: int
    workers: int
    threads: int = 1
    monotone: Mapping[str, int] = msgspec.field(default_factory=dict)
    boosting: Parameters


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen from training rows alone: LightGBM's parameters and the number of trees."""

    boosting: Parameters
    rounds: int


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What grows the very same trees again from the same rows."""

    plan: Plan
    choice: Choice


def default_parameters(rows: int) -> Parameters:
    """LightGBM's parameters for so many training rows."""
    text = files(__package__).joinpath("parameters.toml").read_text(encoding="utf-8")
    sections = tomllib.loads(text)
    return {**sections["all"], **sections[size_class(rows)]}


def size_class(rows: int) -> Literal["few", "many"]:
    """Which defaults so many training rows take."""
    return "many" if rows >= MANY_ROWS else "few"


def default_folds(rows: int) -> int:
    """Two thirds of many rows teach what four fifths do, in little more than half the time."""
    return 3 if rows >= MANY_ROWS else 5


def default_inner_folds(rows: int, *, search: bool) -> int:
    """Few rows need several folds to tell the number of trees, and more to tell parameters."""
    if rows >= MANY_ROWS:
        return 1
    return 5 if search else 2


def default_features(rows: int) -> int:
    """With few rows the weak features are noise, and cost time."""
    return 250 if rows >= MANY_ROWS else 150


def default_workers(rows: int) -> int:
    """LightGBM's own threads wait for each other more than they work where rows are few."""
    return 1 if rows >= MANY_ROWS else os.cpu_count() or 1


def default_threads(rows: int) -> int:
    """One where folds run side by side, else all; never by the machine, for the trees name it."""
    return 0 if rows >= MANY_ROWS else 1
