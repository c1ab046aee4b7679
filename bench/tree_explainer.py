"""The shap package's way to attributions, which the compiled engine is measured against."""

import warnings
from collections.abc import Sequence

import lightgbm as lgb
import numpy as np
import shap

from contracts.packing import FloatMatrix
from runtime.tree_text import Doubles


class TreeExplainerEngine:
    """One model's `shap.TreeExplainer`, which calls LightGBM's `pred_contrib`."""

    def __init__(self, booster: lgb.Booster) -> None:
        self._explainer = shap.TreeExplainer(booster)
        self.base_value = float(np.ravel(self._explainer.expected_value)[-1])

    def attributions(self, model_input: FloatMatrix) -> Doubles:
        """What each feature added to the log-odds, shape (rows, model features)."""
        with warnings.catch_warnings():  # shap tells with every call that its result changed once
            warnings.filterwarnings("ignore", "LightGBM binary classifier", UserWarning)
            values: Doubles | Sequence[Doubles] = self._explainer.shap_values(model_input)
        return np.asarray(values, dtype=np.float64)
