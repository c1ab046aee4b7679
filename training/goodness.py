"""Whether noise alone explains how far predicted and observed defaults lie apart. Pure."""

import msgspec
import numpy as np
from scipy.special import logit
from scipy.stats import chi2, norm
from sklearn.linear_model import LogisticRegression

from training.evaluate import Doubles, Interval, calibration_error, reliability

_LEAST = 1e-12


class CalibrationGoodness(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of calibration, with what they would be if the probabilities were true.

    Attributes:
        ece: the expected calibration error over ten bins of equal count.
        ece_of_noise: what it would be on average if the probabilities were true.
        slope: of the outcomes' log-odds in the predicted log-odds; 1 if the probabilities are true,
            less where they are too extreme.
        intercept: of the same line; with a slope of 1, 0 if the probabilities are true on average.
        statistic: the squared distances of predicted and observed over ten bins, in variances.
        p_value: how often true probabilities would give as large a statistic.
    """

    ece: float
    ece_of_noise: float
    slope: Interval
    intercept: Interval
    statistic: float
    p_value: float


def calibration_goodness(probability: Doubles, target: Doubles) -> CalibrationGoodness:
    """Test probabilities on outcomes that had no part in them.

    Source: D. Hosmer and S. Lemeshow, Goodness of fit tests for the multiple logistic regression
    model, 1980, with as many degrees of freedom as bins, for nothing was fitted to these outcomes;
    D. Cox, Two further applications of a model for binary regression, 1958, for the line.
    """
    bins = reliability(probability, target)
    rows = np.array([one.rows for one in bins])
    predicted = np.array([one.predicted for one in bins])
    observed = np.array([one.observed.value for one in bins])
    variance = np.maximum(predicted * (1 - predicted) / rows, _LEAST)
    statistic = float((np.square(observed - predicted) / variance).sum())
    noise = np.sqrt(2 / np.pi * variance)
    slope, intercept = _line(probability, target)
    return CalibrationGoodness(
        ece=calibration_error(probability, target),
        ece_of_noise=float((noise * rows).sum() / rows.sum()),
        slope=slope,
        intercept=intercept,
        statistic=statistic,
        p_value=float(chi2.sf(statistic, len(bins))),
    )


def _line(probability: Doubles, target: Doubles) -> tuple[Interval, Interval]:
    """Slope and intercept with Wald's intervals."""
    log_odds = logit(np.clip(probability, _LEAST, 1 - _LEAST))
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-8)
    model.fit(log_odds[:, None], target)
    fitted = model.predict_proba(log_odds[:, None])[:, 1]
    columns = np.column_stack([log_odds, np.ones_like(log_odds)])
    information = columns.T @ (columns * (fitted * (1 - fitted))[:, None])
    halves = float(norm.ppf(0.975)) * np.sqrt(np.diag(np.linalg.inv(information)))
    values = (float(model.coef_[0, 0]), float(model.intercept_[0]))
    slope, intercept = (
        Interval(value, value - float(half), value + float(half))
        for value, half in zip(values, halves, strict=True)
    )
    return slope, intercept
