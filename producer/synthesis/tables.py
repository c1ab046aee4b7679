"""The official tables: their columns, kinds and levels, and the frames that hold their rows."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

Frame: TypeAlias = dict[str, FloatArray]
"""Rows by column: a missing value is NaN, a level is its place in `levels`."""

Kind: TypeAlias = Literal["int", "float"] | list[str]

HISTORY_TABLES = (
    "bureau",
    "bureau_balance",
    "previous_application",
    "POS_CASH_balance",
    "credit_card_balance",
    "installments_payments",
)

NEVER = 365_243.0
"""The day that stands for "not at all" or "not yet" in the official tables."""

DAYS_PER_MONTH = 30.4375


@cache
def schema() -> dict[str, dict[str, Kind]]:
    """The columns of every table in official order, each with its kind or its levels."""
    text = files(__package__).joinpath("tables.toml").read_text(encoding="utf-8")
    tables: dict[str, dict[str, Kind]] = tomllib.loads(text)
    return tables


def levels(table: str, column: str) -> list[str]:
    """The levels of a category column.

    Raises:
        TypeError: the column is a number.
    """
    kind = schema()[table][column]
    if isinstance(kind, str):
        raise TypeError(f"{table}.{column} holds numbers ({kind}), not levels")
    return kind


@cache
def code(table: str, column: str, level: str) -> float:
    """How a frame writes this level.

    Raises:
        ValueError: the column has no such level.
    """
    return float(levels(table, column).index(level))


def ordered(table: str, frame: Frame) -> Frame:
    """The frame with exactly the official columns, in official order; a zero has no sign.

    Raises:
        KeyError: a column is missing.
    """
    return {column: frame[column] + 0.0 for column in schema()[table]}


def take(frame: Frame, rows: IntArray | BoolArray) -> Frame:
    """The chosen rows of every column."""
    return {column: values[rows] for column, values in frame.items()}
