"""Histories in a Parquet file: what the producer publishes and a later training run reads."""

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from training.errors import BadInputError
from training.histories.aggregation import HISTORY_FEATURES, HISTORY_VERSION, Histories
from training.histories.definition import APPLICANT
from training.whole_file import write_whole

VERSION_KEY = b"creditstream.history_version"
FEATURES_KEY = b"creditstream.history_features"
AS_OF = "AS_OF"
KNOWN = "HAS_HISTORY"


def write_histories(path: Path, histories: Histories, as_of: dt.datetime) -> None:
    """One row per applicant; the version and the names of the features are in the metadata."""
    rows = len(histories.ids)
    times = pa.array([as_of] * rows, type=pa.timestamp("us", tz="UTC"))
    columns = {
        APPLICANT: pa.array(histories.ids, type=pa.int64()),
        AS_OF: times,
        KNOWN: pa.array(histories.known),
        **{
            name: pa.array(histories.features[:, at], type=pa.float32())
            for at, name in enumerate(HISTORY_FEATURES)
        },
    }
    names = ",".join(HISTORY_FEATURES).encode()
    metadata = {VERSION_KEY: HISTORY_VERSION.encode(), FEATURES_KEY: names}
    table = pa.table(columns).replace_schema_metadata(metadata)
    write_whole(path, lambda part: pq.write_table(table, part))


def read_histories(path: Path) -> Histories:
    """The histories of a file that `write_histories` wrote, to the last bit, by applicant.

    Raises:
        BadInputError: no such file, damaged, of another version, or an applicant given twice.
    """
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise BadInputError(f"{path}: {error}") from error
    found = (table.schema.metadata or {}).get(VERSION_KEY, b"none").decode()
    if found != HISTORY_VERSION or tuple(table.column_names[3:]) != HISTORY_FEATURES:
        raise BadInputError(f"{path}: history version {found}, not {HISTORY_VERSION}")
    table = _by_applicant(path, table)
    columns = [table.column(name).to_numpy() for name in HISTORY_FEATURES]
    return Histories(
        ids=table.column(APPLICANT).to_numpy(),
        known=table.column(KNOWN).to_numpy(),
        features=np.column_stack(columns),
        strangers=0,
    )


def _by_applicant(path: Path, table: pa.Table) -> pa.Table:
    """The rows with ids ascending, however another program has ordered them."""
    ids = table.column(APPLICANT).to_numpy()
    steps = np.diff(ids)
    if (steps < 0).any():
        table = table.sort_by(APPLICANT)
        ids = table.column(APPLICANT).to_numpy()
        steps = np.diff(ids)
    if (steps == 0).any():
        twice = ids[1:][steps == 0][0]
        raise BadInputError(f"{path}: applicant {twice} stands there twice")
    return table
