"""The true probabilities that `producer synthesize` writes beside the tables."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.applications import ID
from training.errors import BadInputError

_PROBABILITY = "PROBABILITY"


def read_truth(path: Path, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The probability of default of these applicants.

    Raises:
        BadInputError: names the file; it cannot be read, or lacks an applicant.
    """
    try:
        table = pd.read_csv(path, usecols=[ID, _PROBABILITY]).drop_duplicates(ID).set_index(ID)
        found = table[_PROBABILITY].reindex(ids).to_numpy(dtype=np.float64)
    except (OSError, ValueError) as error:
        raise BadInputError(f"{path}: {error}") from error
    lacking = ids[np.isnan(found)]
    if len(lacking):
        raise BadInputError(
            f"{path}: no probability of {len(lacking):,} applicants, {lacking[0]} among them"
        )
    return found
