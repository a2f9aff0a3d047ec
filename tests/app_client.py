"""A browser's stand-in for tests of the app: it came in by the token, and can send forms."""

from __future__ import annotations

import re
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

from salience.app.desk import Desk
from salience.app.server import create_app

with warnings.catch_warnings():
    # It would rather have a later httpx, which is not out for all systems; this one serves.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

HOST = "http://127.0.0.1"


def knock(desk: Desk) -> TestClient:
    """Return a client without a session; it follows no redirect and raises nothing that a page would say."""
    return TestClient(create_app(desk), base_url=HOST, follow_redirects=False, raise_server_exceptions=False)


def enter(desk: Desk) -> TestClient:
    """Return a client that has a session."""
    client = knock(desk)
    assert client.get("/", params={"token": desk.sessions.token}).status_code == 303
    return client


def form_token(desk: Desk, client: TestClient) -> str:
    """Return what a form of this client's session must carry."""
    session = desk.sessions.find(client.cookies.get(desk.sessions.cookie))
    assert session is not None
    return session.form_token


def send(desk: Desk, client: TestClient, path: str, fields: dict[str, Any], **more: Any) -> Any:
    """Send a form as the page itself would."""
    token = form_token(desk, client)
    return client.post(path, data={**fields, "form_token": token}, headers={"Origin": HOST}, **more)


def words_of(page: str) -> str:
    """Return a page's text without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def log_of(caplog: Any) -> str:
    """Return what the app itself wrote to its log; the stand-in for a browser logs the addresses it asks for."""
    return "\n".join(record.getMessage() for record in caplog.records if record.name == "salience.app")


def wait_until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Let other threads work until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        threading.Event().wait(0.01)
