"""A page for what went wrong: what it was, and what helps."""

from http import HTTPStatus

from fastapi import Request, Response

from query_api.pages.render import page
from query_api.problems import Kind, ProblemError

_HELP = {
    Kind.UNKNOWN_APPLICATION: (
        "Check the id, or look for it by its first digits in the list of applications.",
        "An application that was sent a moment ago may still be under way: load the page again.",
    ),
    Kind.NOT_FOUND: ("Begin at the overview, or search for an application by its id.",),
    Kind.STORE_AWAY: ("The database is away or busy. Load the page again in a few seconds.",),
    Kind.KAFKA_AWAY: (
        "The application was not taken. Nothing is lost: send it again when Kafka is back.",
        "What is stored already can still be looked up.",
    ),
    Kind.INVALID: ("Change what is named above and try again.",),
}


def error_page(request: Request, problem: ProblemError) -> Response:
    """The problem as a page with the problem's status."""
    response = page(
        request,
        "error.html",
        status=HTTPStatus(problem.kind.status),
        problem=problem.problem,
        helps=_HELP.get(problem.kind, ("Try again; if it stays, ask those who run the service.",)),
        can_search=problem.kind in {Kind.UNKNOWN_APPLICATION, Kind.NOT_FOUND},
    )
    response.headers.update(problem.headers)
    return response
