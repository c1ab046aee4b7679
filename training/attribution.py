"""Global importance: exact SHAP attributions over a sample of the training rows. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from contracts.packing import FloatMatrix

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Attributions:
    """What each feature added to the log-odds of some rows.

    Attributes:
        values: shape (rows, features).
        base: the log-odds that all attributions start from.
        matrix: the rows, shape (rows, features).
        names: of the features.
    """

    values: Doubles
    base: float
    matrix: FloatMatrix
    names: Sequence[str]

    def importance(self) -> Mapping[str, float]:
        """The mean absolute attribution of every feature."""
        means = np.abs(self.values).mean(axis=0)
        return {name: float(mean) for name, mean in zip(self.names, means, strict=True)}


def attribute(booster: lgb.Booster, matrix: FloatMatrix, names: Sequence[str]) -> Attributions:
    """Exact path-dependent TreeSHAP of these rows."""
    found = np.asarray(booster.predict(matrix, pred_contrib=True), dtype=np.float64)
    return Attributions(found[:, :-1], float(found[0, -1]), matrix, names)


def sample_rows(rows: int, most: int, seed: int) -> npt.NDArray[np.intp]:
    """At most so many rows, at random, in their order."""
    drawn = np.random.default_rng(seed).permutation(rows)[:most]
    return np.sort(drawn)
