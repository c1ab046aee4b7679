"""The filters of the list as its form sends them: what is left empty filters nothing."""

import datetime as dt
from typing import Annotated, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from contracts.events import Decision
from query_api.store.filters import Filters

Empty = Literal[""]
Number = Annotated[float, Field(allow_inf_nan=False)]


class ListQuery(BaseModel):
    """The query of the list's address; days are in UTC, both included."""

    model_config = ConfigDict(frozen=True)

    id_prefix: str = Field("", pattern=r"^([1-9]\d{0,18})?$")
    decision: Decision | Empty = ""
    model_version: str = Field("", max_length=200, pattern=r"^[^\x00]*$")
    points_from: Number | Empty = ""
    points_to: Number | Empty = ""
    day_from: dt.date | Empty = ""
    day_to: dt.date | Empty = ""
    cursor: str = Field("", max_length=400)

    @property
    def any_given(self) -> bool:
        """Whether the list is narrowed at all."""
        return self.filters() != Filters()

    def filters(self) -> Filters:
        """The filters of the store."""
        day_to = self.day_to or None
        return Filters(
            decision=self.decision or None,
            model_version=self.model_version or None,
            points_from=None if self.points_from == "" else self.points_from,
            points_to=None if self.points_to == "" else self.points_to,
            scored_from=_midnight(self.day_from or None),
            scored_to=_midnight(day_to + dt.timedelta(days=1) if day_to else None),
            id_prefix=self.id_prefix or None,
        )

    def query(self, cursor: str | None) -> str:
        """The query of another page of the same list."""
        given = {name: value for name, value in self.model_dump(mode="json").items() if value != ""}
        return urlencode(given | {"cursor": cursor or ""})


def _midnight(day: dt.date | None) -> dt.datetime | None:
    return dt.datetime.combine(day, dt.time(), dt.UTC) if day else None
