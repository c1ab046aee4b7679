"""Batch scores as a file: CSV, Parquet, or Kaggle's submission."""

import csv
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from contracts.reasons import MOST_REASONS
from training.batch import BatchScores

STANDARD_OUTPUT = Path("-")
ScoreFormat = Literal["scores", "kaggle"]

_REASON_COLUMNS = MOST_REASONS + 1  # the number of inquiries may come fifth


def write_scores(path: Path, scores: BatchScores, form: ScoreFormat) -> None:
    """Write the scores; a float in CSV is the shortest text that reads back as the same float.

    Args:
        path: ends in .parquet for Parquet; "-" is CSV to the standard output.
        scores: of a table.
        form: everything, or the two columns of a Kaggle submission.
    """
    columns = _submission(scores) if form == "kaggle" else _everything(scores)
    if path != STANDARD_OUTPUT:
        path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        _whole(path, lambda part: pq.write_table(pa.table(dict(columns)), part))
        return
    if path == STANDARD_OUTPUT:
        _write_csv(sys.stdout, columns)
        return
    _whole(path, lambda part: _csv_file(part, columns))


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


def _whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write beside the file and put it in place at last: a half-written one is never seen."""
    part = path.with_name(f".{path.name}.part")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _csv_file(path: Path, columns: Columns) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        _write_csv(file, columns)


def _write_csv(file: TextIO, columns: Columns) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
