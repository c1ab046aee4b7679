"""Small tables of the Kaggle folder: in memory for unit tests, as files for the others."""

import csv
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import ibis
import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa

from contracts.application import NUMERIC, LoanApplication
from training.histories.aggregation import per_applicant
from training.histories.definition import HistoryTable
from training.tables import HISTORY_TABLES, ibis_type, official_schema

Value: TypeAlias = float | str | None
Row: TypeAlias = Mapping[str, Value]


def a_table(name: str, rows: Sequence[Row]) -> ibis.Table:
    """A history table in memory; a column that no row gives is null."""
    columns = {
        column: _column([row.get(column) for row in rows], ibis.dtype(ibis_type(kind)).to_pyarrow())
        for column, kind in official_schema(name).items()
    }
    return ibis.memtable(pa.table(columns))


def _column(values: Sequence[Value], kind: pa.DataType) -> pa.Array:
    if pa.types.is_string(kind):
        return pa.array(values, kind)
    return pa.array(values, pa.float64()).cast(kind)


def the_features(
    table: HistoryTable, applicant: int, **rows: Sequence[Row]
) -> dict[str, float | None]:
    """The features of one applicant by one table's expressions; tables not given are empty."""
    tables = {name: a_table(name, rows.get(name, ())) for name in HISTORY_TABLES}
    computed = ibis.duckdb.connect().to_pyarrow(per_applicant(table, tables))
    found = [row for row in computed.to_pylist() if row["SK_ID_CURR"] == applicant]
    return dict(found[0]) if found else {}


def frame_of(applications: Sequence[LoanApplication]) -> pd.DataFrame:
    """Applications as pandas reads them from a CSV file; low external scores default."""
    frame = pd.DataFrame([msgspec.structs.asdict(one) for one in applications])
    frame = frame.astype(dict.fromkeys(NUMERIC, "float64"))
    noise = np.random.default_rng(7).normal(scale=0.25, size=len(frame))
    target = (frame["EXT_SOURCE_2"].fillna(0.5) + noise < 0.35).astype("int32")
    return pd.concat([frame, target.rename("TARGET")], axis=1)


def write_table(path: Path, header: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
    """A CSV file, compressed if its name ends in `.gz`."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
