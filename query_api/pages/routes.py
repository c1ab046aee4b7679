"""The pages of the analysts: overview, list, one application, drift."""

import datetime as dt
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.responses import RedirectResponse

from contracts.events import Decision
from query_api.dependencies import Held
from query_api.pages import case_view, distribution_view, drift_view, portfolio_view
from query_api.pages.listing import ListQuery
from query_api.pages.render import page
from query_api.problems import Kind, ProblemError
from query_api.queries import Text as QueryText
from query_api.queries import WindowRequest, cursor_of
from query_api.store.filters import Filters

router = APIRouter(include_in_schema=False)

_LATEST = 10
_PAGE = 50
_WINDOWS = 24
_LAST_SECOND = 253_402_300_799  # of the year 9999
_PATIENCE = dt.timedelta(seconds=60)

ApplicationId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Text = Annotated[str, Query(max_length=400)]


@router.get("/")
def overview(request: Request, held: Held) -> Response:
    """Search, the figures of the portfolio, the latest scores."""
    figures = held.repository.figures()
    reports = held.repository.drift_reports(1).rows
    return page(
        request,
        "overview.html",
        figures=figures,
        bins=portfolio_view.bins(figures),
        decisions=portfolio_view.decisions_bar(figures),
        latest=held.repository.list_applications(Filters(), _LATEST).rows,
        report=reports[0] if reports else None,
        now=held.clock(),
    )


@router.get("/search")
def search(id: Text = "") -> Response:  # noqa: A002 - the name in the address
    """To the application of this id; what is no id goes to the list, which tells so."""
    digits = id.strip()
    if digits.isascii() and digits.isdecimal() and 0 < int(digits) < 2**63:
        return RedirectResponse(f"/applications/{int(digits)}", HTTPStatus.SEE_OTHER)
    raise ProblemError(Kind.INVALID, f"“{digits[:60]}” is no application id: ids are numbers.")


@router.get("/applications")
def listed(request: Request, held: Held, filters: Annotated[ListQuery, Query()]) -> Response:
    """The list with its filters; empty fields of the form filter nothing."""
    found = held.repository.list_applications(filters.filters(), _PAGE, cursor_of(filters.cursor))
    return page(
        request,
        "applications.html",
        asked=filters,
        found=found,
        first_query=filters.query(None),
        next_query=filters.query(found.next_cursor),
        decisions=list(Decision),
        now=held.clock(),
    )


@router.get("/applications/{application_id}")
def application(
    request: Request,
    held: Held,
    application_id: ApplicationId,
    score_id: Annotated[QueryText | None, Query()] = None,
    sent: Annotated[int, Query(ge=0, le=_LAST_SECOND)] = 0,
) -> Response:
    """One application; a score that was asked for by its id may still be under way."""
    case = held.repository.case(application_id, score_id or "")
    score = case.score(score_id) if case else None
    now = held.clock()
    if case is not None and score is not None:
        known = portfolio_view.bins(held.repository.figures())
        return page(
            request,
            "application.html",
            case=case,
            score=score,
            event=score.event,
            bins=known,
            lower_risk_than=portfolio_view.lower_risk_than(score.event.points, known),
            rows=case_view.waterfall(score.explanation) if score.explanation else [],
            facts=case_view.key_facts(score.event),
            overdue=case_view.explanation_overdue(score.event, now),
            now=now,
        )
    if score_id is None or not sent:
        raise ProblemError(Kind.UNKNOWN_APPLICATION, f"Application {application_id} has no score.")
    waited = now - dt.datetime.fromtimestamp(sent, dt.UTC)
    return page(
        request,
        "pending.html",
        application_id=application_id,
        waited=waited,
        late=waited > _PATIENCE,
        case=case,
    )


@router.get("/drift")
def drift(request: Request, held: Held, asked: Annotated[WindowRequest, Query()]) -> Response:
    """The last windows of a series; the newest, or the one asked for, column by column."""
    series = asked.series()
    reports = held.repository.drift_reports(_WINDOWS, series=series).rows
    chosen = next((one for one in reports if one.window_id == asked.window_id), None)
    if asked.window_id and chosen is None:
        raise ProblemError(Kind.NOT_FOUND, "This window is not among the last ones.")
    report = chosen or (reports[0] if reports else None)
    return page(
        request,
        "drift.html",
        reports=reports,
        report=report,
        columns=drift_view.drift_columns(report) if report else [],
        heat=drift_view.heat_rows(reports),
        distributions=distribution_view.distributions(report) if report else [],
        slow=drift_view.slow_words(report) if report else [],
        expected=drift_view.expected(report) if report else [],
        series=drift_view.series_links(held.repository.drift_series(), series),
        series_query=drift_view.series_query(series),
        now=held.clock(),
    )
