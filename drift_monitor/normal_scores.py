"""Normal scores: values by their ranks in a reference, normal where they follow it. Pure."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from contracts.packing import FloatVector

Doubles = npt.NDArray[np.float64]


class Scale(NamedTuple):
    """Mean and spread of a reference's own normal scores; ties move both off 0 and 1."""

    mean: float
    spread: float


def normal_scores(reference: FloatVector, values: FloatVector) -> Doubles:
    """Of mid-ranks in the ascending reference, kept half a row away from both ends."""
    rows = len(reference)
    below = np.searchsorted(reference, values, "left")
    middle = (below + np.searchsorted(reference, values, "right")) / 2
    scores: Doubles = ndtri(np.clip(middle, 0.5, rows - 0.5) / rows)
    return scores


def own_scale(reference: FloatVector) -> Scale:
    """The scale of a reference of at least one value, ascending."""
    scores = normal_scores(reference, reference)
    return Scale(float(scores.mean()), float(scores.std()))
