"""A server on this machine that speaks the UCDP API's JSON as documented, and fails as it is told to."""

from __future__ import annotations

import csv
import json
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from salience.sources.fetch.ucdp_api import Fetched, GedQuery

EVENTS = 150  # on pages of 40: four pages, the last of 30
QUERY = GedQuery((999,), date(2019, 1, 1))
TOKEN = "tok-4711-never-to-be-shown"
NUMBERS = {
    "id", "year", "type_of_violence", "conflict_new_id", "dyad_new_id", "side_a_new_id", "side_b_new_id",
    "number_of_sources", "where_prec", "priogrid_gid", "country_id", "event_clarity", "date_prec", "deaths_a",
    "deaths_b", "deaths_civilians", "deaths_unknown", "best", "high", "low",
}  # fmt: skip
Event = dict[str, Any]


class UcdpServer(ThreadingHTTPServer):
    """The server, with what it was asked.

    Attributes
    ----------
    events : list
        What it holds; tests change it under way.
    most : int
        The largest page it gives, whatever `pagesize` asks for.
    uncounted : int
        Added to TotalCount: events that are counted and not given.
    trouble : callable
        Called with the request's number, from 0, and its page before each answer; answers itself and returns True,
        or returns None.
    pages, queries, headers : list
        Of each request, in order.
    """

    daemon_threads = True

    def __init__(self, events: list[Event], most: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.events, self.most, self.uncounted = events, most, 0
        self.trouble: Callable[[Handler, int, int], bool | None] = lambda handler, request, page: None
        self.pages: list[int] = []
        self.queries: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api"

    def handle_error(self, *_: Any) -> None:
        """A client that went away is what some tests want."""


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: UcdpServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        page, request = int(query.get("page", "0")), len(self.server.pages)
        self.server.pages.append(page)
        self.server.queries.append(query)
        self.server.paths.append(parts.path)
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        if not self.server.trouble(self, request, page):
            self.reply(200, self.page(parts.path, query, page))

    def page(self, path: str, query: dict[str, str], page: int) -> str:
        """Return a page's JSON."""
        chosen = [event for event in self.server.events if self._fits(event, query)]
        size = min(int(query["pagesize"]), self.server.most)
        total = len(chosen) + self.server.uncounted
        pages = math.ceil(total / size)
        told = {
            "TotalCount": total,
            "TotalPages": pages,
            "PreviousPageUrl": self._url(path, query, page - 1) if page else "",
            "NextPageUrl": self._url(path, query, page + 1) if page + 1 < pages else "",
            "Result": chosen[page * size : (page + 1) * size],
        }
        return json.dumps(told, ensure_ascii=False)

    def reply(
        self, status: int, body: str, headers: dict[str, str] | None = None, cut: int | None = None
    ) -> bool:
        """Send a reply; `cut` ends it after so many bytes, though its length was given as more."""
        payload = body.encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload[:cut])
        self.close_connection = True
        return True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _fits(self, event: Event, query: dict[str, str]) -> bool:
        day = str(event["date_start"])[:10]
        return (
            str(event["country_id"]) in query["Country"].split(",")
            and day >= query["StartDate"]
            and day <= query.get("EndDate", "9999")
        )

    def _url(self, path: str, query: dict[str, str], page: int) -> str:
        rest = "&".join(f"{name}={value}" for name, value in query.items() if name != "page")
        # The real server writes its own name; whoever follows it blindly leaves this machine.
        return f"http://ucdpapi.example{path}?{rest}&page={page}"


@contextmanager
def serving(events: list[Event], most: int = 40) -> Iterator[UcdpServer]:
    """Serve on loopback while the block runs."""
    server = UcdpServer(events, most)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def events_of(path: Path) -> list[Event]:
    """Return the rows of a GED CSV as the API gives them: numbers, true and false, null, days with a midnight."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [{name: _value(name, cell) for name, cell in row.items()} for row in csv.DictReader(stream)]


def _value(name: str, cell: str) -> Any:
    if cell == "":
        return None
    if name in NUMBERS:
        return int(cell)
    if name in ("latitude", "longitude"):
        return float(cell)
    if name == "active_year":
        return cell == "TRUE"
    return f"{cell}T00:00:00" if name in ("date_start", "date_end") else cell


def ids(fetched: Fetched) -> list[int]:
    return [event["id"] for event in fetched.events]


def once(answer: Callable[[Handler], bool], at: int) -> Callable[[Handler, int, int], bool | None]:
    """Have the server answer one request, by its number, in another way."""
    return lambda handler, request, page: answer(handler) if request == at else None
