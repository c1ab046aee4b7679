"""From the file of history features to events for the compacted topic."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from contracts.events import HistoryAggregated
from contracts.packing import FloatMatrix, pack
from producer.errors import BadInputError

_VERSION_KEY = b"creditstream.history_version"
_ID, _AS_OF, _KNOWN = "SK_ID_CURR", "AS_OF", "HAS_HISTORY"
_LEADING = {_ID: pa.int64(), _AS_OF: pa.timestamp("us", tz="UTC"), _KNOWN: pa.bool_()}
_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """A checked file: its version, its history features in their order, and its length."""

    path: Path
    version: str
    features: tuple[str, ...]
    rows: int


def open_histories(path: Path) -> HistoryFile:
    """Check a file that `python -m training histories` wrote.

    Raises:
        BadInputError: no such file, not Parquet, without a version, or other columns or types.
    """
    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (OSError, pa.ArrowInvalid) as error:
        raise BadInputError(f"{path}: {error}") from error
    version = (schema.metadata or {}).get(_VERSION_KEY)
    if not version:
        raise BadInputError(f"{path}: no {_VERSION_KEY.decode()} in its metadata")
    for place, (name, kind) in enumerate(_LEADING.items()):
        found = schema.field(place) if place < len(schema) else None
        if found is None or found.name != name or found.type != kind:
            raise BadInputError(f"{path}: column {place + 1} is {found}, not {name}: {kind}")
    features = tuple(schema.names[len(_LEADING) :])
    for name in features:
        if schema.field(name).type != pa.float32():
            raise BadInputError(f"{path}: column {name} is {schema.field(name).type}, not float")
    return HistoryFile(path, version.decode(), features, rows)


def read_histories(file: HistoryFile) -> Iterator[HistoryAggregated]:
    """One event per applicant; without features for one who is known to have no history.

    Raises:
        BadInputError: a value is null or infinite; names the row.
    """
    with pq.ParquetFile(file.path) as opened:
        start = 0
        for batch in opened.iter_batches(_BATCH):
            yield from _events(file, batch, start)
            start += batch.num_rows


def _events(file: HistoryFile, batch: pa.RecordBatch, start: int) -> Iterator[HistoryAggregated]:
    for name in _LEADING:
        if batch.column(name).null_count:
            raise BadInputError(f"{file.path}: {name} is null after row {start}")
    matrix = _matrix(file, batch, start)
    leading = (batch.column(name).to_pylist() for name in _LEADING)
    for at, (applicant, as_of, known) in enumerate(zip(*leading, strict=True)):
        yield HistoryAggregated(
            application_id=applicant,
            as_of=as_of.astimezone(dt.UTC),
            history_version=file.version,
            features=pack(matrix[at]) if known else None,
        )


def _matrix(file: HistoryFile, batch: pa.RecordBatch, start: int) -> FloatMatrix:
    columns = [batch.column(name).to_numpy(zero_copy_only=False) for name in file.features]
    matrix = np.stack([np.zeros(batch.num_rows), *columns], axis=1, dtype=np.float32)[:, 1:]
    infinite = np.argwhere(np.isinf(matrix))
    if len(infinite):
        row, column = infinite[0]
        raise BadInputError(
            f"{file.path}: row {start + row + 1}: {file.features[column]} is infinite"
        )
    return matrix
