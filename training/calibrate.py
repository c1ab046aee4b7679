"""Raw scores to probabilities: Platt's scaling, fitted to scores out of fold. Pure."""

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from contracts.bundle import Calibration

Doubles = npt.NDArray[np.float64]


class WorthlessScoresError(ValueError):
    """Higher raw scores do not mean more defaults: there is nothing to calibrate."""


def fit_calibration(raw_scores: Doubles, target: Doubles) -> Calibration:
    """The line in the raw score whose logistic fits the outcomes best.

    Raises:
        WorthlessScoresError: the line does not rise.
    """
    model = LogisticRegression(C=np.inf).fit(raw_scores[:, None], target)
    slope, intercept = float(model.coef_[0, 0]), float(model.intercept_[0])
    if slope <= 0:
        raise WorthlessScoresError(f"the scores do not order the outcomes: slope {slope:.3g}")
    return Calibration(slope=slope, intercept=intercept)


def probabilities(calibration: Calibration, raw_scores: Doubles) -> Doubles:
    """Calibrated probabilities, by the very code that the services run."""
    return np.array([calibration.probability(float(raw)) for raw in raw_scores])


def cross_fitted(raw_scores: Doubles, target: Doubles, fold: npt.NDArray[np.intp]) -> Doubles:
    """Calibrated probabilities whose calibration has not seen the row's own fold.

    Figures on calibration come from these: the final line has seen every outcome.
    """
    calibrated = np.empty_like(raw_scores)
    for held_out in np.unique(fold):
        inside = fold == held_out
        line = fit_calibration(raw_scores[~inside], target[~inside])
        calibrated[inside] = probabilities(line, raw_scores[inside])
    return calibrated
