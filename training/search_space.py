"""The ranges that a search draws LightGBM's parameters from."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from optuna.distributions import FloatDistribution, IntDistribution

from training.parameters import Plan, default_parameters, size_class

Space = Mapping[str, FloatDistribution | IntDistribution]


def search_space(rows: int, plan: Plan) -> Space:
    """The ranges of `search.toml` for so many training rows.

    A parameter that the plan sets otherwise than by default was decided on, and is not searched.
    """
    text = files(__package__).joinpath("search.toml").read_text(encoding="utf-8")
    default = default_parameters(rows)
    return {
        name: _distribution(one, rows)
        for name, one in tomllib.loads(text).items()
        if plan.boosting[name] == default[name]
    }


def _distribution(described: Mapping[str, Any], rows: int) -> FloatDistribution | IntDistribution:
    low, high = described[size_class(rows)]
    kind = IntDistribution if isinstance(low, int) else FloatDistribution
    return kind(low, high, log=described.get("log", False))
