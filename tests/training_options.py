"""The options of a small training run."""

from pathlib import Path
from typing import Any

import msgspec

from training.engines.engine import DUCKDB
from training.options import HoldOut, TrainingOptions
from training.policy import DEFAULT_POLICY
from training.reasons import DEFAULT_CATALOGUE
from training.tables import Allowances

_OPTIONS = TrainingOptions(
    data=Path("a folder"),
    tables="application",
    engine=DUCKDB,
    histories=None,
    allow=Allowances(columns=True),
    hold_out=HoldOut(0.1, Path("ids.txt")),
    policy=DEFAULT_POLICY,
    catalogue=DEFAULT_CATALOGUE,
    with_protected=False,
    promote=True,
    folds=5,
    rounds=100,
    features=None,
    learning_rate=0.1,
    seed=7,
)


def some_options(**changes: Any) -> TrainingOptions:
    return msgspec.structs.replace(_OPTIONS, **changes)
