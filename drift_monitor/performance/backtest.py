"""Expected performance held against what true probabilities give, window by window. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from contracts.events import Estimate
from drift_monitor.performance.cbpe import expected_performance
from drift_monitor.performance.ranks import Doubles, areas
from drift_monitor.rates import Rate

_DRAWS = 200
"""The mean realised AUC of a window of 1,000 is known to about 0.002 by so many draws."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Applications that the model has not seen, with the probability that outcomes are drawn from.

    Attributes:
        probability: of default, as the model has it.
        truth: the true one.
    """

    probability: Doubles
    truth: Doubles

    def __len__(self) -> int:
        return len(self.truth)


@dataclass(frozen=True, slots=True)
class Backtest:
    """How near the estimates came, over windows of one size.

    Attributes:
        size: rows in a window.
        windows: how many.
        realised: mean realised AUC.
        error: mean absolute distance of the expected AUC from the window's mean realised AUC.
        bias: the mean of expected less realised.
        single_error: mean absolute distance from the AUC of one draw of the outcomes, which is
            itself off its mean by chance.
        auc: how often the interval of the AUC held that one.
        default_rate: the same of the default rate.
    """

    size: int
    windows: int
    realised: float
    error: float
    bias: float
    single_error: float
    auc: Rate
    default_rate: Rate


class _Window(NamedTuple):
    expected: float
    mean: float  # realised, over many draws of the outcomes
    single: float  # by one draw
    auc: bool  # whether the interval held that one
    default_rate: bool


def backtest(known: Known, size: int, windows: int, seed: int) -> Backtest:
    """Hold the estimates of drawn windows against outcomes drawn from the true probabilities.

    Raises:
        ValueError: fewer applications than a window takes, or windows without both outcomes.
    """
    draw = np.random.default_rng(seed)
    tried = list(_windows(known, size, windows, draw))
    expected, mean, single = (
        np.array([getattr(one, name) for one in tried]) for name in ("expected", "mean", "single")
    )
    if np.isnan([expected, mean, single]).any():
        raise ValueError(f"windows of {size} rows have too few defaults for an AUC")
    return Backtest(
        size=size,
        windows=windows,
        realised=float(mean.mean()),
        error=float(np.abs(expected - mean).mean()),
        bias=float((expected - mean).mean()),
        single_error=float(np.abs(expected - single).mean()),
        auc=Rate(sum(one.auc for one in tried), windows),
        default_rate=Rate(sum(one.default_rate for one in tried), windows),
    )


def _windows(known: Known, size: int, count: int, draw: np.random.Generator) -> Iterator[_Window]:
    """Windows of rows of which none is in a window twice."""
    nobody = np.zeros(size, dtype=np.bool_)
    for _ in range(count):
        rows = draw.choice(len(known), size, replace=False)
        probability = known.probability[rows]
        told = expected_performance(probability, approved=nobody, declined=nobody)
        labels = draw.random((_DRAWS, size)) < known.truth[rows]
        realised = areas(probability, labels)
        yield _Window(
            expected=np.nan if told.auc is None else told.auc.value,
            mean=float(realised.mean()),
            single=float(realised[0]),
            auc=_holds(told.auc, realised[0]),
            default_rate=_holds(told.default_rate, labels[0].mean()),
        )


def _holds(estimate: Estimate | None, value: float) -> bool:
    return estimate is not None and estimate.low <= value <= estimate.high
