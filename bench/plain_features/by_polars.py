"""The plain features as one writes them in polars, lazily and streamed, over doubles."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from bench.plain_features.task import PlainTable, Task, carry_out, level_feature

_TYPES = {"BIGINT": pl.Int64, "DOUBLE": pl.Float64, "VARCHAR": pl.String}


def _make(task: Task) -> Iterator[tuple[str, pa.Table]]:
    for table in task.tables:
        yield table.name, _computed(_plain(task.folder, table))
    yield "bureau_balance", _computed(_balance(task))


def _computed(features: pl.LazyFrame) -> pa.Table:
    narrow = features.with_columns(pl.exclude("SK_ID_CURR").cast(pl.Float32))
    return narrow.collect(engine="streaming").to_arrow()


def _plain(folder: str, table: PlainTable) -> pl.LazyFrame:
    levels = (
        (pl.col(column) == level).sum().alias(level_feature(column, level))
        for column, level in table.levels
    )
    numbers = (one for number in table.numbers for one in _statistics(number))
    rows = _file(folder, table.name, table.columns)
    return rows.group_by("SK_ID_CURR").agg(pl.len().alias("COUNT"), *numbers, *levels)


def _balance(task: Task) -> pl.LazyFrame:
    bureau = next(table for table in task.tables if table.name == "bureau")
    credit = _file(task.folder, "bureau", bureau.columns).select("SK_ID_CURR", "SK_ID_BUREAU")
    months = _file(task.folder, "bureau_balance", task.balance).group_by("SK_ID_BUREAU")
    by_credit = months.agg(
        pl.len().alias("MONTHS"),
        pl.col("MONTHS_BALANCE").min().alias("FIRST"),
        *((pl.col("STATUS") == one).sum().alias(f"STATUS_{one}") for one in task.statuses),
    )
    return (
        credit.join(by_credit, on="SK_ID_BUREAU")
        .group_by("SK_ID_CURR")
        .agg(
            *_statistics("MONTHS"),
            *_statistics("FIRST"),
            *(pl.col(f"STATUS_{one}").sum().alias(f"STATUS_{one}_SUM") for one in task.statuses),
        )
    )


def _statistics(column: str) -> tuple[pl.Expr, ...]:
    known = pl.col(column)
    return (
        pl.when(known.count() > 0).then(known.sum()).alias(f"{column}_SUM"),
        known.mean().alias(f"{column}_MEAN"),
        known.max().alias(f"{column}_MAX"),
        known.min().alias(f"{column}_MIN"),
    )


def _file(folder: str, table: str, columns: Mapping[str, str]) -> pl.LazyFrame:
    schema = pl.Schema({name: _TYPES[kind]() for name, kind in columns.items()})
    return pl.scan_csv(Path(folder) / f"{table}.csv", schema=schema)


if __name__ == "__main__":
    carry_out(_make)
