"""The plain features as one writes them in DuckDB's SQL, over doubles."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from bench.plain_features.task import PlainTable, Task, carry_out, level_feature

_FUNCTIONS = {"SUM": "sum", "MEAN": "avg", "MAX": "max", "MIN": "min"}


def _make(task: Task) -> Iterator[tuple[str, pa.Table]]:
    database = duckdb.connect()
    for table in task.tables:
        yield table.name, database.execute(_plain(task.folder, table)).to_arrow_table()
    yield "bureau_balance", database.execute(_balance(task)).to_arrow_table()


def _plain(folder: str, table: PlainTable) -> str:
    levels = (
        f"count(*) FILTER ({column} = '{level}')::FLOAT AS {level_feature(column, level)}"
        for column, level in table.levels
    )
    numbers = (one for number in table.numbers for one in _statistics(number))
    features = ", ".join(("count(*)::FLOAT AS COUNT", *numbers, *levels))
    return f"""
        SELECT SK_ID_CURR, {features}
        FROM {_file(folder, table.name, table.columns)}
        GROUP BY SK_ID_CURR"""  # noqa: S608 - our own names


def _balance(task: Task) -> str:
    bureau = next(table for table in task.tables if table.name == "bureau")
    statuses = ", ".join(
        f"count(*) FILTER (STATUS = '{one}') AS STATUS_{one}" for one in task.statuses
    )
    sums = ", ".join(f"sum(STATUS_{one})::FLOAT AS STATUS_{one}_SUM" for one in task.statuses)
    months = ", ".join((*_statistics("MONTHS"), *_statistics("FIRST")))
    return f"""
        WITH months AS (
            SELECT SK_ID_BUREAU, count(*) AS MONTHS, min(MONTHS_BALANCE) AS FIRST, {statuses}
            FROM {_file(task.folder, "bureau_balance", task.balance)}
            GROUP BY SK_ID_BUREAU
        )
        SELECT SK_ID_CURR, {months}, {sums}
        FROM {_file(task.folder, "bureau", bureau.columns)} JOIN months USING (SK_ID_BUREAU)
        GROUP BY SK_ID_CURR"""  # noqa: S608 - our own names


def _statistics(column: str) -> tuple[str, ...]:
    return tuple(
        f"{function}({column})::FLOAT AS {column}_{statistic}"
        for statistic, function in _FUNCTIONS.items()
    )


def _file(folder: str, table: str, columns: Mapping[str, str]) -> str:
    return (
        f"read_csv('{Path(folder) / table}.csv', columns = {dict(columns)}, "
        "header = true, auto_detect = false)"
    )


if __name__ == "__main__":
    carry_out(_make)
