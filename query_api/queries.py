"""What a list may be asked for: filters and cursors, checked at the door."""

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from contracts.events import Decision, WindowKind
from query_api.problems import FieldError, Kind, ProblemError
from query_api.store.drift_reports import Series
from query_api.store.filters import Filters
from query_api.store.paging import Cursor, InvalidCursorError


def _in_utc(time: dt.datetime) -> dt.datetime:
    """The time in UTC; one without an offset is taken as UTC."""
    try:
        return time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time.astimezone(dt.UTC)
    except OverflowError as error:
        raise ValueError("the time is out of range") from error


Number = Annotated[float, Field(allow_inf_nan=False)]
Moment = Annotated[dt.datetime, AfterValidator(_in_utc)]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


class SeriesRequest(BaseModel):
    """Which windows are asked for."""

    model_config = ConfigDict(frozen=True)

    window: WindowKind = Field(
        WindowKind.VERDICT, description="`verdict`: so many scores; `day` and `week`: in UTC"
    )
    segment: str = Field(
        "",
        max_length=200,
        pattern=r"^[^\x00]*$",
        description="whose applications alone, `column=level`; empty for all",
    )

    def series(self) -> Series:
        """The series of windows that is asked for."""
        return Series(self.window, self.segment)


class DriftRequest(SeriesRequest):
    """The query of a list of drift reports."""

    limit: int = Field(10, ge=1, le=100)
    cursor: str | None = Field(None, max_length=400, description="`next_cursor` of the last page")


class HeatMapRequest(SeriesRequest):
    """The query of a heat map of drift."""

    windows: int = Field(24, ge=1, le=100, description="how many, the last ones")
    columns: int = Field(24, ge=1, le=1_000, description="how many, the most drifted ones")


class WindowRequest(SeriesRequest):
    """The query of the page of one window; without an id it is the newest of its series."""

    window_id: str = Field("", max_length=200)


class ListRequest(BaseModel):
    """The query of a list of applications."""

    model_config = ConfigDict(frozen=True)

    decision: Decision | None = None
    model_version: Text | None = None
    points_from: Number | None = None
    points_to: Number | None = Field(None, description="points below this")
    scored_from: Moment | None = None
    scored_to: Moment | None = Field(None, description="scored before this")
    id_prefix: str | None = Field(
        None, pattern=r"^[1-9]\d{0,18}$", description="the first digits of the id"
    )
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=400, description="`next_cursor` of the last page")

    def filters(self) -> Filters:
        """The filters of the store."""
        return Filters(
            decision=self.decision,
            model_version=self.model_version,
            points_from=self.points_from,
            points_to=self.points_to,
            scored_from=self.scored_from,
            scored_to=self.scored_to,
            id_prefix=self.id_prefix,
        )


def cursor_of(text: str | None) -> Cursor | None:
    """The cursor in a request.

    Raises:
        ProblemError: it is not one that this service made.
    """
    if text is None:
        return None
    try:
        return Cursor.decode(text)
    except InvalidCursorError as error:
        wrong = FieldError(field="cursor", message=str(error))
        raise ProblemError(Kind.INVALID, "The cursor is not valid.", errors=[wrong]) from error
