"""Exact path-dependent TreeSHAP by the shap package.

Method: Lundberg et al., Consistent individualized feature attribution for tree ensembles, 2018.
"""

import warnings
from collections.abc import Sequence
from typing import Protocol

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import shap

from contracts.packing import FloatMatrix

Doubles = npt.NDArray[np.float64]


class Engine(Protocol):
    """Attributes a score to the model's features."""

    @property
    def base_value(self) -> float:
        """The mean raw score over the training data, in log-odds."""

    def attributions(self, model_input: FloatMatrix) -> Doubles:
        """What each feature added to the log-odds, shape (rows, model features)."""


class TreeExplainerEngine:
    """One model's `shap.TreeExplainer`."""

    def __init__(self, booster: lgb.Booster) -> None:
        self._explainer = shap.TreeExplainer(booster)
        self.base_value = float(np.ravel(self._explainer.expected_value)[-1])

    def attributions(self, model_input: FloatMatrix) -> Doubles:
        """What each feature added to the log-odds, shape (rows, model features)."""
        with warnings.catch_warnings():  # shap tells with every call that its result changed once
            warnings.filterwarnings("ignore", "LightGBM binary classifier", UserWarning)
            values: Doubles | Sequence[Doubles] = self._explainer.shap_values(model_input)
        return np.asarray(values, dtype=np.float64)
