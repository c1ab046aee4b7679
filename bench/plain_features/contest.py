"""The three programs one after the other, checked against each other, and what each took."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.contestants import PEERS_PYTHON
from bench.cost import CommandFailedError, Cost
from bench.plain_features.task import PlainTable, Task
from bench.timing import Spread
from training.tables import HISTORY_TABLES, official_schema

OURS, SQL, POLARS = "the product's expressions", "SQL for DuckDB", "polars"
_PROGRAMS = {
    OURS: (Path(sys.executable), "by_expressions"),
    SQL: (Path(sys.executable), "by_sql"),
    POLARS: (PEERS_PYTHON, "by_polars"),
}
_ROOT = Path(__file__).parents[2]
_SECONDS = 900

_ID = "SK_ID_CURR"
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
"""Sums of doubles in different orders, narrowed to float32, differ by less."""


class DisagreementError(AssertionError):
    """Two programs made different features; the message names one."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What a program took, round by round: seconds, seconds of all processors, bytes."""

    wall: Spread
    processor: Spread
    memory: Spread


def measure_programs(folder: Path, work: Path, rounds: int) -> tuple[dict[str, Costs], int]:
    """The costs by program, and the number of features.

    Each runs in a process of its own, once a round; the order turns round with every round. All
    values are compared in each round.

    Raises:
        DisagreementError: values differ.
        CommandFailedError: a program failed.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in _PROGRAMS}
    width = 0
    for number in range(rounds):
        made = {name: work / module for name, (_, module) in _PROGRAMS.items()}
        for name in list(_PROGRAMS)[:: -1 if number % 2 else 1]:
            made[name].mkdir(exist_ok=True)
            costs[name].append(_run(name, plain_task(folder, made[name])))
        width = agree(made)
    return {name: _spread(each) for name, each in costs.items()}, width


def plain_task(folder: Path, out: Path) -> Task:
    """The numbers and some levels of five tables, and the statuses of the sixth."""
    tables = (_plain_table(name) for name in HISTORY_TABLES if name != "bureau_balance")
    balance = _types("bureau_balance")
    return Task(
        folder=str(folder),
        out=str(out),
        tables=tuple(tables),
        balance=balance,
        statuses=_STATUSES,
    )


def _plain_table(name: str) -> PlainTable:
    columns = _types(name)
    column, levels = _LEVELS.get(name, ("", ()))
    return PlainTable(
        name=name,
        columns=columns,
        numbers=[one for one, kind in columns.items() if kind == "DOUBLE"],
        levels=[(column, level) for level in levels],
    )


def _types(table: str) -> Mapping[str, str]:
    """The columns as one declares them who does not ask for exact sums: numbers as doubles."""
    plain = {"VARCHAR": "VARCHAR", "BIGINT": "BIGINT"}
    return {name: plain.get(kind, "DOUBLE") for name, kind in official_schema(table).items()}


def _run(name: str, task: Task) -> Cost:
    python, module = _PROGRAMS[name]
    done = subprocess.run(  # noqa: S603 - our own programs
        [python, "-m", f"bench.plain_features.{module}"],
        input=msgspec.json.encode(task),
        capture_output=True,
        cwd=_ROOT,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        raise CommandFailedError(f"{name}:\n{done.stderr.decode(errors='replace')[-2000:]}")
    return msgspec.json.decode(done.stdout, type=Cost)


def _spread(costs: list[Cost]) -> Costs:
    return Costs(
        wall=Spread(tuple(one.wall for one in costs)),
        processor=Spread(tuple(one.processor for one in costs)),
        memory=Spread(tuple(float(one.memory) for one in costs)),
    )


def agree(made: Mapping[str, Path]) -> int:
    """Compare what the programs wrote, by applicant; returns the number of features.

    Raises:
        DisagreementError: applicants, features or values differ.
    """
    width = 0
    for name in HISTORY_TABLES:
        first, *others = (_sorted(folder / f"{name}.parquet") for folder in made.values())
        for other in others:
            _compare(name, first, other)
        width += first.num_columns - 1
    return width


def _sorted(path: Path) -> pa.Table:
    return pq.read_table(path).sort_by(_ID)


def _compare(name: str, ours: pa.Table, other: pa.Table) -> None:
    if not ours.column(_ID).equals(other.column(_ID)):
        raise DisagreementError(f"{name}: other applicants")
    if set(ours.column_names) != set(other.column_names):
        raise DisagreementError(f"{name}: other features")
    for feature in ours.column_names[1:]:
        made, wanted = (table.column(feature).to_numpy() for table in (ours, other))
        if not np.allclose(made, wanted, rtol=_RELATIVE, atol=0.0, equal_nan=True):
            raise DisagreementError(f"{name}: other values of {feature}")
