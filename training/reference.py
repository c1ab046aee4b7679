"""The drift reference: training rows in the full feature space, kept with the model. Pure."""

import numpy as np

from contracts.packing import FloatMatrix
from training.attribution import sample_rows

ROWS = 4_000
"""So many rows tell a shift of a tenth of a standard deviation in a window of a thousand."""


def drift_reference(matrix: FloatMatrix, seed: int) -> FloatMatrix:
    """At most `ROWS` random training rows, C-contiguous float32."""
    return np.ascontiguousarray(matrix[sample_rows(len(matrix), ROWS, seed)], dtype=np.float32)
