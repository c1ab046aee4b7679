"""The monitor's memory on disk: windows, positions, seen ids and unsent reports, as one.

One SQLite file, one transaction for each batch. A restart goes on from the positions in it, so a
kill at any moment neither loses a score nor counts one twice.
"""

import datetime as dt
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np

from contracts import codec
from contracts.events import DriftReported, WindowKind
from contracts.packing import FloatVector
from contracts.records import RawRecord
from drift_monitor.long_store import LONG_TABLES, LongKept, load_long, save_long
from drift_monitor.seen import SeenScores, Source
from drift_monitor.snapshot import Snapshot
from drift_monitor.state import State
from drift_monitor.windows import Pane, Sizes

_TABLES = {
    "facts": "name TEXT PRIMARY KEY, value TEXT NOT NULL",
    "positions": "topic TEXT, part INTEGER, next INTEGER NOT NULL, PRIMARY KEY (topic, part)",
    "seen": "id TEXT UNIQUE, part INTEGER, source_part INTEGER, source_offset INTEGER",
    "pane_rows": "version TEXT, pane TEXT, first INTEGER, rows INTEGER, matrix BLOB, "
    "PRIMARY KEY (version, pane, first)",
    **LONG_TABLES,
    "outbox": "report BLOB NOT NULL",
}


logger = logging.getLogger(__name__)


class StateError(RuntimeError):
    """The state cannot be read or written: disk full, file damaged; names the file."""


class Store:
    """The state file. For one thread of one process."""

    def __init__(self, path: Path, sizes: Sizes, seen_limit: int) -> None:
        self._path, self._sizes, self._seen_limit = path, sizes, seen_limit
        self._saved: dict[tuple[str, str], int] = {}  # rows on disk, by version and pane
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._named_errors():
            self._database = sqlite3.connect(path, isolation_level=None)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")  # a lost end is read again
            for table, columns in _TABLES.items():
                self._database.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns}) STRICT")

    def claim(self, topics: str) -> None:
        """Make the state that of these very topics, emptying it if it was of others.

        Offsets mean nothing once a topic was deleted and created anew, or on another cluster.
        """
        owner = self._fact("topics")
        if owner == topics:
            return
        if owner is not None:
            logger.warning("%s is of topics that are gone: it is emptied", self._path)
        with self._transaction():
            for table in _TABLES:
                self._database.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            self._set_fact("topics", topics)

    def position(self, topic: str, partition: int) -> int | None:
        """Where to go on in a partition, None where nothing of it was read."""
        query = "SELECT next FROM positions WHERE topic = ? AND part = ?"
        row = self._database.execute(query, (topic, partition)).fetchone()
        return None if row is None else int(row[0])

    def load(self) -> State:
        """The state as it was saved last."""
        with self._named_errors():
            counts = "SELECT version, pane, sum(rows) FROM pane_rows GROUP BY version, pane"
            self._saved = {(v, pane): rows for v, pane, rows in self._database.execute(counts)}
            ids = self._database.execute("SELECT * FROM seen ORDER BY rowid")
            seen = SeenScores(self._seen_limit, {row[0]: Source(*row[1:]) for row in ids})
            document = self._fact("snapshot")
            if document is None:
                return State(seen)
            snapshot = msgspec.json.decode(document, type=Snapshot)
            if not snapshot.fits(self._sizes):
                logger.warning("%s has windows of other sizes: they begin anew", self._path)
            return snapshot.restored(seen, self._sizes, self._rows, self._long_window)

    def save(
        self, records: Sequence[RawRecord], state: State, reports: Sequence[DriftReported]
    ) -> None:
        """Keep the state after these records, and the reports until they are `confirmed`."""
        panes = {
            (version, pane.span.first_id): pane
            for version, one in state.versions.items()
            for pane in one.windows.panes
        }
        with self._transaction():
            self._save_positions(records)
            self._save_seen(state.seen)
            self._save_rows(panes)
            save_long(self._database, state.versions)
            values = [(codec.encode(report),) for report in reports]
            self._database.executemany("INSERT INTO outbox VALUES (?)", values)
            document = msgspec.json.encode(Snapshot.of(state, self._sizes)).decode()
            self._set_fact("snapshot", document)
        state.seen.settle()
        for one in state.versions.values():
            one.long.settle()
        self._saved = {place: len(pane.rows) for place, pane in panes.items()}

    def unsent(self) -> list[DriftReported]:
        """The reports that are not confirmed, oldest first."""
        rows = self._database.execute("SELECT report FROM outbox ORDER BY rowid")
        return [codec.decode(row[0], DriftReported) for row in rows]

    def confirmed(self) -> None:
        """All reports have arrived."""
        with self._transaction():
            self._database.execute("DELETE FROM outbox")

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _save_positions(self, records: Sequence[RawRecord]) -> None:
        self._database.executemany(
            "INSERT INTO positions VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET next = max(next, excluded.next)",
            [(record.topic, record.partition, record.offset + 1) for record in records],
        )

    def _save_seen(self, seen: SeenScores) -> None:
        added = [(score_id, *source) for score_id, source in seen.new_ids()]
        self._database.executemany("INSERT INTO seen VALUES (?, ?, ?, ?)", added)
        self._database.executemany("DELETE FROM seen WHERE id = ?", [(i,) for i in seen.dropped])

    def _save_rows(self, panes: dict[tuple[str, str], Pane]) -> None:
        gone = [place for place in self._saved if place not in panes]
        self._database.executemany("DELETE FROM pane_rows WHERE version = ? AND pane = ?", gone)
        for place, pane in panes.items():
            first = self._saved.get(place, 0)
            if new := pane.rows[first:]:
                matrix = np.stack(new).astype("<f4").tobytes()
                values = (*place, first, len(new), matrix)
                self._database.execute("INSERT INTO pane_rows VALUES (?, ?, ?, ?, ?)", values)

    def _rows(self, version: str, pane: str) -> list[FloatVector]:
        chunks = self._database.execute(
            "SELECT rows, matrix FROM pane_rows WHERE version = ? AND pane = ? ORDER BY first",
            (version, pane),
        )
        return [
            row
            for count, matrix in chunks
            for row in np.frombuffer(matrix, dtype="<f4").reshape(count, -1)
        ]

    def _long_window(self, version: str, kind: WindowKind, start: dt.date) -> LongKept:
        return load_long(self._database, version, kind, start)

    def _fact(self, name: str) -> str | None:
        row = self._database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def _set_fact(self, name: str, value: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._named_errors():
            self._database.execute("BEGIN IMMEDIATE")
            with self._database:
                yield

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StateError(f"{self._path}: {error}") from error
