"""Evidently on a window: a report of the same tests of every column.

Its chi-squared takes the reference's shares for known: another test than ours and NannyML's, of
which only the time is used.
"""

from typing import Any

import pandas as pd
from evidently import DataDefinition, Dataset, Report  # type: ignore[import-not-found]
from evidently.metrics import MissingValueCount, ValueDrift  # type: ignore[import-not-found]

from bench.peers.drift_answers import Answer, Judge, Kinds, answer


def prepare(reference: pd.DataFrame, kinds: Kinds) -> Judge:
    """KS and chi-squared of every column, and the missing values."""
    names = [*kinds.numbers, *kinds.categories]
    definition = DataDefinition(
        numerical_columns=list(kinds.numbers), categorical_columns=list(kinds.categories)
    )
    before = Dataset.from_pandas(reference, data_definition=definition)
    report = Report(
        [
            *(ValueDrift(column=name, method="ks") for name in kinds.numbers),
            *(ValueDrift(column=name, method="chisquare") for name in kinds.categories),
            *(MissingValueCount(column=name) for name in names),
        ]
    )

    def judge(window: pd.DataFrame) -> Any:
        now = Dataset.from_pandas(window, data_definition=definition)
        snapshot = report.run(now, before)
        return lambda: _read(snapshot.dict()["metrics"], kinds)

    return judge


def _read(metrics: list[dict[str, Any]], kinds: Kinds) -> Answer:
    found = {(one["config"]["type"], one["config"]["column"]): one["value"] for one in metrics}
    drift, missing = "evidently:metric_v2:ValueDrift", "evidently:metric_v2:MissingValueCount"
    return Answer(
        ks_p={name: float(found[drift, name]) for name in kinds.numbers},
        missing={
            name: float(found[missing, name]["share"])
            for name in (*kinds.numbers, *kinds.categories)
        },
    )


if __name__ == "__main__":
    answer(prepare)
