"""Labels as events: what became of a loan, months after the application."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from contracts.events import OutcomeObserved
from producer.csv_rows import read_rows
from producer.errors import BadInputError
from producer.kaggle import identifier

_TARGETS = {"0": False, "0.0": False, "1": True, "1.0": True}


def read_outcomes(path: Path, observed_at: dt.datetime) -> Iterator[OutcomeObserved]:
    """The TARGET of every applicant of a file: truth.csv, or application_train.csv.

    Raises:
        BadInputError: names the file and the line that cannot be used.
    """
    for row in read_rows(path, ("SK_ID_CURR", "TARGET")):
        identity, target = row.cells
        if target not in _TARGETS:
            raise BadInputError(f"{path}: line {row.line}: TARGET {target!r} is neither 0 nor 1")
        yield OutcomeObserved(
            application_id=identifier(path, row.line, identity),
            defaulted=_TARGETS[target],
            observed_at=observed_at,
        )
