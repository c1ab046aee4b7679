"""Batch scores as a file: CSV, Parquet, or Kaggle's submission."""

import csv
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from contracts.reasons import MOST_REASONS
from training.batch import BatchScores
from training.errors import BadInputError
from training.whole_file import write_whole

STANDARD_OUTPUT = Path("-")
ScoreFormat = Literal["scores", "kaggle"]

_ENDINGS = (".csv", ".parquet")
_REASON_COLUMNS = MOST_REASONS + 1  # the number of inquiries may come fifth


def check_place(path: Path) -> None:
    """Make the folder of a file of scores, before the work that would be lost without it.

    Raises:
        BadInputError: nothing can be written there, or the ending says no format.
    """
    if path == STANDARD_OUTPUT:
        return
    if path.suffix not in _ENDINGS:
        raise BadInputError(f"{path}: ends in neither {' nor '.join(_ENDINGS)}, and is not -")
    if path.is_dir():
        raise BadInputError(f"{path}: is a folder; name a file in it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInputError(f"{path}: no such folder, and none can be made: {error}") from error
    if not os.access(path.parent, os.W_OK):
        raise BadInputError(f"{path}: nothing can be written into {path.parent}")


def write_scores(path: Path, scores: BatchScores, form: ScoreFormat) -> None:
    """Write the scores; a float in CSV is the shortest text that reads back as the same float.

    Args:
        path: ends in .parquet for Parquet; "-" is CSV to the standard output.
        scores: of a table.
        form: everything, or the two columns of a Kaggle submission.
    """
    columns = _submission(scores) if form == "kaggle" else _everything(scores)
    if path.suffix == ".parquet":
        write_whole(path, lambda part: pq.write_table(pa.table(dict(columns)), part))
        return
    if path == STANDARD_OUTPUT:
        _write_csv(sys.stdout, columns)
        return
    write_whole(path, lambda part: _csv_file(part, columns))


Columns = dict[str, Sequence[object]]


def _submission(scores: BatchScores) -> Columns:
    return {"SK_ID_CURR": scores.ids.tolist(), "TARGET": scores.probabilities}


def _everything(scores: BatchScores) -> Columns:
    columns: Columns = {
        "SK_ID_CURR": scores.ids.tolist(),
        "PROBABILITY": scores.probabilities,
        "POINTS": scores.points,
        "DECISION": [str(one) for one in scores.decisions],
        "RAW_SCORE": scores.raw_scores,
        "HISTORY": [str(one) for one in scores.statuses],
    }
    if scores.reasons is None:
        return columns
    padded = [(*codes, *[None] * (_REASON_COLUMNS - len(codes))) for codes in scores.reasons]
    told = {f"REASON_{at + 1}": [row[at] for row in padded] for at in range(_REASON_COLUMNS)}
    return {**columns, **told}


def _csv_file(path: Path, columns: Columns) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        _write_csv(file, columns)


def _write_csv(file: TextIO, columns: Columns) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
