"""Ways to calibrate, each judged on scores whose outcomes it had not seen. Pure."""

from collections.abc import Callable, Mapping

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from training.calibrate import Doubles, across_folds, fit_calibration, probabilities
from training.evaluate import calibration_error


class CalibrationFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What a way to calibrate is worth out of fold.

    Attributes:
        method: "none" is the logistic of the raw score itself.
        log_loss: mean negative log likelihood.
        brier: mean squared error of the probability.
        ece: expected calibration error over ten bins of equal count.
        auc_lost: AUC of the raw scores less that of the probabilities, mean over the folds; only
            a method that makes ties loses or gains any.
        distinct: distinct probabilities for each distinct raw score; below one, applicants who
            differ are told apart no more.
    """

    method: str
    log_loss: float
    brier: float
    ece: float
    auc_lost: float
    distinct: float


def _none(_: Doubles, __: Doubles, unseen: Doubles) -> Doubles:
    return np.asarray(expit(unseen), dtype=np.float64)


def _platt(learned: Doubles, target: Doubles, unseen: Doubles) -> Doubles:
    return probabilities(fit_calibration(learned, target, "platt"), unseen)


def _beta(learned: Doubles, target: Doubles, unseen: Doubles) -> Doubles:
    return probabilities(fit_calibration(learned, target, "beta"), unseen)


def _isotonic(learned: Doubles, target: Doubles, unseen: Doubles) -> Doubles:
    steps = IsotonicRegression(out_of_bounds="clip").fit(learned, target)
    return np.asarray(steps.predict(unseen), dtype=np.float64)


METHODS: Mapping[str, Callable[[Doubles, Doubles, Doubles], Doubles]] = {
    "none": _none,
    "platt": _platt,
    "beta": _beta,
    "isotonic": _isotonic,
}
"""From scores and outcomes to learn from, and unseen scores, to their probabilities."""


def compare_calibrations(
    raw_scores: Doubles, target: Doubles, fold: npt.NDArray[np.intp]
) -> tuple[CalibrationFigures, ...]:
    """Every method on the same rows and folds."""
    return tuple(
        _figures(name, across_folds(method, raw_scores, target, fold), raw_scores, target, fold)
        for name, method in METHODS.items()
    )


def _figures(
    method: str,
    probability: Doubles,
    raw_scores: Doubles,
    target: Doubles,
    fold: npt.NDArray[np.intp],
) -> CalibrationFigures:
    parts = [fold == one for one in np.unique(fold)]
    lost = [
        roc_auc_score(target[part], raw_scores[part])
        - roc_auc_score(target[part], probability[part])
        for part in parts
    ]
    kept = sum(len(np.unique(probability[part])) for part in parts)
    return CalibrationFigures(
        method=method,
        log_loss=float(log_loss(target, probability)),
        brier=float(brier_score_loss(target, probability)),
        ece=calibration_error(probability, target),
        auc_lost=float(np.mean(lost)),
        distinct=kept / sum(len(np.unique(raw_scores[part])) for part in parts),
    )
