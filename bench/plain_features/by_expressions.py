"""The plain features by the product's own expressions and engine."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import ibis
import pyarrow as pa
from ibis import _

from bench.plain_features.task import STATISTICS, PlainTable, Task, carry_out, level_feature
from training.engines.duckdb import DuckDB
from training.engines.engine import open_table
from training.histories.aggregation import per_applicant
from training.histories.definition import (
    Feature,
    HistoryTable,
    Quantity,
    Subset,
    Tables,
    counts,
    cross,
)
from training.tables import Allowances, find_table

_ROWS = Subset("", "rows")


def _make(task: Task) -> Iterator[tuple[str, pa.Table]]:
    engine = DuckDB()
    for table in (*map(_plain, task.tables), _balance(task.statuses)):
        tables: dict[str, ibis.Table] = {}
        for name in table.sources:
            source = find_table(Path(task.folder), name, Allowances())
            tables[name] = open_table(engine, source, source.file.path if source.file else None)
        yield table.name, engine.run(per_applicant(table, tables))


def _plain(table: PlainTable) -> HistoryTable:
    quantities = (Quantity(one, one, _[one], STATISTICS) for one in table.numbers)
    levels = (
        Feature(level_feature(column, level), level, (_[column] == level).cast("int32").sum())
        for column, level in table.levels
    )
    aggregates = (*counts("", (_ROWS,)), *cross("", (_ROWS,), quantities), *levels)
    return HistoryTable(table.name, (table.name,), lambda tables: tables[table.name], aggregates)


def _balance(statuses: Sequence[str]) -> HistoryTable:
    def credits_with_months(tables: Tables) -> ibis.Table:
        months = tables["bureau_balance"].group_by("SK_ID_BUREAU")
        by_credit = months.aggregate(
            MONTHS=_.count(),
            FIRST=_.MONTHS_BALANCE.min(),
            **{f"STATUS_{one}": _.count(where=one == _.STATUS) for one in statuses},
        )
        return tables["bureau"].select("SK_ID_CURR", "SK_ID_BUREAU").join(by_credit, "SK_ID_BUREAU")

    months = tuple(Quantity(one, one, _[one], STATISTICS) for one in ("MONTHS", "FIRST"))
    status = tuple(Quantity(f"STATUS_{one}", one, _[f"STATUS_{one}"], ("SUM",)) for one in statuses)
    return HistoryTable(
        "bureau_balance",
        ("bureau", "bureau_balance"),
        credits_with_months,
        cross("", (_ROWS,), (*months, *status)),
    )


if __name__ == "__main__":
    carry_out(_make)
