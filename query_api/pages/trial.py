"""The test page: a form with an example applicant that goes through the whole stream."""

import json
import random
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from query_api.dependencies import Held
from query_api.example import APPLICATION
from query_api.pages import form, form_fields
from query_api.pages.render import page
from query_api.problems import Kind, ProblemError
from query_api.resources import Resources
from query_api.submission import submission

router = APIRouter(include_in_schema=False)

_WAIT_SECONDS = 3.0
_IDS = (900_000_000, 999_999_999)  # far from those of the data set


@router.get("/try")
def show_form(request: Request) -> Response:
    """The form, filled with the example under a new id."""
    example = APPLICATION | {"SK_ID_CURR": random.randint(*_IDS)}
    return _form(request, form.shown_values(example), json.dumps(example, indent=2))


@router.post("/try")
async def send_form(request: Request, held: Held) -> Response:
    """Send what was typed in; on a mistake the form comes back with what is wrong."""
    typed = await _typed(request)
    text = json.dumps(APPLICATION, indent=2)
    try:
        return await _send(held, form.application_json(typed), typed)
    except form.FormError as error:
        return _form(request, typed, text, error.errors)
    except ProblemError as error:
        if error.kind is not Kind.INVALID:
            raise
        return _form(request, typed, text, _by_field(error))


@router.post("/try/json")
async def send_json(request: Request, held: Held) -> Response:
    """Send an application that was written as JSON."""
    typed = await _typed(request)
    text = typed.get("application", "")
    try:
        return await _send(held, text.encode(), typed)
    except ProblemError as error:
        if error.kind not in {Kind.INVALID, Kind.BAD_BODY}:
            raise
        return _form(request, form.shown_values(APPLICATION), text, {"JSON": str(error)})


async def _typed(request: Request) -> dict[str, str]:
    """The fields of a form that one of our own pages sent.

    Raises:
        ProblemError: it comes from another site.
    """
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "none")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if foreign or site not in {"none", "same-origin"}:
        raise ProblemError(Kind.CROSS_SITE, "Forms are taken from the pages of this service only.")
    async with request.form() as sent:
        return {name: value for name, value in sent.items() if isinstance(value, str)}


async def _send(held: Resources, body: bytes, typed: Mapping[str, str]) -> Response:
    """Into the stream, and on to the page that shows the score; a form sent twice is scored once.

    Raises:
        ProblemError: the application is refused, or Kafka is away.
    """
    sent = submission(body, held.clock(), typed.get("token") or None)
    await held.publish(sent)
    await held.score_came(sent.score_id, _WAIT_SECONDS)
    moment = int(held.clock().timestamp())
    address = f"/applications/{sent.application_id}?score_id={sent.score_id}&sent={moment}"
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


def _by_field(error: ProblemError) -> dict[str, str]:
    wrong = {one.field: one.message for one in error.problem.errors}
    return wrong or {"SK_ID_CURR": error.problem.detail}


def _form(
    request: Request, values: Mapping[str, str], text: str, errors: Mapping[str, Any] | None = None
) -> Response:
    return page(
        request,
        "try.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        sections=form_fields.SECTIONS,
        id_field=form_fields.ID_FIELD,
        words=form_fields.WORDS,
        values=values,
        text=text,
        errors=errors or {},
        token=uuid.uuid4().hex,
    )
