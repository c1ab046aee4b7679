"""What outcomes have shown of probabilities: AUC, calibration, Brier score, profit. Pure."""

import msgspec
import numpy as np
from scipy.special import expit, logit
from scipy.stats import binomtest, rankdata

from contracts.events import Estimate
from drift_monitor.performance.cbpe import Mask
from drift_monitor.performance.ranks import Doubles

_NORMAL = 1.96  # standard errors on either side of a 95 % interval
_BINS = 10
_SURE = 3.0  # standard errors that make a miscalibration no chance
_FLOOR = 0.01  # calibration error that matters
_STEPS, _ENOUGH = 50, 1e-8
_NEVER = 1e-9  # probabilities nearer to 0 or 1 have no use as log-odds


class Realised(msgspec.Struct, frozen=True, kw_only=True):
    """What outcomes have shown; null where they cannot, as an AUC of one class.

    Attributes:
        labelled: applications with an outcome.
        defaults: those of them that defaulted.
        default_rate: their share, with Wilson's interval.
        auc: with DeLong's interval, taken on the log-odds.
        brier: mean squared error of the probabilities.
        slope: of the outcomes' log-odds over those of the probabilities; 1 is calibrated, less is
            a model too sure of itself.
        intercept: of the same line; 0 is calibrated.
        calibration_error: mean distance of predicted from observed in bins of equal size.
        calibration_off: whether that error matters and is no chance.
        profit: mean, per unit of credit applied for.
    """

    labelled: int
    defaults: int
    default_rate: Estimate | None = None
    auc: Estimate | None = None
    brier: Estimate | None = None
    slope: Estimate | None = None
    intercept: Estimate | None = None
    calibration_error: float | None = None
    calibration_off: bool = False
    profit: Estimate | None = None


def realised(probability: Doubles, defaulted: Mask, profit: Doubles) -> Realised:
    """What the outcomes of these applications show.

    Args:
        probability: of default, as predicted.
        defaulted: what came true.
        profit: of each of them.
    """
    labelled, defaults = len(defaulted), int(defaulted.sum())
    if not labelled:
        return Realised(labelled=0, defaults=0)
    intercept, slope = _recalibration(probability, defaulted)
    error = _calibration_error(probability, defaulted)
    return Realised(
        labelled=labelled,
        defaults=defaults,
        default_rate=_rate(defaults, labelled),
        auc=_auc(probability, defaulted),
        brier=_mean((probability - defaulted) ** 2),
        slope=slope,
        intercept=intercept,
        calibration_error=error,
        calibration_off=error >= _FLOOR and _surprise(probability, defaulted) >= _SURE,
        profit=_mean(profit),
    )


def _rate(count: int, of: int) -> Estimate:
    low, high = binomtest(count, of).proportion_ci(method="wilson")
    return Estimate(value=count / of, low=float(low), high=float(high))


def _mean(values: Doubles) -> Estimate:
    value = float(values.mean())
    spread = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
    return Estimate(value=value, low=value - _NORMAL * spread, high=value + _NORMAL * spread)


def _auc(probability: Doubles, defaulted: Mask) -> Estimate | None:
    """The AUC; its variance by placements.

    Source: E. DeLong, D. DeLong, D. Clarke-Pearson, Comparing the areas under two or more
    correlated receiver operating characteristic curves, 1988.
    """
    if not 0 < defaulted.sum() < len(defaulted):
        return None
    above, below = _placements(probability, defaulted)
    area = float(above.mean())
    if min(len(above), len(below)) == 1 or not 0 < area < 1:
        return Estimate(value=area, low=0.0, high=1.0)  # too little to tell
    spread = _NORMAL * _deviation(above, below) / (area * (1 - area))
    low, high = expit(logit(area) + np.array([-spread, spread])).tolist()
    return Estimate(value=area, low=low, high=high)


def auc_gain(champion: Doubles, challenger: Doubles, defaulted: Mask) -> Estimate | None:
    """How much more AUC the challenger has on the same outcomes; as `realised` takes the AUC."""
    if min(defaulted.sum(), len(defaulted) - defaulted.sum()) <= 1:
        return None
    ours, theirs = _placements(champion, defaulted), _placements(challenger, defaulted)
    above, below = theirs[0] - ours[0], theirs[1] - ours[1]
    gain, spread = float(above.mean()), _NORMAL * _deviation(above, below)
    return Estimate(value=gain, low=gain - spread, high=gain + spread)


def _placements(probability: Doubles, defaulted: Mask) -> tuple[Doubles, Doubles]:
    """For each default the share of the good below it, for each good one of the defaults above."""
    bad, good = probability[defaulted], probability[~defaulted]
    ranks = rankdata(np.concatenate([bad, good]))
    above = (ranks[: len(bad)] - rankdata(bad)) / len(good)
    below = 1 - (ranks[len(bad) :] - rankdata(good)) / len(bad)
    return above, below


def _deviation(above: Doubles, below: Doubles) -> float:
    variance = above.var(ddof=1) / len(above) + below.var(ddof=1) / len(below)
    return float(np.sqrt(variance))


def _recalibration(
    probability: Doubles, defaulted: Mask
) -> tuple[Estimate | None, Estimate | None]:
    """Intercept and slope of a logistic regression on the log-odds, with Wald's intervals.

    None where there is no such line: one class only, or classes that the scores part.

    Source: D. Cox, Two further applications of a model for binary regression, 1958.
    """
    odds = logit(np.clip(probability, _NEVER, 1 - _NEVER))
    design = np.column_stack([np.ones_like(odds), odds])
    line = np.array([0.0, 1.0])
    for _ in range(_STEPS):
        fitted = expit(design @ line)
        information = (design * (fitted * (1 - fitted))[:, None]).T @ design
        if np.linalg.cond(information) > 1 / _NEVER:
            return None, None
        step = np.linalg.solve(information, design.T @ (defaulted - fitted))
        line = line + step
        if np.abs(step).max() < _ENOUGH:
            spread = _NORMAL * np.sqrt(np.diag(np.linalg.inv(information)))
            ends = np.column_stack([line, line - spread, line + spread]).tolist()
            first, second = (Estimate(value=v, low=low, high=high) for v, low, high in ends)
            return first, second
    return None, None


def _calibration_error(probability: Doubles, defaulted: Mask) -> float:
    order = np.argsort(probability, kind="stable")
    distance = (probability - defaulted)[order]
    bins = np.array_split(distance, min(_BINS, len(distance)))
    return float(sum(abs(one.sum()) for one in bins) / len(distance))


def _surprise(probability: Doubles, defaulted: Mask) -> float:
    """Standard errors by which outcomes are off, in the large or by their Brier score.

    Source: D. Spiegelhalter, Probabilistic prediction in patient management, 1986.
    """
    chance = probability * (1 - probability)
    weights = np.stack([np.ones_like(probability), 1 - 2 * probability])
    errors = np.sqrt((weights**2 * chance).sum(axis=1))
    off = np.abs((weights * (defaulted - probability)).sum(axis=1))
    return float(np.divide(off, errors, out=np.zeros(2), where=errors > 0).max())
