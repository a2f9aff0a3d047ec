"""The way in with a password, where others can reach the server."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from salience.app import show
from salience.app.guard import start_session

router = APIRouter()


@router.get("/login")
def show_login(request: Request) -> Response:
    """Show the form, or the front page to who is in already."""
    if request.state.session is not None:
        return RedirectResponse("/", status_code=303)
    return show.ask_to_enter(request)


@router.post("/login", response_class=RedirectResponse, status_code=303)
def log_in(request: Request, password: Annotated[str, Form(max_length=1000)]) -> Response:
    """Compare the password; after five wrong ones everybody waits, a little longer each time."""
    desk = request.state.desk
    if desk.password is None:
        raise HTTPException(404)
    if wait := desk.password.wait():
        refusal = show.problem(request, 429, "wait", seconds=str(math.ceil(wait)))
        refusal.headers["Retry-After"] = str(math.ceil(wait))
        return refusal
    if not desk.password.matches(password):
        return show.ask_to_enter(request, wrong=show.phrase("door.wrong"))
    return start_session(desk, RedirectResponse("/", status_code=303))
