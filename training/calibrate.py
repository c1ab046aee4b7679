"""Raw scores to probabilities: calibration, fitted to scores out of fold. Pure."""

from collections.abc import Callable
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from contracts.bundle import Calibration

Doubles = npt.NDArray[np.float64]

Curve: TypeAlias = Literal["platt", "beta"]
"""A line in the raw score, or a line with a bend."""

Method: TypeAlias = Literal["platt", "beta", "best"]
"""Which curve; "best" takes the one with the lesser log loss out of fold."""


_LEAST_SPREAD = 1e-6
"""Of log-odds: below it a line through the scores would be fitted to rounding errors."""


class WorthlessScoresError(ValueError):
    """Higher raw scores do not mean more defaults: there is nothing to calibrate."""


def fit_calibration(raw_scores: Doubles, target: Doubles, method: Curve = "platt") -> Calibration:
    """The curve in the raw score whose logistic fits the outcomes best.

    A bend that would make the curve turn back is not taken: then it is the line.

    Raises:
        WorthlessScoresError: the scores hardly differ, or the line does not rise.
    """
    if np.ptp(raw_scores) < _LEAST_SPREAD:
        raise WorthlessScoresError("the scores are the same for all")
    (slope,), intercept = _logistic(raw_scores[:, None], target)
    if slope <= 0:
        raise WorthlessScoresError(f"the scores do not order the outcomes: slope {slope:.3g}")
    if method == "beta":
        bent = np.column_stack([raw_scores, np.logaddexp(0, raw_scores)])
        (low, bend), at = _logistic(bent, target)
        if low > 0 and low + bend > 0:
            return Calibration(slope=low, intercept=at, bend=bend)
    return Calibration(slope=slope, intercept=intercept)


def _logistic(columns: Doubles, target: Doubles) -> tuple[list[float], float]:
    """Coefficients and intercept without a penalty, by Newton's method to the last digits."""
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-8).fit(columns, target)
    return model.coef_[0].tolist(), float(model.intercept_[0])


def probabilities(calibration: Calibration, raw_scores: Doubles) -> Doubles:
    """Calibrated probabilities, by the very code that the services run."""
    return np.array([calibration.probability(raw) for raw in raw_scores.tolist()])


def cross_fitted(
    raw_scores: Doubles,
    target: Doubles,
    fold: npt.NDArray[np.intp],
    method: Curve = "platt",
) -> Doubles:
    """Calibrated probabilities whose calibration has not seen the row's own fold.

    Figures on calibration come from these: the final curve has seen every outcome.
    """

    def calibrate(learned: Doubles, outcomes: Doubles, unseen: Doubles) -> Doubles:
        return probabilities(fit_calibration(learned, outcomes, method), unseen)

    return across_folds(calibrate, raw_scores, target, fold)


def across_folds(
    calibrate: Callable[[Doubles, Doubles, Doubles], Doubles],
    raw_scores: Doubles,
    target: Doubles,
    fold: npt.NDArray[np.intp],
) -> Doubles:
    """What each fold's scores become by a calibration learned from the other folds."""
    calibrated = np.empty_like(raw_scores)
    for held_out in np.unique(fold):
        inside = fold == held_out
        calibrated[inside] = calibrate(raw_scores[~inside], target[~inside], raw_scores[inside])
    return calibrated


def chosen_method(
    method: Method, raw_scores: Doubles, target: Doubles, fold: npt.NDArray[np.intp]
) -> Curve:
    """The method to use; of two curves with two and three parameters the choice hardly flatters."""
    if method != "best":
        return method
    line, bent = (
        log_loss(target, cross_fitted(raw_scores, target, fold, curve)) for curve in get_args(Curve)
    )
    return "beta" if bent < line else "platt"
