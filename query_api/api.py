"""The API, version 1: look applications up, send one in, read drift and figures."""

import asyncio
import contextlib
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from query_api.dependencies import Configured, Held
from query_api.drift_responses import DriftPage, DriftWindow, HeatColumn, HeatMap, HeatWindow
from query_api.figures_responses import Stats
from query_api.heat_map import heat_map
from query_api.metrics import SUBMISSIONS
from query_api.preferences import wait_seconds
from query_api.problems import Kind, ProblemError
from query_api.queries import DriftRequest, HeatMapRequest, ListRequest, Text, cursor_of
from query_api.resources import Resources
from query_api.responses import (
    Accepted,
    Application,
    ApplicationPage,
    ApplicationSummary,
)
from query_api.store.database import StoreError
from query_api.submission import Submission, submission

router = APIRouter(prefix="/v1")

ApplicationId = Annotated[int, Path(ge=1, le=2**63 - 1, description="`SK_ID_CURR`")]
ScoreId = Annotated[Text | None, Query(description="this score, not the one in force")]


@router.get("/applications/{application_id}", tags=["applications"], response_model=Application)
def get_application(
    held: Held, application_id: ApplicationId, score_id: ScoreId = None
) -> Response:
    """One application: its score in force with decision, explanation and reasons.

    `history` holds every score it ever had, simulations included and marked as such.
    """
    # encoded here, for FastAPI would go to a thread once more for it
    answer = find_application(held, application_id, score_id)
    return Response(answer.model_dump_json(), media_type="application/json")


def find_application(
    held: Resources, application_id: int, score_id: str | None = None
) -> Application:
    """The answer for an application.

    Raises:
        ProblemError: it has no score, or not this one.
    """
    case = held.repository.case(application_id, score_id or "")
    score = case.score(score_id) if case else None
    if case is None or score is None:
        which = f"score {score_id}" if score_id and case else "score"
        raise ProblemError(
            Kind.UNKNOWN_APPLICATION, f"Application {application_id} has no {which} yet."
        )
    return Application.of(case, score)


@router.get("/applications", tags=["applications"])
def list_applications(held: Held, asked: Annotated[ListRequest, Query()]) -> ApplicationPage:
    """Applications by their scores in force, newest first; simulations are left out.

    All filters that are given must hold. Times without an offset from UTC are taken as UTC.
    """
    page = held.repository.list_applications(asked.filters(), asked.limit, cursor_of(asked.cursor))
    return ApplicationPage(
        applications=tuple(ApplicationSummary.model_validate(row) for row in page.rows),
        next_cursor=page.next_cursor,
    )


@router.get("/drift", tags=["drift"])
def list_drift_windows(held: Held, asked: Annotated[DriftRequest, Query()]) -> DriftPage:
    """The verdicts on the closed windows of one series, newest first.

    Without filters these are the verdict windows of all applications, which alerts are made of.
    Days and weeks, and the windows of a segment, are series of their own.
    """
    page = held.repository.drift_reports(asked.limit, cursor_of(asked.cursor), asked.series())
    return DriftPage(
        windows=tuple(DriftWindow.model_validate(report) for report in page.rows),
        next_cursor=page.next_cursor,
    )


@router.get("/drift/heat-map", tags=["drift"])
def get_heat_map(held: Held, asked: Annotated[HeatMapRequest, Query()]) -> HeatMap:
    """Columns against the last windows of one series: what the drift page draws.

    A cell is the test that tells most of a column in a window: one with a verdict, else the one of
    the largest effect.
    """
    reports = held.repository.drift_reports(asked.windows, series=asked.series()).rows
    return HeatMap(
        windows=tuple(map(HeatWindow.model_validate, reversed(reports))),
        columns=tuple(map(HeatColumn.model_validate, heat_map(reports, asked.columns))),
    )


@router.get("/stats", tags=["applications"])
def get_stats(held: Held) -> Stats:
    """Figures over all scores in force: decisions, points, models, days, outcomes."""
    return Stats.of(held.repository.figures())


@router.post(
    "/applications",
    tags=["applications"],
    status_code=HTTPStatus.ACCEPTED,
    response_model=Accepted,
)
async def submit_application(
    request: Request,
    held: Held,
    configured: Configured,
    prefer: Annotated[
        str | None, Header(description="`wait=5`: answer with the score if it comes in 5 seconds")
    ] = None,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            description="the same key with the same application is scored once",
        ),
    ] = None,
) -> Response:
    """Send an application into the stream, to be scored.

    The answer is 202 when Kafka has confirmed it. With `Prefer: wait=<seconds>` it is 200 with the
    score itself, if that comes in time.
    """
    sent = _checked(request, await request.body(), held, idempotency_key)
    await held.publish(sent)
    seconds = wait_seconds(prefer)
    headers = {"Location": sent.location}
    if seconds is not None:
        waited = min(seconds, configured.wait_limit)
        headers["Preference-Applied"] = f"wait={waited:g}"
        if await held.score_came(sent.score_id, waited):
            with contextlib.suppress(StoreError):  # it is in the stream: that is what counts
                answer = await asyncio.to_thread(
                    find_application, held, sent.application_id, sent.score_id
                )
                return JSONResponse(answer.model_dump(mode="json"), HTTPStatus.OK, headers)
    accepted = Accepted(
        application_id=sent.application_id,
        event_id=sent.event_id,
        score_id=sent.score_id,
        location=sent.location,
        ignored_columns=sent.unknown_columns,
    )
    return JSONResponse(accepted.model_dump(mode="json"), HTTPStatus.ACCEPTED, headers)


def _checked(
    request: Request, body: bytes, held: Resources, idempotency_key: str | None
) -> Submission:
    """The submission of a request.

    Raises:
        ProblemError: the body is not JSON, or no application.
    """
    media_type = request.headers.get("content-type", "application/json").partition(";")[0]
    if media_type.strip().lower() != "application/json":
        raise ProblemError(
            Kind.BAD_MEDIA_TYPE, f"An application is application/json, not {media_type[:100]}."
        )
    try:
        return submission(body, held.clock(), idempotency_key)
    except ProblemError:
        SUBMISSIONS.labels("refused").inc()
        raise
