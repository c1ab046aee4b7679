"""The findings as a document: what `--json` prints, in the terms of the drift event. Pure."""

import msgspec

from contracts.events import ColumnDistance, ColumnDrift
from drift_monitor.report import column_drift
from drift_monitor.reporting.findings import Findings


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A compared file."""

    path: str
    rows: int


class WindowDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on successive rows of the current file, the first being row 1."""

    first_row: int
    last_row: int
    drifted: tuple[str, ...]
    alerted: tuple[str, ...]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of a report but its pictures; `columns` and `distances` are those of events."""

    drift: bool
    reference: File
    current: File
    model: str
    tested: int
    drifted: tuple[str, ...]
    alerted: tuple[str, ...]
    columns: tuple[ColumnDrift, ...]
    distances: tuple[ColumnDistance, ...]
    windows: tuple[WindowDocument, ...]
    notes: tuple[str, ...]


def document(findings: Findings) -> Document:
    """The document of some findings."""
    sides = (findings.reference, findings.current)
    reference, current = (File(path=str(one.path), rows=len(one)) for one in sides)
    return Document(
        drift=findings.moved,
        reference=reference,
        current=current,
        model=findings.question.model,
        tested=len(findings.tested),
        drifted=findings.drifted,
        alerted=findings.alerted,
        columns=tuple(map(column_drift, findings.judged)),
        distances=tuple(findings.distances.values()),
        windows=tuple(
            WindowDocument(
                first_row=one.first, last_row=one.last, drifted=one.drifted, alerted=one.alerted
            )
            for one in findings.windows
        ),
        notes=findings.notes,
    )
