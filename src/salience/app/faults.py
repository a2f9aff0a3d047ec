"""What goes wrong: a page in plain words with a number; in the log that number, and nothing of the record."""

from __future__ import annotations

import logging
import secrets
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, cast

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from salience.app import show
from salience.errors import SalienceError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger("salience.app")
PACKAGE = Path(__file__).parents[1]


def install(app: FastAPI) -> None:
    """Let every refusal be a page."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(SalienceError, _explained)


class Faults:
    """Turn what no page expected into a page with a number, and one line of the log.

    Parameters
    ----------
    app : ASGIApp
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            number = note_fault(error)
            if not begun:
                await _say_fault(Request(scope, receive), number)(scope, receive, send)


class AccessLog:
    """One line a request: method, the route's pattern, status, milliseconds. No address, no query, no name.

    Parameters
    ----------
    app : ASGIApp
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and say so."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            pattern = getattr(scope.get("route"), "path", "(no page)")
            took = (time.perf_counter() - began) * 1000
            LOG.info("%s %s %d %.0f ms", scope["method"], pattern, status, took)


def note_fault(error: Exception) -> str:
    """Write a fault to the log by its kind and place alone; return the number that the person is shown."""
    number = secrets.token_hex(3)
    LOG.error("fault %s: %s at %s", number, type(error).__name__, _place(error))
    return number


async def _refused(request: Request, error: Exception) -> Response:
    refused = cast(HTTPException, error)
    reasons = {404: "missing", 405: "method", 413: "size"}
    reason = refused.detail if refused.detail in ("form_token",) else reasons.get(refused.status_code)
    if reason == "size":
        return show.problem(request, 413, "size", most="this page takes")
    if reason:
        return show.problem(request, refused.status_code, reason)
    return show.say(request, refused.status_code, str(refused.detail))


async def _not_valid(request: Request, error: Exception) -> Response:
    """Say which value is wrong and why; what was given is not repeated."""
    faults = cast(RequestValidationError, error).errors()
    said = "; ".join(
        f"{'.'.join(str(part) for part in fault['loc'][1:]) or 'form'}: {fault['msg'].lower()}"
        for fault in faults
    )
    return show.problem(request, 422, "value", said=said)


async def _explained(request: Request, error: Exception) -> Response:
    return show.say(request, 400, str(error))


def _say_fault(request: Request, number: str) -> Response:
    try:
        return show.problem(request, 500, "fault", number)
    except Exception as error:
        # Whatever fails in making the page of a fault: a line without a page is better than a traceback.
        note_fault(error)
        return PlainTextResponse(show.phrase("problem.fault"), status_code=500)


def _place(error: Exception) -> str:
    """Return where in our own code it happened; a traceback would hold values."""
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_relative_to(PACKAGE)
    ]
    if not frames:
        return "outside the program"
    return f"{Path(frames[-1].filename).relative_to(PACKAGE)}:{frames[-1].lineno}"
