"""Intervals of a model's figures by the stratified bootstrap. Pure."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from training.evaluate import BINS, Doubles, Interval

REPLICATES = 1_000
"""So many replicates fix the ends of a 95 % interval to about a tenth of its width."""

Indices = npt.NDArray[np.intp]


def bootstrap_intervals(
    probability: Doubles, target: Doubles, seed: int, replicates: int = REPLICATES
) -> Mapping[str, Interval]:
    """Percentile intervals, 95 %, by the name of the figure; the default rate is kept.

    Good and bad rows are drawn apart, as many of each as there are. The model is not fitted anew,
    so this is the uncertainty from these rows alone. The interval of the calibration error lies
    high, for drawing rows adds noise to a figure that noise can only raise.

    Source: B. Efron and R. Tibshirani, An introduction to the bootstrap, 1993, chapter 13.
    """
    order = np.argsort(probability, kind="stable")
    ranked = _Ranked(probability[order], target[order])
    found = ranked.figures(np.ones(len(target)))
    draw = np.random.default_rng(seed)
    drawn = [ranked.figures(ranked.resampled(draw)) for _ in range(replicates)]
    return {
        name: Interval(value, *_ends(np.array([one[name] for one in drawn]), value))
        for name, value in found.items()
    }


def _ends(values: Doubles, value: float) -> tuple[float, float]:
    low, high = np.quantile(values, [0.025, 0.975])
    return min(float(low), value), max(float(high), value)


class _Ranked:
    """Rows in the order of their scores: figures then follow from how often each was drawn."""

    def __init__(self, probability: Doubles, target: Doubles) -> None:
        self._bad, self._good = np.flatnonzero(target == 1), np.flatnonzero(target == 0)
        self._target, self._probability = target, probability
        self._starts = np.flatnonzero(np.append(True, np.diff(probability) > 0))
        sizes = [len(part) for part in np.array_split(target, min(BINS, len(target)))]
        self._ends = np.cumsum(sizes)[:-1]
        self._squares = np.square(probability - target)
        seen = np.where(target == 1, probability, 1 - probability)
        self._losses = -np.log(np.maximum(seen, np.finfo(np.float64).eps))

    def resampled(self, draw: np.random.Generator) -> Doubles:
        """How often each row is drawn."""
        times = np.zeros(len(self._target))
        for rows in (self._bad, self._good):
            times[rows] = np.bincount(draw.integers(0, len(rows), len(rows)), minlength=len(rows))
        return times

    def figures(self, times: Doubles) -> dict[str, float]:
        """The figures of the rows, each so many times."""
        bad = np.add.reduceat(times * self._target, self._starts)
        good = np.add.reduceat(times * (1 - self._target), self._starts)
        auc = _auc(bad, good)
        return {
            "auc": auc,
            "gini": 2 * auc - 1,
            "ks": float(np.abs(_share_up_to(bad) - _share_up_to(good)).max()),
            "average_precision": _average_precision(bad[::-1], good[::-1]),
            "brier": float(times @ self._squares / times.sum()),
            "log_loss": float(times @ self._losses / times.sum()),
            "ece": self._calibration_error(times),
        }

    def _calibration_error(self, times: Doubles) -> float:
        """Bins of equal count of the drawn rows; a row drawn twice stays in one bin."""
        place = np.cumsum(times) - times / 2
        bins = np.searchsorted(self._ends, place, side="right")
        gaps = np.bincount(bins, times * (self._probability - self._target))
        return float(np.abs(gaps).sum() / len(times))


def _share_up_to(counts: Doubles) -> Doubles:
    shares: Doubles = np.cumsum(counts) / counts.sum()
    return shares


def _auc(bad: Doubles, good: Doubles) -> float:
    """From counts at each score, ascending; ties count half."""
    below = np.cumsum(good) - good / 2
    return float(bad @ below / (bad.sum() * good.sum()))


def _average_precision(bad: Doubles, good: Doubles) -> float:
    """From counts at each score, descending: precision, weighted by the recall that is added."""
    found, taken = np.cumsum(bad), np.cumsum(bad + good)
    precision = np.divide(found, taken, out=np.zeros_like(found), where=taken > 0)
    return float(bad @ precision / bad.sum())
