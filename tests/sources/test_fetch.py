"""Fetching from the UCDP API: what comes, what is written, what is kept, what is never told."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salience.record.store import Record
from salience.sources.fetch.connection import Connection, FetchError
from salience.sources.fetch.ged_file import file_name, write_ged_file
from salience.sources.fetch.kept_pages import user_cache
from salience.sources.fetch.ucdp_api import Fetched, GedQuery, connect
from salience.sources.load import import_file
from salience.worlds.ged import GED_COLUMNS
from ucdp_server import EVENTS, QUERY, TOKEN, Handler, UcdpServer, events_of, ids, once

pytest.importorskip("httpx", reason="needs the extra 'fetch'")
pytest.importorskip("stamina", reason="needs the extra 'fetch'")


def rows_of(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


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
