"""Writing a synthetic data set to a folder, chunk by chunk: the only input and output here."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from producer.synthesis.groups import id_capacity
from producer.synthesis.portfolio import Numbering, Portfolio, chunks, draw_portfolio
from producer.synthesis.tables import HISTORY_TABLES, BoolArray, Frame, Kind, schema, take

KAGGLE_TEST_SHARE = 48_744 / 356_255

_TRUTH: dict[str, Kind] = {"SK_ID_CURR": "int", "PROBABILITY": "float", "TARGET": "int"}


@dataclass(frozen=True, slots=True)
class Order:
    """What to make: equal orders give equal bytes."""

    applicants: int
    seed: int
    test_share: float = KAGGLE_TEST_SHARE


def synthesize(folder: Path, order: Order) -> Iterator[int]:
    """Write the official tables and `truth.csv`; a step per chunk, giving its applicants.

    The files appear under their names only when all are complete: a run that was stopped leaves
    no folder that looks whole.

    Raises:
        OSError: the folder cannot be written.
        duckdb.IOException: a file cannot be written, as on a full disk.
    """
    unfinished = folder / ".unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    numbering = Numbering(capacity=id_capacity(order.applicants))
    for rng, ids in chunks(order.applicants, order.seed):
        portfolio = draw_portfolio(rng, ids, numbering)
        numbering = numbering.after(portfolio.tables)
        _append(unfinished, portfolio, _held_out(rng, len(ids), order.test_share))
        yield len(ids)
    for file in unfinished.glob("*.csv"):
        file.replace(folder / file.name)
    unfinished.rmdir()


def _held_out(rng: np.random.Generator, size: int, share: float) -> BoolArray:
    """Which applicants make the test table: drawn at random, so that it is as the training one."""
    test = np.zeros(size, dtype=np.bool_)
    test[rng.choice(size, round(share * size), replace=False)] = True
    return test


def _append(folder: Path, portfolio: Portfolio, test: BoolArray) -> None:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET enable_progress_bar = false")
        for name, columns, frame in _files(portfolio, test):
            part, whole = folder / f"{name}.part", folder / f"{name}.csv"
            _write_csv(connection, to_arrow(columns, frame), part, header=not whole.exists())
            with whole.open("ab") as target, part.open("rb") as source:
                shutil.copyfileobj(source, target, length=1 << 20)
            part.unlink()


def _files(portfolio: Portfolio, test: BoolArray) -> Iterator[tuple[str, dict[str, Kind], Frame]]:
    """Name, columns and rows of every file of the folder."""
    application, official = portfolio.tables["application"], schema()["application"]
    identity = {"SK_ID_CURR": application["SK_ID_CURR"]}
    target = {"TARGET": portfolio.defaulted.astype(np.float64)}
    labelled: dict[str, Kind] = {"SK_ID_CURR": "int", "TARGET": "int", **official}
    yield "application_train", labelled, take(application | target, ~test)
    yield "application_test", official, take(application, test)
    for name in HISTORY_TABLES:
        yield name, schema()[name], portfolio.tables[name]
    yield "truth", _TRUTH, identity | {"PROBABILITY": portfolio.probability} | target


def to_arrow(columns: dict[str, Kind], frame: Frame) -> pa.Table:
    """The frame as typed columns: whole numbers, numbers, or words; null where NaN."""
    arrays = []
    for column, kind in columns.items():
        values = frame[column]
        if kind == "int":
            arrays.append(pa.array(values.astype(np.int64)))
        elif kind == "float":
            arrays.append(pa.array(values, from_pandas=True))
        else:
            missing = np.isnan(values)
            codes = pa.array(np.where(missing, 0.0, values).astype(np.int8), mask=missing)
            arrays.append(pa.DictionaryArray.from_arrays(codes, pa.array(kind)))
    return pa.table(arrays, names=list(columns))


def _write_csv(
    connection: duckdb.DuckDBPyConnection, table: pa.Table, file: Path, *, header: bool
) -> None:
    """As pandas would: `1.0` for a number that happens to be whole, quotes only where needed."""
    connection.register("rows_of_table", table)
    option = "true" if header else "false"
    connection.execute(f"COPY rows_of_table TO ? (FORMAT csv, HEADER {option})", [str(file)])
