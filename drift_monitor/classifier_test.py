"""The classifier two-sample test: can trees tell the rows of two samples? Pure.

Gradient-boosted trees learn from half of both samples which one a row is of, and rank the other
half. Where both are drawn alike those ranks are a matter of chance, whatever the trees have
learned, so the area under the ROC curve is Mann-Whitney's statistic and its p-value exact but for
the normal distribution. Cross-validation would not be: its folds learn from each other's rows, and
under the hypothesis of one distribution the variance of their mean is up to twice that of
independent ones (the measured share of p-values below 0.001 was 1.2 %).

Source: D. Lopez-Paz, M. Oquab, Revisiting classifier two-sample tests, 2017; H. Mann, D. Whitney,
On a test of whether one of two random variables is stochastically larger than the other, 1947.
"""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata

from contracts.packing import FloatMatrix

Doubles = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_SEED = 1610_06545
_ROUNDS = 80
_TREES = {
    "objective": "binary",
    "num_leaves": 15,
    "learning_rate": 0.1,
    "max_bin": 63,
    "min_data_in_leaf": 20,
    "feature_pre_filter": False,
    "force_col_wise": True,
    "deterministic": True,
    "num_threads": 1,
    "seed": 1,
    "verbosity": -1,
}


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """How well the samples can be told apart.

    Attributes:
        area: under the ROC curve, on rows not learned from.
        p_value: of an area that large by chance.
        gains: what the splits on each column have gained, as shares of all.
    """

    area: float
    p_value: float
    gains: Doubles


def classifier_test(reference: FloatMatrix, window: FloatMatrix) -> Told:
    """Tell the rows of a window from those of a reference; the same rows give the same answer.

    Args:
        reference: shape (rows, columns), at least two rows; missing and infinite values may be.
        window: the same columns, at least two rows.
    """
    rows = np.vstack([reference, window])
    of_window = np.arange(len(rows)) >= len(reference)
    learned = _half(len(reference), len(window))
    data = lgb.Dataset(rows[learned], of_window[learned], params=_TREES)
    trees = lgb.train(_TREES, data, _ROUNDS)
    scores = np.asarray(trees.predict(rows[~learned], raw_score=True, num_threads=1))
    area, variance = area_by_chance(scores, of_window[~learned])
    p_value = float(norm.sf((area - 0.5) / np.sqrt(variance))) if variance > 0 else 1.0
    gains = trees.feature_importance("gain")
    return Told(area, p_value, gains / max(gains.sum(), np.finfo(np.float64).tiny))


def area_by_chance(scores: Doubles, positive: Mask) -> tuple[float, float]:
    """The area under the ROC curve, and its variance where the scores mean nothing, with ties."""
    ranks, (_, ties) = rankdata(scores), np.unique(scores, return_counts=True)
    some, total = int(positive.sum()), len(scores)
    pairs = some * (total - some)
    area = (float(ranks[positive].sum()) - some * (some + 1) / 2) / pairs
    tied = float((ties.astype(np.float64) ** 3 - ties).sum()) / (total * (total - 1))
    return area, (total + 1 - tied) / (12 * pairs)


def _half(reference: int, window: int) -> Mask:
    """Which rows are learned from: half of each sample, drawn by a fixed seed."""
    draw = np.random.default_rng(_SEED)
    return np.concatenate([draw.permutation(rows) < rows // 2 for rows in (reference, window)])
