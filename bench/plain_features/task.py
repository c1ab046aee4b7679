"""What each of the programs is told, and what it tells."""

import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from bench.cost import Cost

STATISTICS: tuple[Literal["SUM", "MEAN", "MAX", "MIN"], ...] = ("SUM", "MEAN", "MAX", "MIN")
"""Of every numeric column, over the rows of an applicant."""


class PlainTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table with a row count, statistics of its numbers, and counts of some of its levels.

    Attributes:
        name: the table.
        columns: all columns of the file, in their order, each with its SQL type.
        numbers: the columns that statistics are taken of.
        levels: column and level that rows are counted of.
    """

    name: str
    columns: Mapping[str, str]
    numbers: Sequence[str]
    levels: Sequence[tuple[str, str]]


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be made.

    Attributes:
        folder: where `<table>.csv` stand.
        out: the folder for one Parquet file a table, SK_ID_CURR and float32 columns.
        tables: those with a row an applicant and thing.
        balance: the columns of bureau_balance, which knows credits alone.
        statuses: its statuses; months are counted of each.
    """

    folder: str
    out: str
    tables: Sequence[PlainTable]
    balance: Mapping[str, str]
    statuses: Sequence[str]


def level_feature(column: str, level: str) -> str:
    """The name of the count of a level."""
    return f"{column}_{level.upper().replace(' ', '_')}_COUNT"


def _most_memory() -> int:
    """The most that was resident, in bytes; getrusage would count that of who started it."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def carry_out(make: Callable[[Task], Iterable[tuple[str, pa.Table]]]) -> None:
    """Do the task that standard input gives, write what was made, and print the cost as JSON.

    The time to import and to write is not in it.
    """
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    wall, processor = time.perf_counter(), time.process_time()
    made = dict(make(task))
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    memory = _most_memory()
    for name, table in made.items():
        pq.write_table(table, Path(task.out) / f"{name}.parquet")
    sys.stdout.buffer.write(msgspec.json.encode(Cost(wall, processor, memory)))
