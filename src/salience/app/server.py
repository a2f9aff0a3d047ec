"""The application: every page of `pages/` behind the guard."""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import HTMLResponse
from starlette.middleware.gzip import GZipMiddleware

from salience.app import faults, pages
from salience.app.desk import Desk
from salience.app.guard import Guard, check_form
from salience.version import __version__

# Every page may answer so, with a page in plain words; said here once for the OpenAPI description.
REFUSALS = {
    400: "The request cannot be read, or names another host",
    401: "Without a session",
    403: "Not with this form token, from another site, or not while reading only",
    404: "There is no such thing",
    405: "Not by this method",
    413: "Too large",
    422: "A value is not as it must be",
}


def create_app(desk: Desk) -> FastAPI:
    """Return the application on a desk.

    Parameters
    ----------
    desk : Desk
        Closed when the server stops.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(
        title="Salience",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        default_response_class=HTMLResponse,
        responses={
            status: {"description": words, "content": {"text/html": {}}} for status, words in REFUSALS.items()
        },
        dependencies=[Depends(check_form)],
    )
    app.state.desk = desk
    for router in find_routers():
        app.include_router(router)
    # Which pages there are: the bar and links between pages show only these.
    app.state.paths = frozenset(app.openapi()["paths"])
    faults.install(app)
    # The last added is the outermost: log, guard, compression, faults, pages.
    app.add_middleware(faults.Faults)
    app.add_middleware(GZipMiddleware, minimum_size=600, compresslevel=5)
    app.add_middleware(Guard, desk=desk)
    app.add_middleware(faults.AccessLog)
    return app


def find_routers() -> list[APIRouter]:
    """Return the router of every module of `pages/`, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(pages.__path__))
    modules = [import_module(f"{pages.__name__}.{name}") for name in names]
    return [module.router for module in modules if hasattr(module, "router")]
