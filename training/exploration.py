"""What an application table looks like before any model: missing values and default rates. Pure."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binomtest

from training.applications import ID, TARGET

MISSING = "missing"


def missing_values(applications: pd.DataFrame) -> pd.DataFrame:
    """How often each column is missing, and whether that tells anything.

    Args:
        applications: with the target.

    Returns:
        By column, the most often missing first: the share missing, and the shares of defaults where
        the value is missing and where it is present; NaN where there are no such rows.
    """
    columns = applications.drop(columns=[ID, TARGET])
    absent, defaults = columns.isna(), applications[TARGET].to_numpy()
    found = pd.DataFrame(
        {
            "missing": absent.mean(),
            "rate_missing": absent.apply(lambda one: _rate(defaults[one.to_numpy()])),
            "rate_present": absent.apply(lambda one: _rate(defaults[~one.to_numpy()])),
        }
    )
    return found.sort_values("missing", ascending=False, kind="stable")


def default_rates(applications: pd.DataFrame, column: str, bins: int = 10) -> pd.DataFrame:
    """The share of defaults by the level of a column, or by its quantiles where it is a number.

    Returns:
        By segment: rows, rate, and the ends of its 95 % interval after Wilson. Levels come by rate,
        quantiles by value, a missing value last.
    """
    values, target = applications[column], applications[TARGET]
    is_number = pd.api.types.is_numeric_dtype(values) and values.nunique() > bins
    parts = pd.qcut(values, bins, duplicates="drop") if is_number else values
    names = parts.astype(object).where(values.notna(), MISSING)
    counted = target.groupby(names, sort=False).agg(["size", "sum", "mean"])
    shares = [
        binomtest(defaults, rows).proportion_ci(method="wilson")
        for defaults, rows in zip(counted["sum"].tolist(), counted["size"].tolist(), strict=True)
    ]
    found = pd.DataFrame(
        {
            "rows": counted["size"],
            "rate": counted["mean"],
            "low": [share.low for share in shares],
            "high": [share.high for share in shares],
        }
    )
    ordered = found.drop(index=MISSING, errors="ignore")
    ordered = ordered.sort_index() if is_number else ordered.sort_values("rate")
    return pd.concat([ordered, found.loc[found.index == MISSING]])


def _rate(defaults: npt.NDArray[np.int32]) -> float:
    return float(defaults.mean()) if len(defaults) else np.nan
