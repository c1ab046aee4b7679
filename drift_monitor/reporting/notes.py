"""What a reader has to know beside the verdict: gaps, few rows, rows that repeat. Pure."""

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from contracts.application import CATEGORICAL, NUMERIC
from drift_monitor.reporting.by_window import Question
from drift_monitor.reporting.tables import Table
from drift_monitor.sample import Sample

_NAMED = 8


def notes_on(
    reference: Table, current: Table, shown: Collection[str], question: Question
) -> Iterator[str]:
    """Sentences, given the columns that are shown."""
    for table, other in ((reference, current), (current, reference)):
        if only := sorted(table.columns - other.columns):
            yield f"{other.path.name} lacks {_listed(only)}: not compared."
        if len(table) < question.least:
            yield (
                f"{table.path.name} has {len(table):,} rows: the monitor judges no window of fewer "
                f"than {question.least:,}. Only large moves can be told."
            )
        if empty := sorted(name for name in table.columns if _is_empty(table.sample, name)):
            yield f"{table.path.name} has no value in {_listed(empty)}."
    if is_identical(current.sample):
        yield f"All {len(current):,} rows of {current.path.name} are the same."
    if untested := [name for name in question.untested if name in shown]:
        yield f"Shown and not tested: {_listed(untested)}, and features derived from the others."


def is_identical(sample: Sample) -> bool:
    """Whether all rows are the same."""
    numbers = np.array_equal(
        sample.numeric, np.broadcast_to(sample.numeric[0], sample.numeric.shape), equal_nan=True
    )
    return numbers and bool((sample.levels == sample.levels[0]).all())


def _is_empty(sample: Sample, name: str) -> bool:
    if name in NUMERIC:
        return bool(np.isnan(sample.numeric[:, NUMERIC.index(name)]).all())
    return all(level is None for level in sample.levels[:, CATEGORICAL.index(name)])


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
