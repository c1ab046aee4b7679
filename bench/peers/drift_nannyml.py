"""NannyML on a window, as its documentation has it: fitted once, then one chunk at a time."""

import warnings
from collections.abc import Iterable
from typing import Any

import nannyml  # type: ignore[import-not-found]
import pandas as pd

from bench.peers.drift_answers import Answer, Judge, Kinds, answer

_CHUNK = 1_000


def prepare(reference: pd.DataFrame, kinds: Kinds) -> Judge:
    """KS and chi-squared of every column, and the missing values."""
    warnings.simplefilter("ignore")  # that a chunk is alone
    names = [*kinds.numbers, *kinds.categories]
    drift = nannyml.UnivariateDriftCalculator(
        column_names=names,
        treat_as_categorical=list(kinds.categories),
        continuous_methods=["kolmogorov_smirnov"],
        categorical_methods=["chi2"],
        chunk_size=_CHUNK,
    ).fit(reference)
    missing = nannyml.MissingValuesCalculator(column_names=names, chunk_size=_CHUNK).fit(reference)

    def judge(window: pd.DataFrame) -> Any:
        drifted, lost = drift.calculate(window), missing.calculate(window)
        return lambda: _read(drifted, lost, kinds)

    return judge


def _read(drifted: Any, lost: Any, kinds: Kinds) -> Answer:
    figures, shares = (each.filter(period="analysis").to_df().iloc[0] for each in (drifted, lost))
    ks = ((name, figures[name, "kolmogorov_smirnov", "value"]) for name in kinds.numbers)
    chi_squared = ((name, figures[name, "chi2", "value"]) for name in kinds.categories)
    missing = ((name, shares[name, "value"]) for name in (*kinds.numbers, *kinds.categories))
    return Answer(ks=_plain(ks), chi_squared=_plain(chi_squared), missing=_plain(missing))


def _plain(figures: Iterable[tuple[str, Any]]) -> dict[str, float]:
    return {name: float(value) for name, value in figures}


if __name__ == "__main__":
    answer(prepare)
