"""Fetching from the UCDP API, against a server on this machine: what comes, what fails, what is kept or told."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from salience.record.store import Record
from salience.sources.load import import_file
from salience.worlds import write_ged
from salience.worlds.ged import GED_COLUMNS
from ucdp_server import TOKEN, Handler, UcdpServer, events_of, serving

pytest.importorskip("httpx", reason="needs the extra 'fetch'")
pytest.importorskip("stamina", reason="needs the extra 'fetch'")

from salience.sources.fetch.connection import Connection, FetchError
from salience.sources.fetch.ged_file import file_name, write_ged_file
from salience.sources.fetch.kept_pages import KeptPages, user_cache
from salience.sources.fetch.ucdp_api import Fetched, GedQuery, connect, fetch_events

EVENTS = 150  # on pages of 40: four pages, the last of 30
QUERY = GedQuery((999,), date(2019, 1, 1))


@pytest.fixture(scope="module")
def ged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ged") / "ged.csv"
    write_ged(path, EVENTS, seed=5)
    return path


@pytest.fixture
def server(ged: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[UcdpServer]:
    monkeypatch.setenv("UCDP_ACCESS_TOKEN", TOKEN)
    with serving(events_of(ged)) as running:
        monkeypatch.setenv("SALIENCE_UCDP_ADDRESS", running.address)
        yield running


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Collect how long would be waited; nothing sleeps."""
    waited: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=waited.append))
    return waited


@pytest.fixture
def fetch(tmp_path: Path) -> Callable[..., Fetched]:
    def fetch_all(
        query: GedQuery = QUERY, progress: Callable[[str, float], None] = lambda stage, share: None
    ) -> Fetched:
        with connect() as connection:
            kept = KeptPages(tmp_path / "pages", {"address": connection.address, **query.to_dict()})
            return fetch_events(query, connection, kept, progress)

    return fetch_all


def ids(fetched: Fetched) -> list[int]:
    return [event["id"] for event in fetched.events]


def rows_of(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def once(answer: Callable[[Handler], bool], at: int) -> Callable[[Handler, int, int], bool | None]:
    """Have the server answer one request, by its number, in another way."""
    return lambda handler, request, page: answer(handler) if request == at else None


def test_pages_are_asked_for_in_order_with_the_query_and_the_token_in_its_header(
    server: UcdpServer, fetch: Callable[..., Fetched]
) -> None:
    shares: list[float] = []
    fetched = fetch(
        GedQuery((999, 700), date(2019, 1, 1), date(2020, 12, 31)), lambda stage, share: shares.append(share)
    )
    assert ids(fetched) == [e["id"] for e in server.events if e["date_start"] < "2021"]
    assert server.pages == list(range(len(server.pages))) and len(server.pages) > 1
    assert set(server.paths) == {"/api/gedevents/25.1"}
    assert server.queries[0] == {
        "pagesize": "1000", "page": "0", "Country": "999,700", "StartDate": "2019-01-01", "EndDate": "2020-12-31"
    }  # fmt: skip
    assert {headers["x-ucdp-access-token"] for headers in server.headers} == {TOKEN}
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert fetched.asked == len(server.pages) and fetched.notes == ()


def test_the_file_holds_the_same_cells_as_the_ged_file_in_the_same_order(
    server: UcdpServer, fetch: Callable[..., Fetched], ged: Path, tmp_path: Path
) -> None:
    written = write_ged_file(fetch(), tmp_path / file_name(QUERY))
    assert written.file.name == "ucdp_ged_25.1_999_from_2019-01-01.csv.gz"
    with ged.open(encoding="utf-8", newline="") as stream:
        assert rows_of(written.file) == list(csv.DictReader(stream))
    assert list(rows_of(written.file)[0]) == GED_COLUMNS


def test_a_record_made_from_the_api_is_the_one_made_from_the_file(
    server: UcdpServer, fetch: Callable[..., Fetched], ged: Path, tmp_path: Path
) -> None:
    written = write_ged_file(fetch(), tmp_path / file_name(QUERY))
    told: list[dict[str, Any]] = []
    for name, file in (("api", written.file), ("file", ged)):
        with Record(tmp_path / name / "record.duckdb") as record:
            done = import_file(record, file, tmp_path / name / "raw")
            assert (done.importer, done.read, done.set_aside) == ("ucdp", EVENTS, 0)
            told.append(
                {
                    # An account's id names the file that it came from, and so does its origin; all else is the same.
                    "accounts": record.rows("SELECT * EXCLUDE (id, origin) FROM account ORDER BY ALL"),
                    "events": record.rows("SELECT * EXCLUDE (lead) FROM event ORDER BY id"),
                    "reports": record.rows("SELECT * EXCLUDE (origin) FROM report ORDER BY id"),
                    "origin": record.rows("SELECT importer, dataset, licence, citation FROM origin"),
                }
            )
    assert told[0] == told[1]
    assert told[0]["origin"][0]["licence"] == "CC BY 4.0"
    assert "Sundberg" in told[0]["origin"][0]["citation"]


def test_the_note_says_what_was_asked_and_whom_to_cite_and_its_hash_is_the_files(
    server: UcdpServer, fetch: Callable[..., Fetched], tmp_path: Path
) -> None:
    written = write_ged_file(fetch(), tmp_path / "ged.csv")
    note = json.loads(written.note.read_text(encoding="utf-8"))
    assert written.note.name == "ged.csv.about.json"
    assert note["sha256"] == hashlib.sha256(written.file.read_bytes()).hexdigest()
    assert note["query"] == {
        "resource": "gedevents", "version": "25.1", "Country": "999", "StartDate": "2019-01-01"
    }  # fmt: skip
    assert (note["version"], note["events"], note["counted_by_the_api"]) == ("25.1", EVENTS, EVENTS)
    assert note["licence"] == "CC BY 4.0" and "version 25.1" in note["citation"]
    days = sorted(event["date_start"][:10] for event in server.events)
    assert (note["first_day"], note["last_day"]) == (days[0], days[-1])
    assert [page["page"] for page in note["pages"]] == [0, 1, 2, 3]


def test_the_same_events_give_the_same_bytes(
    server: UcdpServer, fetch: Callable[..., Fetched], tmp_path: Path
) -> None:
    fetched = fetch()
    assert (
        write_ged_file(fetched, tmp_path / "a.csv.gz").sha256
        == write_ged_file(fetched, tmp_path / "b.csv.gz").sha256
    )


def test_numbers_stay_as_they_are_written_and_null_is_an_empty_cell(
    server: UcdpServer, fetch: Callable[..., Fetched], tmp_path: Path
) -> None:
    def written(handler: Handler, request: int, page: int) -> bool:
        event = {
            **server.events[0],
            "deaths_a": None,
            "geom_wkt": "POINT (1 2)",
            "where_description": 'a "b",\nc',
        }
        event |= {"latitude": 71.25, "longitude": 72.5}
        told = json.dumps({"TotalCount": 1, "TotalPages": 1, "NextPageUrl": None, "Result": [event]})
        return handler.reply(200, told.replace("71.25", "34.10").replace("72.5", "69.00000000000000001"))

    server.trouble = written
    (row,) = rows_of(write_ged_file(fetch(), tmp_path / "ged.csv.gz").file)
    assert (row["latitude"], row["longitude"]) == ("34.10", "69.00000000000000001")
    assert (row["deaths_a"], row["where_description"]) == ("", 'a "b",\nc')
    assert row["date_start"] == server.events[0]["date_start"][:10]
    assert list(row)[-1] == "geom_wkt"  # what GED's file does not have stands at the end


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


def test_an_empty_result_is_an_error_that_says_what_to_look_at(
    server: UcdpServer, fetch: Callable[..., Fetched]
) -> None:
    with pytest.raises(FetchError, match=r"no events of country 700 from 2021-08-15 in release 25\.1"):
        fetch(GedQuery((700,), date(2021, 8, 15)))
    assert server.pages == [0]


def test_events_that_were_not_asked_for_are_kept_and_told_of(
    server: UcdpServer, fetch: Callable[..., Fetched]
) -> None:
    def more(handler: Handler, request: int, page: int) -> bool:
        event = {**server.events[0], "country_id": 770, "country": "Elsewhere", "date_start": "2018-12-30"}
        told = {"TotalCount": 1, "TotalPages": 1, "NextPageUrl": "", "Result": [event]}
        return handler.reply(200, json.dumps(told))

    server.trouble = more
    notes = fetch().notes
    assert "1 of 1 events lie in countries that were not asked for: Elsewhere" in notes
    assert "1 of 1 events began before 2019-01-01" in notes


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


def test_a_fetch_that_broke_off_goes_on_with_the_missing_pages(
    server: UcdpServer, fetch: Callable[..., Fetched], ged: Path
) -> None:
    server.trouble = lambda handler, request, page: handler.reply(500, "") if page == 2 else None
    with pytest.raises(FetchError, match="Pages that came before are kept"):
        fetch()
    server.trouble = lambda handler, request, page: None
    server.pages.clear()
    assert ids(fetch()) == [event["id"] for event in events_of(ged)]
    assert server.pages == [2, 3]
    server.pages.clear()
    assert fetch().asked == 0
    assert server.pages == []


def test_a_fetch_that_a_person_stops_goes_on_too(server: UcdpServer, fetch: Callable[..., Fetched]) -> None:
    def stop(stage: str, share: float) -> None:
        if share > 0.6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(progress=stop)
    server.pages.clear()
    assert len(fetch().events) == EVENTS
    assert server.pages == [3]


def test_ctrl_c_in_the_middle_of_a_request_is_not_taken_for_a_failure_of_the_network(
    server: UcdpServer, fetch: Callable[..., Fetched], monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("httpx.Client.send", stop)
        with pytest.raises(KeyboardInterrupt):
            fetch()
    assert waits == []
    assert len(fetch().events) == EVENTS


def test_pages_of_another_state_than_those_kept_have_everything_fetched_anew(
    server: UcdpServer, fetch: Callable[..., Fetched]
) -> None:
    server.trouble = lambda handler, request, page: handler.reply(500, "") if page == 2 else None
    with pytest.raises(FetchError):
        fetch()
    server.trouble = lambda handler, request, page: None
    server.events.append({**server.events[0], "id": 999_999})
    server.pages.clear()
    assert len(fetch().events) == EVENTS + 1
    assert server.pages == [2, 0, 1, 2, 3]


def test_a_page_that_was_damaged_on_disk_is_fetched_again(
    server: UcdpServer, fetch: Callable[..., Fetched], tmp_path: Path
) -> None:
    first = fetch()
    damaged = tmp_path / "pages" / f"{first.pages[1]['sha256']}.json"
    damaged.write_bytes(damaged.read_bytes()[:-9])
    server.pages.clear()
    assert fetch().events == first.events
    assert server.pages == [1]
    next((tmp_path / "pages").glob("query-*.json")).write_text("{", encoding="utf-8")
    assert fetch().asked == 4


def test_a_folder_that_cannot_be_written_to_is_told_of(
    server: UcdpServer, fetch: Callable[..., Fetched], tmp_path: Path
) -> None:
    (tmp_path / "pages").write_text("in the way", encoding="utf-8")
    with pytest.raises(FetchError, match="pages cannot be kept"):
        fetch()


def test_a_file_that_cannot_be_written_leaves_what_was_there(
    server: UcdpServer, fetch: Callable[..., Fetched], tmp_path: Path
) -> None:
    with pytest.raises(FetchError, match="cannot be written"):
        write_ged_file(fetch(), tmp_path / "no such folder" / "ged.csv")
    (tmp_path / "ged.csv.about.json").mkdir()
    with pytest.raises(FetchError, match="cannot be written"):
        write_ged_file(fetch(), tmp_path / "ged.csv")
    assert not list(tmp_path.glob(".*.part"))


def test_a_page_that_repeats_the_token_is_not_taken(
    server: UcdpServer, fetch: Callable[..., Fetched], tmp_path: Path
) -> None:
    server.trouble = lambda handler, request, page: handler.reply(200, json.dumps({"you sent": TOKEN}))
    with pytest.raises(FetchError, match="repeats the access token of UCDP_ACCESS_TOKEN") as caught:
        fetch()
    assert TOKEN not in str(caught.value)
    assert not list((tmp_path / "pages").glob("*"))


def test_the_token_is_in_no_file_no_address_no_log(
    server: UcdpServer, fetch: Callable[..., Fetched], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.trouble = once(lambda handler: handler.reply(500, f"you sent {TOKEN}"), at=1)
    with caplog.at_level(logging.DEBUG):
        write_ged_file(fetch(), tmp_path / "ged.csv")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 7  # four pages, their list, the file, the note
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]
    assert TOKEN not in caplog.text
    assert not [query for query in server.queries if TOKEN in json.dumps(query)]
    with connect() as connection:
        assert TOKEN not in repr(connection)


def test_without_a_token_uppsala_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UCDP_ACCESS_TOKEN", raising=False)
    monkeypatch.delenv("SALIENCE_UCDP_ADDRESS", raising=False)
    with pytest.raises(FetchError, match=r"UCDP_ACCESS_TOKEN is empty.*ucdp\.uu\.se/downloads"):
        connect()


def test_a_token_with_a_line_end_in_it_is_refused_unshown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UCDP_ACCESS_TOKEN", "secret\nX-Other: 1")
    with pytest.raises(FetchError, match="UCDP_ACCESS_TOKEN holds spaces") as caught:
        connect()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://ucdpapi.pcr.uu.se/api", "can be read on the way"),
        ("ftp://127.0.0.1/", "expected is an address"),
        ("https://name:secret@mirror.example/api", "expected is an address"),
        ("https://[::1", "no web address"),
        ("https:///api", "expected is an address"),
    ],
)
def test_addresses_that_are_not_safe_are_refused(address: str, said: str) -> None:
    with pytest.raises(FetchError, match=said):
        Connection(address, "UCDP_ACCESS_TOKEN", needs_token=False)


def test_a_server_that_is_not_there_is_told_of(
    monkeypatch: pytest.MonkeyPatch, fetch: Callable[..., Fetched], waits: list[float]
) -> None:
    with serving([]) as gone:
        address = gone.address
    monkeypatch.setenv("SALIENCE_UCDP_ADDRESS", address)
    with pytest.raises(FetchError, match=r"cannot be reached.*Is this machine online"):
        fetch()
    assert len(waits) == 4


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "stamina", None)
    with pytest.raises(FetchError, match=r"pip install 'salience\[fetch\]'"):
        Connection("https://mirror.example/api", "UCDP_ACCESS_TOKEN", needs_token=False)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"countries": ()}, "Gleditsch-Ward"),
        ({"countries": (4_004,)}, "between 2 and 999"),
        ({"until": date(2018, 1, 1)}, "before the first"),
        ({"version": "25.1/../x"}, "is no release"),
        ({"page_size": 5000}, "between 1 and 1,000"),
    ],
)
def test_queries_that_cannot_be_are_refused_before_anything_is_sent(query: dict[str, Any], said: str) -> None:
    with pytest.raises(FetchError, match=said):
        GedQuery(**{"countries": (999,), "since": date(2019, 1, 1)} | query)


def test_pages_are_kept_where_the_users_programs_keep_such(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert user_cache() == tmp_path / "salience"
    monkeypatch.setattr("sys.platform", "darwin")
    assert user_cache().parts[-3:] == ("Library", "Caches", "salience")
