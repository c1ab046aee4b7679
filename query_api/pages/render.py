"""Templates to answers: one environment, with the words and charts that templates may use."""

import functools
from http import HTTPStatus
from pathlib import Path

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from query_api import charts
from query_api.pages import dictionary, drift_view, wording

_TEMPLATES = Path(__file__).parent / "templates"


def page(
    request: Request, template: str, *, status: HTTPStatus = HTTPStatus.OK, **shown: object
) -> Response:
    """The page that a template makes of what is to be shown; all text is escaped."""
    text = _environment().get_template(template).render(path=request.url.path, **shown)
    return HTMLResponse(text, status)


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for word in (
        wording.ago,
        wording.clock_time,
        wording.duration,
        wording.log_odds,
        wording.number,
        wording.percent,
        wording.small_share,
        wording.whole,
    ):
        environment.filters[word.__name__] = word
    environment.filters["spoken"] = lambda feature: dictionary.entry(feature).label.lower()
    environment.globals.update(
        drift_state=drift_view.state,
        entry=dictionary.entry,
        histogram=charts.histogram,
        score_scale=charts.score_scale,
    )
    return environment
