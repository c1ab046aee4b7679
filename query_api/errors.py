"""Every error ends here: programs are answered with problem details, people with a page."""

import logging

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from query_api.pages.errors import error_page
from query_api.problems import FieldError, Kind, ProblemError
from query_api.store.database import StoreError

logger = logging.getLogger(__name__)

_FOR_PROGRAMS = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/static/")
_HANDLED = (ProblemError, StoreError, RequestValidationError, HTTPException, Exception)


def install_error_handlers(app: FastAPI) -> None:
    """Let every error of the application be answered as a problem."""
    for error_type in _HANDLED:
        app.add_exception_handler(error_type, _answer)


def _answer(request: Request, error: Exception) -> Response:
    problem = _problem_of(request, error)
    response = error_page(request, problem) if _is_for_people(request) else problem.response()
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


def _is_for_people(request: Request) -> bool:
    path = request.url.path
    for_programs = path == "/v1" or path.startswith(_FOR_PROGRAMS)
    return not for_programs and "text/html" in request.headers.get("accept", "")


def _problem_of(request: Request, error: Exception) -> ProblemError:
    match error:
        case ProblemError():
            return error
        case StoreError():
            logger.error("the store: %s", error)
            return ProblemError(Kind.STORE_AWAY, str(error))
        case RequestValidationError():
            return _invalid(error)
        case HTTPException():
            kind = Kind.of_status(error.status_code)
            return ProblemError(kind, f"{request.method} {request.url.path}: {error.detail}")
        case _:  # Starlette raises it again to the server, which logs it with its traceback
            return ProblemError(Kind.INTERNAL, "What failed is in the service's log.")


def _invalid(error: RequestValidationError) -> ProblemError:
    """The place of an error begins with where the field is: in the path, the query, a header."""
    wrong = [
        FieldError(field=str(one["loc"][1]), message=str(one["msg"])) for one in error.errors()
    ]
    told = "; ".join(f"{one.field}: {one.message}" for one in wrong)
    return ProblemError(Kind.INVALID, told, errors=wrong)
