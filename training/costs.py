"""What a restriction of the model costs in AUC, on the same rows in the same folds. Pure."""

import msgspec

from training.alternatives import Alternative
from training.comparison import compare
from training.evaluate import Doubles, Interval


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a restriction costs.

    Attributes:
        restriction: in words.
        features: that it is about, at most those that the rows have.
        in_force: whether the model that is reported lies under it.
        auc_free: of the model without the restriction.
        auc_bound: of the model with it.
        cost: the AUC that it costs, paired, with DeLong's 95 % interval.
    """

    restriction: str
    features: tuple[str, ...]
    in_force: bool
    auc_free: float
    auc_bound: float
    cost: Interval

    def __str__(self) -> str:
        """In words.

        >>> lost = Interval(0.0021, -0.0003, 0.0045)
        >>> str(Cost(restriction="without age", features=(), in_force=True, auc_free=0.77,
        ...          auc_bound=0.7679, cost=lost))
        'without age (in force): costs 0.0021 (-0.0003 to 0.0045) of AUC, 0.7679 for 0.7700'
        """
        state = "in force" if self.in_force else "not in force"
        return (
            f"{self.restriction} ({state}): costs {self.cost} of AUC, "
            f"{self.auc_bound:.4f} for {self.auc_free:.4f}"
        )


def cost_of(
    alternative: Alternative, reported: Doubles, otherwise: Doubles, target: Doubles
) -> Cost:
    """The cost of the alternative's restriction, from scores out of the same folds.

    Args:
        alternative: what was changed.
        reported: scores of the model as it is.
        otherwise: scores of the alternative.
        target: the outcomes.
    """
    free, bound = (otherwise, reported) if alternative.in_force else (reported, otherwise)
    found = compare(bound, free, target)
    return Cost(
        restriction=alternative.restriction,
        features=alternative.features,
        in_force=alternative.in_force,
        auc_free=found.challenger.value,
        auc_bound=found.champion.value,
        cost=found.difference,
    )
