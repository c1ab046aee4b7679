"""How a drift tool in an environment of its own answers: one line a window, timed by itself.

A tool is started as `python -m bench.peers.drift_<tool> FOLDER`. It takes the reference and the
kinds of the columns from the folder, then the name of a window from each line of its input.
"""

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pandas as pd

REFERENCE, KINDS = "reference", "kinds.json"


class Kinds(msgspec.Struct, frozen=True):
    """Which columns are numbers and which categories."""

    numbers: tuple[str, ...]
    categories: tuple[str, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool found in a window, by column; a measure that it does not give is empty.

    Attributes:
        seconds: that it took, from the frame to the figures.
        ks: KS distances of the numbers.
        ks_p: their p-values.
        chi_squared: statistics of the categories.
        missing: shares of missing values.
    """

    seconds: float = 0.0
    ks: Mapping[str, float] = {}
    ks_p: Mapping[str, float] = {}
    chi_squared: Mapping[str, float] = {}
    missing: Mapping[str, float] = {}


Judge = Callable[[pd.DataFrame], Callable[[], Answer]]
"""Judges a window; what it returns reads the figures off, which is not timed."""


def answer(prepare: Callable[[pd.DataFrame, Kinds], Judge]) -> None:
    """Prepare on the reference, then judge one window for each line, until there is none."""
    folder = Path(sys.argv[1])
    kinds = msgspec.json.decode((folder / KINDS).read_bytes(), type=Kinds)
    judge = prepare(_frame(folder, REFERENCE), kinds)
    for line in sys.stdin:
        window = _frame(folder, line.strip())
        began = time.perf_counter()
        found = judge(window)
        seconds = time.perf_counter() - began
        told = msgspec.structs.replace(found(), seconds=seconds)
        print(msgspec.json.encode(told).decode(), flush=True)  # noqa: T201 - it is asked on a pipe


def _frame(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(folder / f"{name}.parquet")
