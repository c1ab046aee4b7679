"""How much of what could be known a model knows: its AUC beside that of the truth. Pure."""

import msgspec
import numpy as np
import numpy.typing as npt

from training.comparison import auc_difference
from training.errors import BadInputError
from training.evaluate import Interval, auc_interval

Doubles = npt.NDArray[np.float64]

CHANCE = 0.5
"""The AUC of scores that know nothing."""


class Attained(msgspec.Struct, frozen=True, kw_only=True):
    """A model's scores beside the probabilities that the outcomes were drawn from.

    Attributes:
        rows: how many.
        auc: of the model, out of fold.
        best: of the true probabilities, which no model can surpass but by luck.
        share: the model's AUC above 0.5 as a share of the best above 0.5; the interval knows that
            the rows are the same, and takes the best as given.
    """

    rows: int
    auc: Interval
    best: Interval
    share: Interval


def attained(scores: Doubles, truth: Doubles, target: Doubles) -> Attained:
    """Compare scores with the truth on the same rows; both classes must occur.

    Args:
        scores: of the model, of rows that it had not seen.
        truth: the probabilities that the outcomes were drawn from.
        target: the outcomes.

    Raises:
        BadInputError: the probabilities do not order the outcomes, so they are not the truth.
    """
    best = auc_interval(truth, target)
    if best.value <= CHANCE:
        raise BadInputError(f"an AUC of {best}: the outcomes were not drawn by these probabilities")
    short = auc_difference(scores, truth, target)
    room = best.value - CHANCE
    share = Interval(*(1 + one / room for one in (short.value, short.low, short.high)))
    return Attained(rows=len(target), auc=auc_interval(scores, target), best=best, share=share)
