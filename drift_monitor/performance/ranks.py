"""Areas under the ROC curve of many label draws over one order of scores. Pure."""

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Doubles = npt.NDArray[np.float64]


def areas(score: Doubles, labels: npt.NDArray[np.bool_]) -> Doubles:
    """The AUC of each row of `labels`, shape (draws, scores); NaN where it is of one class.

    Ties count half: the Mann-Whitney statistic over mid-ranks.

    >>> areas(np.array([0.1, 0.2, 0.2]), np.array([[False, False, True]])).tolist()
    [0.75]
    """
    ranks = rankdata(score)
    positives = labels.sum(axis=1).astype(float)
    pairs = positives * (labels.shape[1] - positives)
    wins = labels @ ranks - positives * (positives + 1) / 2
    return np.divide(wins, pairs, out=np.full(len(labels), np.nan), where=pairs > 0)
