"""Days and weeks in the state file: their sketches, and the sampled rows of days."""

import datetime as dt
import sqlite3
from collections.abc import Mapping

import numpy as np

from contracts.events import WindowKind
from contracts.packing import FloatVector
from drift_monitor.row_sample import RowSample
from drift_monitor.sketches import Counts
from drift_monitor.state import VersionState

LONG_TABLES = {
    "sketches": "version TEXT, kind TEXT, start TEXT, counts BLOB, "
    "PRIMARY KEY (version, kind, start)",
    "sampled_rows": "version TEXT, day TEXT, hash INTEGER, row BLOB, "
    "PRIMARY KEY (version, day, hash)",
}

LongKept = tuple[Counts, dict[int, FloatVector]]
"""The sketch of a long window, and the rows sampled from it by the hashes of their ids."""


def save_long(database: sqlite3.Connection, versions: Mapping[str, VersionState]) -> None:
    """Write what has grown, within the caller's transaction; windows that closed go."""
    _save_sketches(database, versions)
    _save_samples(database, versions)


def load_long(
    database: sqlite3.Connection, version: str, kind: WindowKind, start: dt.date
) -> LongKept:
    """A long window of a version as it was saved."""
    place = version, kind.value, start.isoformat()
    query = "SELECT counts FROM sketches WHERE version = ? AND kind = ? AND start = ?"
    counts = np.frombuffer(database.execute(query, place).fetchone()[0], dtype="<i8")
    if kind is not WindowKind.DAY:
        return counts, {}
    query = "SELECT hash, row FROM sampled_rows WHERE version = ? AND day = ?"
    rows = database.execute(query, (version, start.isoformat()))
    return counts, {key: np.frombuffer(row, dtype="<f4") for key, row in rows}


def _save_sketches(database: sqlite3.Connection, versions: Mapping[str, VersionState]) -> None:
    held = {
        (version, kind.value, start.isoformat()): sketched
        for version, one in versions.items()
        for (kind, start), sketched in one.long.open.items()
    }
    places = database.execute("SELECT version, kind, start FROM sketches")
    database.executemany(
        "DELETE FROM sketches WHERE version = ? AND kind = ? AND start = ?",
        [place for place in places if place not in held],
    )
    grown = [(place, one) for place, one in held.items() if not one.saved]
    database.executemany(
        "INSERT OR REPLACE INTO sketches VALUES (?, ?, ?, ?)",
        [(*place, one.counts.astype("<i8").tobytes()) for place, one in grown],
    )


def _save_samples(database: sqlite3.Connection, versions: Mapping[str, VersionState]) -> None:
    held = {
        (version, start.isoformat()): sketched.sample
        for version, one in versions.items()
        for (kind, start), sketched in one.long.open.items()
        if kind is WindowKind.DAY
    }
    days = database.execute("SELECT DISTINCT version, day FROM sampled_rows")
    database.executemany(
        "DELETE FROM sampled_rows WHERE version = ? AND day = ?",
        [day for day in days if day not in held],
    )
    for day, sample in held.items():
        _save_sample(database, day, sample)


def _save_sample(database: sqlite3.Connection, day: tuple[str, str], sample: RowSample) -> None:
    database.executemany(
        "DELETE FROM sampled_rows WHERE version = ? AND day = ? AND hash = ?",
        [(*day, key) for key in sample.dropped],
    )
    database.executemany(
        "INSERT INTO sampled_rows VALUES (?, ?, ?, ?)",
        [(*day, key, sample.rows[key].astype("<f4").tobytes()) for key in sample.added],
    )
