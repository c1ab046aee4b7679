"""Scores of applications whose true probability is known, from the files of other commands."""

from pathlib import Path

import pandas as pd

from drift_monitor.performance.backtest import Known
from drift_monitor.sample import UNREADABLE, SampleError

_ID, _PROBABILITY = "SK_ID_CURR", "PROBABILITY"


def read_known(scores: Path, truth: Path) -> Known:
    """Join a file of `training score` to a `truth.csv` of `producer synthesize`.

    Raises:
        SampleError: a file cannot be read or lacks a column, holds what is no probability, or the
            truth lacks an applicant.
    """
    ours, true = _read(scores), _read(truth)
    joined = true.reindex(ours.index)
    if lacking := int(joined.isna().sum()):
        raise SampleError(f"{truth}: no probability of {lacking:,} applicants of {scores}")
    return Known(ours.to_numpy(), joined.to_numpy())


def _read(path: Path) -> "pd.Series[float]":
    """The probability of each applicant."""
    read = pd.read_parquet if path.suffix == ".parquet" else pd.read_csv
    try:
        frame = read(path)
        found = frame.set_index(_ID)[_PROBABILITY].astype(float)
    except UNREADABLE as error:
        raise SampleError(f"{path}: {error}") from error
    except KeyError as error:
        raise SampleError(f"{path}: column {error} is missing") from error
    if not found.between(0, 1).all():
        raise SampleError(f"{path}: {_PROBABILITY} holds what is no probability")
    if not found.index.is_unique:
        raise SampleError(f"{path}: an applicant stands in it twice")
    return found
