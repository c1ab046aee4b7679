"""The filters of the list as its form sends them: what is left empty filters nothing."""

import datetime as dt
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from contracts.events import Decision
from query_api.queries import Number, Text
from query_api.store.filters import Filters

T = TypeVar("T")


def _none_if_empty(text: object) -> object:
    return None if text == "" else text


OrEmpty = Annotated[T | None, BeforeValidator(_none_if_empty)]


class ListQuery(BaseModel):
    """The query of the list's address; days are in UTC, both included."""

    model_config = ConfigDict(frozen=True)

    id_prefix: OrEmpty[Annotated[str, Field(pattern=r"^[1-9]\d{0,18}$")]] = None
    decision: OrEmpty[Decision] = None
    model_version: OrEmpty[Text] = None
    points_from: OrEmpty[Number] = None
    points_to: OrEmpty[Number] = None
    day_from: OrEmpty[dt.date] = None
    day_to: OrEmpty[Annotated[dt.date, Field(lt=dt.date.max)]] = None
    cursor: OrEmpty[Annotated[str, Field(max_length=400)]] = None

    @property
    def any_given(self) -> bool:
        """Whether the list is narrowed at all."""
        return self.filters() != Filters()

    @property
    def shown(self) -> dict[str, str]:
        """What stands in the fields of the form."""
        given = self.model_dump(mode="json")
        return {name: "" if value is None else str(value) for name, value in given.items()}

    def filters(self) -> Filters:
        """The filters of the store."""
        after = self.day_to + dt.timedelta(days=1) if self.day_to else None
        return Filters(
            decision=self.decision,
            model_version=self.model_version,
            points_from=self.points_from,
            points_to=self.points_to,
            scored_from=_midnight(self.day_from),
            scored_to=_midnight(after),
            id_prefix=self.id_prefix,
        )

    def query(self, cursor: str | None) -> str:
        """The query of another page of the same list."""
        given = {name: text for name, text in self.shown.items() if text}
        return urlencode(given | {"cursor": cursor or ""})


def _midnight(day: dt.date | None) -> dt.datetime | None:
    return dt.datetime.combine(day, dt.time(), dt.UTC) if day else None
