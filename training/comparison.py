"""Two models on the same rows: the difference of their AUCs. Pure."""

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata

from training.evaluate import Interval, auc_interval

Doubles = npt.NDArray[np.float64]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A challenger against a champion, on rows that neither had seen.

    Attributes:
        rows: how many.
        defaults: how many of them defaulted.
        champion: its AUC.
        challenger: its AUC.
        difference: challenger less champion; its interval knows that the rows are the same.
    """

    rows: int
    defaults: int
    champion: Interval
    challenger: Interval
    difference: Interval

    @property
    def worse(self) -> bool:
        """Whether the challenger is worse by more than the interval of the difference."""
        return self.difference.high < 0


def compare(champion: Doubles, challenger: Doubles, target: Doubles) -> Comparison:
    """Compare two sets of scores of the same rows; raw scores and probabilities serve alike.

    Raises:
        ValueError: the three differ in length, or one class is missing.
    """
    if not len(champion) == len(challenger) == len(target):
        raise ValueError(f"{len(champion)}, {len(challenger)} scores of {len(target)} rows")
    if not 0 < target.sum() < len(target):
        raise ValueError("rows of one class alone cannot be compared")
    return Comparison(
        rows=len(target),
        defaults=int(target.sum()),
        champion=auc_interval(champion, target),
        challenger=auc_interval(challenger, target),
        difference=auc_difference(challenger, champion, target),
    )


def auc_difference(scores: Doubles, others: Doubles, target: Doubles) -> Interval:
    """The AUC of the first scores less that of the second on the same rows, with its 95 % interval.

    Source: E. DeLong et al., Comparing the areas under two or more correlated ROC curves, 1988.
    """
    bad = _placements(scores, target, 1) - _placements(others, target, 1)
    good = _placements(scores, target, 0) - _placements(others, target, 0)
    half = float(norm.ppf(0.975) * np.sqrt(_variance_of_mean(bad) + _variance_of_mean(good)))
    difference = float(bad.mean())
    return Interval(difference, difference - half, difference + half)


def _placements(scores: Doubles, target: Doubles, value: int) -> Doubles:
    """For each row of one class the share of the other class that it is ranked rightly against."""
    own, other = scores[target == value], scores[target != value]
    ranks = rankdata(np.concatenate([own, other]))[: len(own)]
    below: npt.NDArray[np.float64] = (ranks - rankdata(own)) / len(other)
    return below if value == 1 else 1 - below


def _variance_of_mean(values: Doubles) -> float:
    return float(values.var(ddof=1) / len(values)) if len(values) > 1 else 0.0
