"""Reads the API from Python: scores, explanations, figures and drift as typed answers."""

from collections.abc import Iterator, Mapping
from typing import Self, TypeVar

import httpx

from query_api.drift_responses import DriftPage, DriftWindow
from query_api.figures_responses import Stats
from query_api.responses import Answer, Application, ApplicationPage, ApplicationSummary

AnswerT = TypeVar("AnswerT", bound=Answer)

_PAGE = 100


class ScoreReader:
    """A connection to the query service; every method is one question, or a walk over pages."""

    def __init__(self, address: str, transport: httpx.BaseTransport | None = None) -> None:
        """Connect to an address such as `http://localhost:8000`."""
        self._http = httpx.Client(base_url=f"{address}/v1", timeout=30, transport=transport)

    def stats(self) -> Stats:
        """Figures over all scores in force."""
        return self._read("/stats", Stats)

    def application(self, application_id: int) -> Application:
        """One application with its score, explanation and reasons.

        Raises:
            httpx.HTTPStatusError: it has no score.
        """
        return self._read(f"/applications/{application_id}", Application)

    def applications(self, most: int, **filters: str) -> Iterator[ApplicationSummary]:
        """At most so many applications, newest first, those that fit the filters of the API."""
        cursor: str | None = ""
        while most > 0 and cursor is not None:
            asked = {"limit": str(min(most, _PAGE)), **filters}
            page = self._read("/applications", ApplicationPage, _with_cursor(asked, cursor))
            yield from page.applications
            most, cursor = most - len(page.applications), page.next_cursor

    def drift_windows(self, most: int, **filters: str) -> Iterator[DriftWindow]:
        """At most so many closed windows of one series, newest first; see the API's filters."""
        cursor: str | None = ""
        while most > 0 and cursor is not None:
            asked = {"limit": str(min(most, _PAGE)), **filters}
            page = self._read("/drift", DriftPage, _with_cursor(asked, cursor))
            yield from page.windows
            most, cursor = most - len(page.windows), page.next_cursor

    def close(self) -> None:
        """End the connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(
        self, path: str, answer: type[AnswerT], asked: Mapping[str, str] | None = None
    ) -> AnswerT:
        response = self._http.get(path, params=asked)
        response.raise_for_status()
        return answer.model_validate_json(response.content)


def _with_cursor(asked: Mapping[str, str], cursor: str) -> Mapping[str, str]:
    return {**asked, "cursor": cursor} if cursor else asked
