"""A file of applications, read and checked: the only place where a report meets a file's format."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.application import CATEGORICAL, NUMERIC
from drift_monitor.sample import UNREADABLE, Sample, SampleError

TARGET = "TARGET"

_LARGEST = float(np.finfo(np.float32).max)
_NAMED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The applications of a file.

    Attributes:
        path: of the file.
        sample: the rows; a column that the file lacks has no values.
        columns: the application columns that the file has.
        classes: how many classes the target has, 0 where it is not known.
    """

    path: Path
    sample: Sample
    columns: frozenset[str]
    classes: int

    def __len__(self) -> int:
        return len(self.sample)


def read_table(path: Path) -> Table:
    """The applications of a file in Kaggle's shape: CSV, packed or not, or Parquet.

    Raises:
        SampleError: no such file, no table, no application column, fewer than two rows, or a value
            that no application can have; names the file, and the column and row.
    """
    frame = _frame(path)
    columns = [name for name in (*NUMERIC, *CATEGORICAL) if name in frame.columns]
    if not columns:
        first = ", ".join(map(str, frame.columns[:_NAMED]))
        raise SampleError(f"{path}: no application column; the first columns are {first}")
    if twice := [name for name in columns if f"{name}.1" in frame.columns]:
        raise SampleError(f"{path}: column {twice[0]} stands there twice")
    if len(frame) < 2:  # noqa: PLR2004 - one row has no distribution
        rows = "one row" if len(frame) else "no rows"
        raise SampleError(f"{path}: {rows}; a distribution takes at least two")
    numeric = np.full((len(frame), len(NUMERIC)), np.nan)
    levels = np.full((len(frame), len(CATEGORICAL)), None, dtype=object)
    for name in columns:
        if name in NUMERIC:
            numeric[:, NUMERIC.index(name)] = _numbers(path, frame[name])
        else:
            levels[:, CATEGORICAL.index(name)] = _levels(path, frame[name])
    classes = frame[TARGET].nunique() if TARGET in frame.columns else 0
    return Table(path, Sample(numeric, levels), frozenset(columns), classes)


def _frame(path: Path) -> pd.DataFrame:
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, low_memory=False)
    except UNREADABLE as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise SampleError(f"{path}: {reason}") from error


def _numbers(path: Path, column: "pd.Series[float]") -> npt.NDArray[np.float64]:
    """The values of a numeric column, missing ones NaN."""
    values = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    _refuse(path, column, np.isnan(values) & column.notna().to_numpy(), "is no number")
    _refuse(path, column, np.abs(values) > _LARGEST, "is no amount: it is infinite or too large")
    return values


def _levels(path: Path, column: "pd.Series[str]") -> npt.NDArray[np.object_]:
    """The levels of a category column, missing ones None."""
    missing = column.isna().to_numpy()
    levels = column.to_numpy(object, copy=True)
    text = np.array([isinstance(level, str) for level in levels])
    _refuse(path, column, ~text & ~missing, "is no level: levels are text")
    levels[missing] = None
    return levels


def _refuse(
    path: Path, column: "pd.Series[float] | pd.Series[str]", wrong: npt.NDArray[np.bool_], why: str
) -> None:
    """Raise for the first value that is wrong."""
    if wrong.any():
        at = int(np.argmax(wrong))
        value = str(column.iloc[at])[:60]
        raise SampleError(f"{path}: row {at + 1}, column {column.name}: {value!r} {why}")
