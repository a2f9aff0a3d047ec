"""Fetching when it fails: a server in trouble, a cut connection, data that change under way, a way out of the house."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from salience.sources.fetch.connection import FetchError
from salience.sources.fetch.ged_file import write_ged_file
from salience.sources.fetch.ucdp_api import Fetched, GedQuery
from ucdp_server import EVENTS, TOKEN, Handler, UcdpServer, events_of, ids, once, serving

pytest.importorskip("httpx", reason="needs the extra 'fetch'")
pytest.importorskip("stamina", reason="needs the extra 'fetch'")


def test_a_429_is_waited_out_as_long_as_it_asks(
    server: UcdpServer, fetch: Callable[..., Fetched], waits: list[float]
) -> None:
    server.trouble = once(lambda handler: handler.reply(429, "slow down", {"Retry-After": "17"}), at=2)
    assert len(fetch().events) == EVENTS
    assert waits == [17.0]
    assert server.pages == [0, 1, 2, 2, 3]


def test_a_retry_after_that_is_a_time_is_waited_for(
    server: UcdpServer, fetch: Callable[..., Fetched], waits: list[float]
) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    server.trouble = once(lambda handler: handler.reply(503, "", {"Retry-After": until}), at=0)
    assert len(fetch().events) == EVENTS
    assert len(waits) == 1 and 40 < waits[0] <= 60


def test_whoever_is_asked_to_wait_for_an_hour_is_told_so(
    server: UcdpServer, fetch: Callable[..., Fetched], waits: list[float]
) -> None:
    server.trouble = lambda handler, request, page: (
        handler.reply(429, "", {"Retry-After": "3600"}) if page == 1 else None
    )
    with pytest.raises(FetchError, match=r"asks to wait 60 minutes.*run the same again to go on"):
        fetch()
    assert waits == []


def test_a_failing_server_is_asked_again_after_growing_waits(
    server: UcdpServer, fetch: Callable[..., Fetched], waits: list[float]
) -> None:
    server.trouble = lambda handler, request, page: handler.reply(500, "oops") if request < 3 else None
    assert len(fetch().events) == EVENTS
    # One second, doubled each time, with up to half a second of chance.
    assert all(base <= wait <= base + 0.5 for base, wait in zip((1, 2, 4), waits, strict=True))


def test_a_server_that_goes_on_failing_is_an_error_that_says_so(
    server: UcdpServer, fetch: Callable[..., Fetched]
) -> None:
    server.trouble = lambda handler, request, page: handler.reply(500, f"<h1>Oops {TOKEN}</h1>")
    with pytest.raises(FetchError, match=r"failed 5 times \(status 500\).*Oops \[token\]"):
        fetch()
    assert len(server.pages) == 5


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_token_is_told_by_its_variable_and_asked_with_once(
    server: UcdpServer, fetch: Callable[..., Fetched], status: int
) -> None:
    server.trouble = lambda handler, request, page: handler.reply(status, f"bad token {TOKEN}")
    with pytest.raises(FetchError, match=r"access token in UCDP_ACCESS_TOKEN") as caught:
        fetch()
    assert TOKEN not in str(caught.value)
    assert len(server.pages) == 1


def test_a_release_that_is_not_there_is_not_asked_for_again(
    server: UcdpServer, fetch: Callable[..., Fetched]
) -> None:
    server.trouble = lambda handler, request, page: handler.reply(404, "")
    with pytest.raises(FetchError, match="Is the version right"):
        fetch(GedQuery((999,), date(2019, 1, 1), version="99.1"))
    assert server.pages == [0]


def test_a_400_is_a_refusal_at_first_and_one_of_pace_after_other_pages_came(
    server: UcdpServer, fetch: Callable[..., Fetched], waits: list[float]
) -> None:
    server.trouble = once(lambda handler: handler.reply(400, "no such filter"), at=0)
    with pytest.raises(FetchError, match="refuses the request"):
        fetch()
    server.trouble = once(lambda handler: handler.reply(400, ""), at=3)
    assert len(fetch().events) == EVENTS
    assert waits == [30.0]


def test_a_connection_cut_in_the_middle_of_a_body_is_asked_again(
    server: UcdpServer, fetch: Callable[..., Fetched], waits: list[float], ged: Path
) -> None:
    def cut(handler: Handler) -> bool:
        return handler.reply(200, handler.page("/api/gedevents/25.1", server.queries[1], 1), cut=900)

    server.trouble = once(cut, at=1)
    assert ids(fetch()) == [event["id"] for event in events_of(ged)]
    assert server.pages == [0, 1, 1, 2, 3] and len(waits) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<html>maintenance</html>", "is not JSON"),
        ("", "is not JSON"),
        ("[1, 2]", "is no JSON object"),
        ('{"TotalCount": "5", "TotalPages": 1, "Result": []}', "no TotalCount"),
        ('{"TotalCount": 5, "TotalPages": 1}', "no list of events"),
        ('{"TotalCount": 1, "TotalPages": 1, "Result": [{"id": 1}]}', "has no type_of_violence, side_a"),
        ('{"TotalCount": 0, "TotalPages": 2, "NextPageUrl": "x?page=0", "Result": []}', "comes after it"),
    ],
)
def test_what_is_not_the_documented_json_is_asked_again_and_never_kept(
    server: UcdpServer, fetch: Callable[..., Fetched], tmp_path: Path, body: str, said: str
) -> None:
    server.trouble = once(lambda handler: handler.reply(200, body), at=0)
    assert len(fetch().events) == EVENTS
    server.trouble = lambda handler, request, page: handler.reply(200, body)
    with pytest.raises(FetchError, match=said):
        fetch(GedQuery((999,), date(2019, 1, 2)))
    assert len(list((tmp_path / "pages").glob("[0-9a-f]*.json"))) == 4


def test_an_event_that_is_added_under_way_has_everything_fetched_anew(
    server: UcdpServer, fetch: Callable[..., Fetched]
) -> None:
    added = {**server.events[0], "id": 999_999}
    server.trouble = lambda handler, request, page: server.events.insert(0, added) if request == 2 else None
    fetched = fetch()
    assert ids(fetched) == [event["id"] for event in server.events]
    assert len(fetched.events) == EVENTS + 1
    assert server.pages == [0, 1, 2, 0, 1, 2, 3]


def test_an_event_on_two_pages_has_everything_fetched_anew(
    server: UcdpServer, fetch: Callable[..., Fetched]
) -> None:
    # The order changes and the total does not: what was last comes first, and page 2 repeats an event of page 1.
    server.trouble = lambda handler, request, page: (
        server.events.insert(0, server.events.pop()) if request == 2 else None
    )
    fetched = fetch()
    assert sorted(ids(fetched)) == sorted(event["id"] for event in server.events)
    assert server.pages == [0, 1, 2, 0, 1, 2, 3]


def test_data_that_go_on_changing_are_an_error_and_nothing_is_kept_of_them(
    server: UcdpServer, fetch: Callable[..., Fetched]
) -> None:
    def change(handler: Handler, request: int, page: int) -> None:
        server.events.insert(0, {**server.events[0], "id": 900_000 + request})

    server.trouble = change
    with pytest.raises(FetchError, match=r"changed while they were fetched, twice: page 0 counts 151 events"):
        fetch()
    server.trouble = lambda handler, request, page: None
    server.pages.clear()
    assert len(fetch().events) == len(server.events)
    assert server.pages[0] == 0


def test_another_release_in_the_reply_is_a_change(server: UcdpServer, fetch: Callable[..., Fetched]) -> None:
    def other(handler: Handler, request: int, page: int) -> bool:
        return handler.reply(200, handler.page("/api/gedevents/26.1", server.queries[-1], page))

    server.trouble = other
    with pytest.raises(FetchError, match=r"page 0 leads on to release 26\.1"):
        fetch()


def test_events_that_are_counted_and_not_given_twice_alike_are_told_of(
    server: UcdpServer, fetch: Callable[..., Fetched], tmp_path: Path
) -> None:
    server.uncounted = 3
    fetched = fetch()
    assert server.pages == [0, 1, 2, 3, 0, 1, 2, 3]
    assert len(fetched.events) == EVENTS and fetched.counted == EVENTS + 3
    assert fetched.notes[0].startswith("the API counts 153 events and gave 150, the same when asked twice")
    note = json.loads(write_ged_file(fetched, tmp_path / "ged.csv").note.read_text(encoding="utf-8"))
    assert note["counted_by_the_api"] == 153 and note["notes"] == list(fetched.notes)
    assert fetch().asked == 0  # what was asked twice is not asked a third time


def test_events_that_go_missing_once_are_fetched_anew(
    server: UcdpServer, fetch: Callable[..., Fetched]
) -> None:
    def lose(handler: Handler, request: int, page: int) -> bool | None:
        if request != 1:
            return None
        told = json.loads(handler.page("/api/gedevents/25.1", server.queries[1], 1))
        return handler.reply(200, json.dumps({**told, "Result": told["Result"][:-5]}))

    server.trouble = lose
    fetched = fetch()
    assert (len(fetched.events), fetched.notes) == (EVENTS, ())


def test_a_redirect_to_another_server_is_refused_and_the_token_does_not_go_there(
    server: UcdpServer, fetch: Callable[..., Fetched]
) -> None:
    with serving([]) as elsewhere:
        goes = {"Location": f"{elsewhere.address}/gedevents/25.1?page=0&pagesize=10"}
        server.trouble = lambda handler, request, page: handler.reply(302, "", goes)
        with pytest.raises(FetchError, match=r"sends requests on to 127\.0\.0\.1"):
            fetch()
        assert elsewhere.pages == []


def test_a_redirect_on_the_same_server_is_followed_and_a_circle_is_left(
    server: UcdpServer, fetch: Callable[..., Fetched]
) -> None:
    def onward(handler: Handler, request: int, page: int) -> bool | None:
        if handler.path.startswith("/api/GEDEvents"):
            return None
        there = handler.path.replace("gedevents", "GEDEvents")
        return handler.reply(301, "", {"Location": there})

    server.trouble = onward
    assert len(fetch().events) == EVENTS
    server.trouble = lambda handler, request, page: handler.reply(302, "", {"Location": handler.path})
    with pytest.raises(FetchError, match="round in circles"):
        fetch(GedQuery((999,), date(2019, 1, 2)))


def test_a_server_that_is_not_there_is_told_of(
    monkeypatch: pytest.MonkeyPatch, fetch: Callable[..., Fetched], waits: list[float]
) -> None:
    with serving([]) as gone:
        address = gone.address
    monkeypatch.setenv("SALIENCE_UCDP_ADDRESS", address)
    with pytest.raises(FetchError, match=r"cannot be reached.*Is this machine online"):
        fetch()
    assert len(waits) == 4
