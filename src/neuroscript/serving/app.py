"""The service: its addresses, and what they lead to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import neuroscript
from neuroscript.extras import needs
from neuroscript.serving.limits import Limits

if TYPE_CHECKING:
    from fastapi import FastAPI

    from neuroscript.training import Runner

WHAT = "serving a model"


def make_app(runner: Runner, limits: Limits | None = None) -> FastAPI:
    """An ASGI application that answers with a run's model.

    Raises ExtraMissingError without FastAPI.
    """
    fastapi: Any = needs("fastapi", extra="serve", what=WHAT)
    from neuroscript.serving.service import Service, failed, refused

    service = Service(runner, limits or Limits())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        service.batching.start()
        yield
        await service.batching.stop()

    app: FastAPI = fastapi.FastAPI(
        title=service.name,
        version=neuroscript.__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.add_api_route(
        "/predict", service.predict, methods=["POST"], openapi_extra=service.body(),
        responses=service.answers(), response_model=None, summary="Answer rows",
    )  # fmt: skip
    app.add_api_route("/health", service.health, response_model=None, summary="Whether it answers")
    app.add_api_route("/", service.page, include_in_schema=False, response_model=None)
    app.state.batching = service.batching
    app.add_exception_handler(Exception, failed)
    app.add_exception_handler(fastapi.exceptions.StarletteHTTPException, refused)
    return app
