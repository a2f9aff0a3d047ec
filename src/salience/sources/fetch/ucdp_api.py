"""The UCDP API: events of the Georeferenced Event Dataset, a page at a time, all of one state or none.

Documented at https://ucdp.uu.se/apidocs/: `gedevents/VERSION?pagesize=&page=&Country=&StartDate=&EndDate=` gives JSON
with TotalCount, TotalPages, PreviousPageUrl, NextPageUrl and Result; pages count from 0; Country takes Gleditsch-Ward
numbers; the token goes in the header `x-ucdp-access-token`; 5,000 requests a day.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeGuard
from urllib.parse import parse_qs, urlencode, urlsplit

from salience.sources.fetch.connection import Connection, FetchError, MalformedReplyError
from salience.sources.fetch.kept_pages import KeptPages

ADDRESS = "https://ucdpapi.pcr.uu.se/api"
ADDRESS_VARIABLE, TOKEN_VARIABLE = "SALIENCE_UCDP_ADDRESS", "UCDP_ACCESS_TOKEN"
VERSION = "25.1"
PAGE_SIZE = 1000  # the largest that the API gives
FIRST_PAGE = 0
RELEASE = r"\d{2}(\.\d{1,2}){1,3}"
NEEDED = ("id", "type_of_violence", "side_a", "side_b", "date_start", "best")

Progress = Callable[[str, float], None]
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class GedQuery:
    """Which events are asked for.

    Parameters
    ----------
    countries : tuple of int
        Gleditsch-Ward numbers: Afghanistan is 700.
    since : date
        First day.
    until : date, optional
        Last day.
    version : str
        Release: "25.1", or a candidate release such as "25.0.6".
    page_size : int
        Events a page.

    Raises
    ------
    FetchError
        A value that cannot be.
    """

    countries: tuple[int, ...]
    since: date
    until: date | None = None
    version: str = VERSION
    page_size: int = PAGE_SIZE

    def __post_init__(self) -> None:
        if not self.countries or any(not 1 < number < 1000 for number in self.countries):
            raise FetchError(
                "a country is given as its Gleditsch-Ward number, between 2 and 999: Afghanistan is 700, Syria 652"
            )
        if self.until is not None and self.until < self.since:
            raise FetchError(f"the last day, {self.until}, is before the first, {self.since}")
        if not re.fullmatch(RELEASE, self.version):
            raise FetchError(f"'{self.version}' is no release of GED; expected is one such as 25.1 or 25.0.6")
        if not 1 <= self.page_size <= PAGE_SIZE:
            raise FetchError(f"a page holds between 1 and {PAGE_SIZE:,} events")

    def to_dict(self) -> dict[str, Any]:
        """Return the query in the API's own words."""
        told = {
            "resource": "gedevents",
            "version": self.version,
            "Country": ",".join(str(number) for number in self.countries),
            "StartDate": self.since.isoformat(),
        }
        return told | ({"EndDate": self.until.isoformat()} if self.until else {})

    def url(self, address: str, page: int) -> str:
        """Return the address of one page."""
        told = self.to_dict()
        path = f"{address.rstrip('/')}/{told.pop('resource')}/{told.pop('version')}"
        return f"{path}?{urlencode({'pagesize': self.page_size, 'page': page, **told}, safe=',')}"


@dataclass(frozen=True, slots=True)
class Fetched:
    """Events that came, all of one state of the dataset.

    Attributes
    ----------
    query : GedQuery
    address : str
        Base address of the server.
    events : tuple of dict
        As the API gives them, decimal numbers as they are written.
    counted : int
        How many the API counts; more than `events` where it counts some that it does not give.
    pages : tuple of dict
        Number, SHA-256 and time of each page.
    asked : int
        Requests that were sent now; 0 when all pages were kept from before.
    notes : tuple of str
        What a person should know.
    """

    query: GedQuery
    address: str
    events: tuple[Event, ...]
    counted: int
    pages: tuple[dict[str, object], ...]
    asked: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    counted: int
    pages: int
    after: int | None
    version: str | None
    events: tuple[Event, ...]


class _ChangedError(Exception):
    """Pages that do not belong to one state of the dataset; `digest` names what they came to, where it is whole."""

    def __init__(self, why: str, digest: str = "") -> None:
        self.digest = digest
        super().__init__(why)


def connect(told: Callable[[str], None] = lambda sentence: None) -> Connection:
    """Connect to the UCDP API, or to the mirror that SALIENCE_UCDP_ADDRESS names.

    Raises
    ------
    FetchError
        There is no token, or the mirror's address is none.
    """
    address = os.environ.get(ADDRESS_VARIABLE, "").strip() or ADDRESS
    return Connection(address, TOKEN_VARIABLE, needs_token=address == ADDRESS, told=told)


def fetch_events(query: GedQuery, connection: Connection, kept: KeptPages, progress: Progress) -> Fetched:
    """Fetch all events of a query; pages that were kept are not asked for again.

    When the pages contradict each other (another total, an event twice, events missing), all are asked for once more.

    Raises
    ------
    FetchError
        The server does not give them, gives nothing, or changes while it is asked.
    """
    reasons = []
    for _ in range(2):
        try:
            return _read_all(query, connection, kept, progress)
        except _ChangedError as error:
            reasons.append(str(error))
            kept.start_over(error.digest)
            progress("the data changed under way; starting over", 0.0)
    kept.start_over()
    raise FetchError(
        f"the data changed while they were fetched, twice: {reasons[0]}; then {reasons[1]}. Pages of different states "
        "would make a record of none, so nothing was written. Run the same again later."
    )


def _read_all(query: GedQuery, connection: Connection, kept: KeptPages, progress: Progress) -> Fetched:
    number: int | None = FIRST_PAGE
    pages: list[_Page] = []
    numbers: list[int] = []
    seen: dict[str, int] = {}
    while number is not None and (not pages or len(pages) < pages[0].pages):
        page = _read_page(query, number, connection, kept, bool(pages))
        pages.append(page)
        numbers.append(number)
        _require_same(pages[0], page, query, number)
        _require_new(seen, page, number)
        progress(
            f"page {len(pages):,} of {page.pages:,}: {len(seen):,} events", len(pages) / max(page.pages, 1)
        )
        number = page.after
    counted, events = pages[0].counted, tuple(event for page in pages for event in page.events)
    if not events:
        raise FetchError(_nothing(query, counted))
    notes = _strangers(query, events)
    if len(events) != counted:
        notes = (_shortfall(kept, counted, seen), *notes)
    listed = tuple({"page": n, **kept.pages[n]} for n in numbers)
    return Fetched(query, connection.address, events, counted, listed, connection.asked, notes)


def _read_page(query: GedQuery, number: int, connection: Connection, kept: KeptPages, later: bool) -> _Page:
    body = kept.find(number)
    if body is not None:
        with suppress(MalformedReplyError):
            return _take_page(body, number)

    def take(body: bytes) -> tuple[bytes, _Page]:
        return body, _take_page(body, number)

    body, page = connection.read(query.url(connection.address, number), take, answered_before=later)
    kept.keep(number, body)
    return page


def _take_page(body: bytes, number: int) -> _Page:
    """Read a page's JSON, or raise MalformedReplyError saying what is wrong with it."""
    try:
        # Decimal numbers stay as they are written: a coordinate must not change on its way into a file.
        told = json.loads(body, parse_float=str)
    except (ValueError, RecursionError) as error:
        head = body[:60].decode("utf-8", "replace")
        raise MalformedReplyError(f"page {number} is not JSON, or cut short (it begins {head!r})") from error
    if not isinstance(told, dict):
        raise MalformedReplyError(f"page {number} is no JSON object")
    counted, pages, events = (told.get(name) for name in ("TotalCount", "TotalPages", "Result"))
    if not _is_count(counted) or not _is_count(pages):
        raise MalformedReplyError(f"page {number} has no TotalCount or no TotalPages")
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise MalformedReplyError(f"page {number} has no list of events as Result")
    for event in events:
        if absent := [name for name in NEEDED if name not in event]:
            raise MalformedReplyError(f"an event of page {number} has no {', '.join(absent)}")
    return _Page(counted, pages, *_next_page(told.get("NextPageUrl"), number), tuple(events))


def _is_count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _next_page(url: Any, number: int) -> tuple[int | None, str | None]:
    """Return the number and the release of the page that follows.

    Only these are taken from NextPageUrl: where requests go is not for a reply to say.
    """
    if url in (None, ""):
        return None, None
    parts = urlsplit(str(url))
    given = {name.casefold(): values for name, values in parse_qs(parts.query).items()}.get("page", [""])[0]
    if not given.isdecimal() or int(given) <= number:
        raise MalformedReplyError(f"page {number} names no page that comes after it")
    release = parts.path.rstrip("/").rsplit("/", 1)[-1]
    return int(given), release if re.fullmatch(RELEASE, release) else None


def _require_same(first: _Page, page: _Page, query: GedQuery, number: int) -> None:
    if (page.counted, page.pages) != (first.counted, first.pages):
        raise _ChangedError(
            f"page {FIRST_PAGE} counts {first.counted:,} events and page {number} {page.counted:,}"
        )
    if page.version is not None and page.version != query.version:
        raise _ChangedError(f"page {number} leads on to release {page.version}")


def _require_new(seen: dict[str, int], page: _Page, number: int) -> None:
    for event in page.events:
        name = str(event["id"])
        if name in seen:
            raise _ChangedError(f"event {name} is on page {seen[name]} and again on page {number}")
        seen[name] = number


def _shortfall(kept: KeptPages, counted: int, seen: dict[str, int]) -> str:
    """Say that events are counted and not given, if that was so twice alike; else it is a change under way.

    The API is reported to count events of kinds that it does not publish.
    """
    found = hashlib.sha256("\n".join([str(counted), *sorted(seen)]).encode()).hexdigest()
    if len(seen) > counted or kept.earlier != found:
        raise _ChangedError(f"{counted:,} events are counted and {len(seen):,} came", found)
    return (
        f"the API counts {counted:,} events and gave {len(seen):,}, the same when asked twice. It does not say what "
        f"the other {counted - len(seen):,} are; compare with the GED file on https://ucdp.uu.se/downloads/"
    )


def _strangers(query: GedQuery, events: tuple[Event, ...]) -> tuple[str, ...]:
    """Say which events are not what was asked for; they are kept, as the API gives them."""
    notes = []
    asked = {str(number) for number in query.countries}
    elsewhere = [e for e in events if str(e.get("country_id", "")) not in asked | {"", "None"}]
    if elsewhere:
        names = sorted({str(e.get("country")) for e in elsewhere})
        notes.append(
            f"{len(elsewhere):,} of {len(events):,} events lie in countries that were not asked for: "
            f"{', '.join(names[:5])}"
        )
    before = sum(str(e["date_start"])[:10] < query.since.isoformat() for e in events)
    if before:
        notes.append(f"{before:,} of {len(events):,} events began before {query.since}")
    return tuple(notes)


def _nothing(query: GedQuery, counted: int) -> str:
    until = f" to {query.until}" if query.until else ""
    numbers = " or ".join(str(number) for number in query.countries)
    return (
        f"the API gives no events of country {numbers} from {query.since}{until} in release {query.version} (it counts "
        f"{counted:,}); nothing was written. Is the number Gleditsch and Ward's? And does the release reach to these "
        f"days? Release 25.1 ends with 2024"
    )
