"""How good probabilities are, in the figures that credit risk uses. Pure."""

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

Doubles = npt.NDArray[np.float64]

BINS = 10
"""Bins of equal count over which the calibration error is taken."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4f} ({self.low:.4f} to {self.high:.4f})"


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures on rows that the model had not seen.

    Attributes:
        auc: area under the ROC curve, with DeLong's interval.
        gini: 2 AUC - 1.
        ks: the largest distance between the score distributions of good and bad.
        average_precision: area under the precision-recall curve.
        brier: mean squared error of the probability.
        log_loss: mean negative log likelihood.
        ece: expected calibration error over ten bins of equal count.
        default_rate: share of defaults.
        rows: how many.
    """

    auc: Interval
    gini: float
    ks: float
    average_precision: float
    brier: float
    log_loss: float
    ece: float
    default_rate: float
    rows: int

    def as_metrics(self) -> dict[str, float]:
        """The figures by name, as MLflow takes them."""
        figures = {k: float(v) for k, v in asdict(self).items() if k != "auc"}
        auc = {"auc": self.auc.value, "auc_low": self.auc.low, "auc_high": self.auc.high}
        return auc | figures


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Predicted against observed in one bin; the interval is Wilson's, 95 %."""

    predicted: float
    observed: Interval
    rows: int


def quality(probability: Doubles, target: Doubles) -> Quality:
    """All figures; both classes must occur."""
    auc = auc_interval(probability, target)
    return Quality(
        auc=auc,
        gini=2 * auc.value - 1,
        ks=kolmogorov_smirnov(probability, target),
        average_precision=float(average_precision_score(target, probability)),
        brier=float(brier_score_loss(target, probability)),
        log_loss=float(log_loss(target, probability)),
        ece=calibration_error(probability, target),
        default_rate=float(target.mean()),
        rows=len(target),
    )


def auc_interval(scores: Doubles, target: Doubles) -> Interval:
    """The AUC with its 95 % interval.

    Source: E. DeLong et al., Comparing the areas under two or more correlated ROC curves, 1988,
    by midranks after X. Sun and W. Xu, 2014.
    """
    bad, good = scores[target == 1], scores[target == 0]
    ranks = rankdata(np.concatenate([bad, good]))
    above_good = (ranks[: len(bad)] - rankdata(bad)) / len(good)
    below_bad = 1 - (ranks[len(bad) :] - rankdata(good)) / len(bad)
    auc = float(roc_auc_score(target, scores))
    variance = above_good.var(ddof=1) / len(bad) + below_bad.var(ddof=1) / len(good)
    half = float(norm.ppf(0.975) * np.sqrt(variance))
    return Interval(auc, max(auc - half, 0.0), min(auc + half, 1.0))


def kolmogorov_smirnov(scores: Doubles, target: Doubles) -> float:
    """The largest distance between the distributions of the scores of bad and good."""
    order = np.argsort(scores, kind="stable")
    bad = np.cumsum(target[order]) / target.sum()
    good = np.cumsum(1 - target[order]) / (1 - target).sum()
    last_of_ties = np.append(np.diff(scores[order]) > 0, True)
    return float(np.abs(bad - good)[last_of_ties].max())


def reliability(probability: Doubles, target: Doubles, bins: int = BINS) -> list[ReliabilityBin]:
    """Predicted against observed over bins of equal count."""
    parts = np.array_split(np.argsort(probability, kind="stable"), min(bins, len(target)))
    return [
        ReliabilityBin(
            float(probability[part].mean()), wilson(target[part].sum(), len(part)), len(part)
        )
        for part in parts
    ]


def calibration_error(probability: Doubles, target: Doubles) -> float:
    """The mean distance of predicted and observed over bins of equal count."""
    found = reliability(probability, target)
    distance = sum(abs(one.predicted - one.observed.value) * one.rows for one in found)
    return float(distance / len(target))


def wilson(count: float, rows: int) -> Interval:
    """A share of the rows with its 95 % interval, which holds where the counted are few.

    Source: E. Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    share, z = float(count) / rows, float(norm.ppf(0.975))
    centre = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z * np.sqrt(share * (1 - share) / rows + z * z / (4 * rows**2)) / (1 + z * z / rows)
    low, high = max(float(centre - half), 0.0), min(float(centre + half), 1.0)
    return Interval(share, min(low, share), max(high, share))
