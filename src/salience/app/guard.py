"""The guard at the door: host, token, session, origin, size and headers of every request, before any page sees it."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from salience.app import show, static_files
from salience.app.hosts import allowed_names, is_allowed

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from salience.app.desk import Desk
    from salience.app.sessions import Session

SAFE_METHODS = ("GET", "HEAD")
LARGEST_FORM, LARGEST_UPLOAD = 1 << 20, 64 << 20
UPLOADS = ("/files",)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": browsers then send "Origin: null" with our own forms, and the origin could not be checked.
    # No address is sent to any other site by either.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}


class Guard:
    """Let in what may come in, and put the safety headers on all that goes out.

    Parameters
    ----------
    app : ASGIApp
        What it guards.
    desk : Desk
        Its secrets, its host, and whether anything may be changed.
    """

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self.app, self.desk = app, desk
        self.names = allowed_names(desk.host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            scope.setdefault("state", {})["desk"] = self.desk
            request = Request(scope, receive)
            sending = _with_headers(send)
            refusal = self._refuse(request)
            if refusal is not None:
                await refusal(scope, receive, sending)
            else:
                await self.app(scope, _limited(request, receive), sending)
        else:
            await send({"type": "websocket.close", "code": 1000})

    def _refuse(self, request: Request) -> Response | None:
        """Return why a request goes no further, as a page; None when it may."""
        if not is_allowed(request.headers.get("host", ""), self.names):
            return show.problem(request, 400, "host")
        if static_files.is_open(request.url.path) and request.method in SAFE_METHODS:
            return None
        token = request.query_params.get("token")
        if token and request.method in SAFE_METHODS and self.desk.sessions.admits(token):
            return self._enter(request)
        session = self.desk.sessions.find(request.cookies.get(self.desk.sessions.cookie))
        request.state.session = session
        at_login = self.desk.password is not None and request.url.path == "/login"
        if session is None and not at_login:
            return show.ask_to_enter(request)
        return None if request.method in SAFE_METHODS else self._refuse_change(request, session)

    def _refuse_change(self, request: Request, session: Session | None) -> Response | None:
        """Refuse what another site sends, what changes a case that is only shown, and what is too large."""
        if request.method != "POST":
            return show.problem(request, 405, "method")
        if not _same_origin(request):
            return show.problem(request, 403, "origin")
        if session is not None and self.desk.read_only and request.url.path != "/login":
            return show.problem(request, 403, "read_only")
        length = request.headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            return show.problem(request, 400, "length")
        if int(length) > largest_body(request.url.path):
            return show.problem(request, 413, "size", most=_megabytes(largest_body(request.url.path)))
        return None

    def _enter(self, request: Request) -> Response:
        """Change the token for a cookie, and the address for one without it."""
        query = urlencode([(k, v) for k, v in request.query_params.multi_items() if k != "token"])
        address = request.url.path + (f"?{query}" if query else "")
        # "//host" would be an address of another site.
        address = "/" + address.lstrip("/\\")
        response: Response
        if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            # Strict cookies do not go along a redirect that another page began; a page of our own begins anew.
            response = show.render(request, "enter.html.j2", address=address)
        else:
            response = RedirectResponse(address, status_code=303)
        return start_session(self.desk, response)


def start_session(desk: Desk, response: Response) -> Response:
    """Give the browser that gets this response a session."""
    response.set_cookie(
        desk.sessions.cookie, desk.sessions.start(), httponly=True, samesite="strict", path="/"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def largest_body(path: str) -> int:
    """Return how many bytes a form sent to this page may have."""
    return LARGEST_UPLOAD if path in UPLOADS else LARGEST_FORM


async def check_form(request: Request) -> None:
    """Refuse a form or a call that does not carry this session's form token.

    Raises
    ------
    HTTPException
        403.
    """
    if request.method in SAFE_METHODS or request.url.path == "/login":
        return
    given: object = request.headers.get("x-form-token")
    if given is None:
        given = (await request.form()).get("form_token")
    session: Session = request.state.session
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), session.form_token.encode()):
        raise HTTPException(403, "form_token")


def _same_origin(request: Request) -> bool:
    origin = request.headers.get("origin")
    if origin is None:
        # Programs send neither; browsers always say where a form comes from.
        return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc == request.headers.get("host", "")


def _limited(request: Request, receive: Receive) -> Receive:
    """Count what arrives, and stop at the limit however long the sender says its body is."""
    most, seen = largest_body(request.url.path), 0

    async def counting() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise HTTPException(413, "size")
        return message

    return counting


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending


def _megabytes(size: int) -> str:
    return f"{size >> 20} MB"
