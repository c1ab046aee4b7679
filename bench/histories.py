"""280 plain history features: the product's expressions beside hand-written SQL and polars."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.contestants import PEERS_PYTHON
from bench.plain_features.task import Cost, PlainTable, Task
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from bench.timing import Spread
from training.tables import HISTORY_TABLES, official_schema

_ROOT = Path(__file__).parents[1]
_MINUTES = 15
_OURS, _SQL, _POLARS = "expressions of training", "SQL for DuckDB", "polars"
_PROGRAMS = {
    _OURS: (Path(sys.executable), "by_expressions"),
    _SQL: (Path(sys.executable), "by_sql"),
    _POLARS: (PEERS_PYTHON, "by_polars"),
}
_LEVELS = {
    "bureau": ("CREDIT_ACTIVE", ("Active", "Closed", "Sold", "Bad debt")),
    "previous_application": (
        "NAME_CONTRACT_STATUS",
        ("Approved", "Refused", "Canceled", "Unused offer"),
    ),
    "POS_CASH_balance": ("NAME_CONTRACT_STATUS", ("Active", "Completed", "Demand")),
}
_STATUSES = (*"012345", "C", "X")
_RELATIVE = 1e-5
"""Two sums of doubles in different orders, each narrowed to float32, differ by less."""


class DisagreementError(AssertionError):
    """Two programs made different features; the message names one."""


@dataclass(frozen=True, slots=True)
class _Costs:
    wall: Spread
    processor: Spread
    memory: Spread


def measure(scale: Scale) -> Findings:
    """Every program in every round, in a process of its own, after values were checked."""
    with tempfile.TemporaryDirectory(prefix="creditstream-histories-") as work:
        folder = scale.histories or _synthesized(Path(work) / "data", scale.history_applicants)
        rows = sum(_rows(folder / f"{table}.csv") for table in HISTORY_TABLES)
        task = plain_task(folder, Path(work) / "made")
        costs, features = _measured(task, scale.history_rounds)
    return Findings(
        tables=[_table(costs, features, rows)],
        figures=_figures(costs),
    )


def plain_task(folder: Path, out: Path) -> Task:
    """280 features: numbers of five tables, statuses of the sixth, some levels."""
    tables = (_plain_table(name) for name in HISTORY_TABLES if name != "bureau_balance")
    return Task(
        folder=folder,
        out=out,
        tables=tuple(tables),
        balance=_types("bureau_balance"),
        statuses=_STATUSES,
    )
