"""The API and the pages as one application, made by a factory; nothing is opened before it runs."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from query_api import api, health
from query_api.documents import api_document
from query_api.errors import install_error_handlers
from query_api.middleware import BodyLimit, Measured, SecurityHeaders
from query_api.pages import routes as pages
from query_api.pages import trial
from query_api.resources import Resources, open_resources
from query_api.settings import QueryApiSettings
from query_api.submission import BODY_LIMIT

OpenResources = Callable[[QueryApiSettings], AbstractContextManager[Resources]]

_STATIC = Path(__file__).parent / "pages" / "static"


class QueryApi(FastAPI):
    """FastAPI, with our own OpenAPI document."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = api_document(api.router.routes)
        return self.openapi_schema


def create_app(settings: QueryApiSettings, resources: OpenResources = open_resources) -> FastAPI:
    """The application; `resources` are opened when it starts and closed when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with resources(settings) as opened:
            app.state.resources, app.state.settings = opened, settings
            yield

    app = QueryApi(title="creditstream", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.include_router(api.router)
    app.include_router(health.router)
    app.include_router(pages.router)
    app.include_router(trial.router)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    install_error_handlers(app)
    app.add_middleware(BodyLimit, limit=BODY_LIMIT)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Measured)
    return app
