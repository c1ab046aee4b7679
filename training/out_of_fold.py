"""`out_of_fold.parquet` of a run: each applicant's score by models that had not seen it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from training.errors import BadInputError

OUT_OF_FOLD_FILE = "out_of_fold.parquet"
_COLUMNS = ("SK_ID_CURR", "TARGET", "FOLD", "RAW_SCORE", "PROBABILITY")


@dataclass(frozen=True, slots=True)
class HeldOutScores:
    """Scores of applicants, ordered by id.

    Attributes:
        ids: the applicants.
        target: 1.0 for a default, else 0.0.
        fold: the outer fold that a row was held out in.
        raw_scores: log-odds before calibration.
        probability: calibrated by curves that had not seen the row's fold.
    """

    ids: npt.NDArray[np.int64]
    target: npt.NDArray[np.float64]
    fold: npt.NDArray[np.int64]
    raw_scores: npt.NDArray[np.float64]
    probability: npt.NDArray[np.float64]


def write_out_of_fold(path: Path, scores: HeldOutScores) -> None:
    """Write the scores, to the last bit."""
    columns = (scores.ids, scores.target, scores.fold, scores.raw_scores, scores.probability)
    pq.write_table(pa.table(dict(zip(_COLUMNS, columns, strict=True))), path)


def read_out_of_fold(path: Path) -> HeldOutScores:
    """The scores of a run.

    Raises:
        BadInputError: damaged.
    """
    try:
        table = pq.read_table(path, columns=list(_COLUMNS))
    except pa.ArrowInvalid as error:
        raise BadInputError(f"{path}: {error}") from error
    return HeldOutScores(*(table.column(name).to_numpy() for name in _COLUMNS))
