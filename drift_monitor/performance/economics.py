"""What decisions have earned by their outcomes, in shares of the credit applied for. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contracts.events import Decision
from drift_monitor.performance.ranks import Doubles


@dataclass(frozen=True, slots=True)
class Economics:
    """What a decision earns and costs, as shares of the amount of credit.

    Attributes:
        margin: earned over the life of a loan that is repaid.
        loss_given_default: lost of one that is not.
        review_cost: of a manual review.
        review_finds: of later defaults, the share that a review declines.
        review_rejects: of good applicants, the share that a review declines.
    """

    margin: float
    loss_given_default: float
    review_cost: float
    review_finds: float
    review_rejects: float


def profits(
    economics: Economics, decision: npt.NDArray[np.str_], defaulted: npt.NDArray[np.bool_]
) -> Doubles:
    """The profit of each application; declining earns nothing.

    >>> free = Economics(0.1, 0.6, 0.0, 1.0, 0.0)
    >>> profits(free, np.array(["approve", "decline"]), np.array([True, True])).tolist()
    [-0.6, 0.0]
    """
    repaid = np.where(defaulted, 0.0, economics.margin)
    lost = np.where(defaulted, economics.loss_given_default, 0.0)
    kept, missed = 1 - economics.review_rejects, 1 - economics.review_finds
    reviewed = kept * repaid - missed * lost - economics.review_cost
    approved, referred = decision == Decision.APPROVE.value, decision == Decision.REFER.value
    return np.select([approved, referred], [repaid - lost, reviewed], 0.0)
