"""What routes ask for: the resources and the settings of the application they run in.

They are coroutines, for FastAPI calls a plain function from a thread of its own, at every request.
"""

from typing import Annotated, cast

from fastapi import Depends, Request

from query_api.resources import Resources
from query_api.settings import QueryApiSettings


async def _resources(request: Request) -> Resources:
    return cast(Resources, request.app.state.resources)


async def _settings(request: Request) -> QueryApiSettings:
    return cast(QueryApiSettings, request.app.state.settings)


Held = Annotated[Resources, Depends(_resources)]
Configured = Annotated[QueryApiSettings, Depends(_settings)]
