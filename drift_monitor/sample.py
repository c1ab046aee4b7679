"""Applications from a Kaggle folder, to be compared: the only place that reads its files."""

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from contracts.application import CATEGORICAL, NUMERIC
from contracts.features import ApplicationColumns, CategoryCoder, feature_matrix
from contracts.packing import FloatMatrix

UNREADABLE = (
    *(OSError, EOFError, ValueError),  # pandas' and pyarrow's own are among them
    *(zlib.error, zipfile.BadZipFile, pa.ArrowException),
)
"""What pandas raises of a damaged file, or one that is none of its format."""


class SampleError(ValueError):
    """The data cannot be used; names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Application rows by columns, so that rows can be taken and columns moved.

    Attributes:
        numeric: shape (rows, 104), in the order of `NUMERIC`; a missing value is NaN.
        levels: shape (rows, 16), in the order of `CATEGORICAL`; a missing level is None.
    """

    numeric: npt.NDArray[np.float64]
    levels: npt.NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.numeric)

    def take(self, rows: npt.NDArray[np.intp]) -> "Sample":
        """Some of the rows, as copies."""
        return Sample(self.numeric[rows], self.levels[rows])

    def categories(self) -> dict[str, list[str]]:
        """The levels of each category, sorted, as training freezes them."""
        return {
            name: sorted({level for level in column if level is not None})
            for name, column in zip(CATEGORICAL, self.levels.T.tolist(), strict=True)
        }

    def features(self, coder: CategoryCoder) -> FloatMatrix:
        """The feature matrix of applicants whose histories are left out."""
        columns = ApplicationColumns(self.numeric, self.levels.T.tolist())
        return feature_matrix(columns, coder, np.empty((len(self), 0), dtype=np.float32))


def read_sample(folder: Path, table: str = "application_train") -> Sample:
    """The applications of a table of a Kaggle folder, from CSV or CSV.gz.

    Raises:
        SampleError: no such file, a damaged file, a missing column.
    """
    files = (f"{table}.csv", f"{table}.csv.gz")
    path = next((path for name in files if (path := folder / name).exists()), None)
    if path is None:
        raise SampleError(f"{folder}: neither {' nor '.join(files)} is there")
    try:
        frame = pd.read_csv(path)
    except UNREADABLE as error:
        raise SampleError(f"{path}: {error}") from error
    if missing := [name for name in (*NUMERIC, *CATEGORICAL) if name not in frame.columns]:
        raise SampleError(f"{path}: column {', '.join(missing)} is missing")
    levels = frame[list(CATEGORICAL)].to_numpy(object)
    levels[pd.isna(levels)] = None
    return Sample(frame[list(NUMERIC)].to_numpy(np.float64), levels)
