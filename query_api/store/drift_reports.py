"""Drift reports as they are read: one series at a time, for windows of two kinds do not compare."""

from dataclasses import dataclass

import sqlalchemy as sa

from contracts import codec
from contracts.events import DriftReported, WindowKind
from query_api.store import schema
from query_api.store.database import reading
from query_api.store.paging import Cursor, Page, newest_first, page_of


@dataclass(frozen=True, slots=True, order=True)
class Series:
    """Windows that follow each other; by default those that verdicts on all applications are of.

    Attributes:
        kind: which windows.
        segment: whose applications alone, as `column=level`; empty for all.
    """

    kind: WindowKind = WindowKind.VERDICT
    segment: str = ""


VERDICTS = Series()


def read_drift_reports(
    engine: sa.Engine, series: Series, limit: int, after: Cursor | None = None
) -> Page[DriftReported]:
    """The reports on the closed windows of a series, newest first.

    Raises:
        StoreError: they cannot be read.
    """
    table = schema.drift_reports
    query = newest_first(sa.select(table.c.event), table.c.closed_at, table.c.window_id, after)
    of_series = query.where(table.c.kind == series.kind.value, table.c.segment == series.segment)
    with reading(engine) as connection:
        texts = connection.scalars(of_series.limit(limit + 1)).all()
    reports = [codec.decode(text.encode(), DriftReported) for text in texts]
    return page_of(reports, limit, lambda report: Cursor(report.closed_at, report.window_id))


def read_series(engine: sa.Engine) -> list[Series]:
    """The series that there are reports of: all applications first, then by segment and kind.

    Raises:
        StoreError: they cannot be read.
    """
    table = schema.drift_reports.c
    query = sa.select(table.kind, table.segment).distinct()
    with reading(engine) as connection:
        found = [Series(WindowKind(kind), segment) for kind, segment in connection.execute(query)]
    kinds = list(WindowKind)
    return sorted(found, key=lambda one: (one.segment, kinds.index(one.kind)))
