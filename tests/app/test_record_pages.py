"""The record in the app: what is asked stands in the address, what is shown agrees with it, what leaves is harmless."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from app_client import enter, words_of
from browsable import FORMULA, SCRIPT, write_browsable
from salience.app.desk import Desk
from salience.app.looking import Asked
from salience.app.record_map import draw_map
from salience.app.timeline import draw_timelines
from salience.questions.answer import Answer, Column, Table
from salience.record.browsing.filters import Filter
from small_texts import write_texts_case


@pytest.fixture(scope="module")
def case_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a case with gaps, hostile words and contradictions."""
    return write_browsable(tmp_path_factory.mktemp("pages") / "case")


@pytest.fixture(scope="module")
def texts_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a client of a case that holds texts and no events."""
    desk = Desk(write_texts_case(tmp_path_factory.mktemp("texts") / "case"))
    yield enter(desk)
    desk.close()


class Links(HTMLParser):
    """Gathers where the links of a page lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the address of a link."""
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


def shown(page: str) -> int:
    """Return how many events a page says that it shows."""
    match = re.search(r'class="lead">([\d,]+)', page)
    assert match
    return int(match[1].replace(",", ""))


def test_every_choice_leads_to_as_many_events_as_it_says(client: Any) -> None:
    page = client.get("/record?place=North&deaths_min=1").text
    choices = re.findall(
        r'<li><a href="([^"]+)"><span class="what"><bdi>[^<]*</bdi></span> <span class="n">([\d,]+)', page
    )
    assert len(choices) > 8
    for address, count in choices:
        if "place=North&amp;place=" not in address:
            assert shown(client.get(unescape(address)).text) == int(count), address


def test_every_bar_leads_to_its_events(client: Any) -> None:
    page = client.get("/record?kind=one-sided+violence").text
    bars = re.findall(r'<tr><th scope="row"><a href="([^"]+)">[^<]+</a></th><td class="n">([\d,]+)', page)
    assert len(bars) >= 10
    for address, count in bars:
        assert shown(client.get(unescape(address)).text) == int(count)
    assert sum(int(count) for _, count in bars) == shown(page)


def test_each_chip_takes_only_itself_away(client: Any) -> None:
    query = "actor=Group+1&actor=Group+2&place=North&from=2021-02-01&to=2021-10-31&deaths_min=1&q=village"
    page = client.get(f"/record?{query}").text
    chips = [
        link for link in Links(page[: page.index('class="looking')]).found if link.startswith("/record?")
    ]
    assert len(chips) == 6
    pairs = parse_qsl(query)
    for link in chips:
        left = parse_qsl(urlsplit(link).query)
        gone = [pair for pair in pairs if pair not in left]
        assert len(gone) in (1, 2)
        assert {name for name, _ in gone} in ({"actor"}, {"place"}, {"from", "to"}, {"deaths_min"}, {"q"})


def test_pages_of_the_table_hold_every_event_once(client: Any) -> None:
    seen: list[str] = []
    address = "/record?sort=deaths"
    while address:
        page = client.get(address).text
        seen += re.findall(r'<th scope="row"><a href="/events/(\d+)"', page)
        later = re.search(r'<a href="([^"]+)#events" rel="next"', page)
        address = unescape(later[1]) if later else ""
    assert len(seen) == len(set(seen)) == 160
    assert client.get("/record?page=99").headers["location"].endswith("page=4")


@pytest.mark.parametrize(
    "query", ["from=x", "deaths_min=-1", "sources_max=%00", "q=" + "x" * 400, "from=2022&to=2021"]
)
def test_what_cannot_be_used_is_said_at_its_field_and_nothing_is_shown(client: Any, query: str) -> None:
    response = client.get(f"/record?{query}")
    assert response.status_code == 422
    name = re.split("[=&]", query)[-2]
    assert f'id="f-{name}"' in response.text
    assert f'aria-describedby="e-{name}"' in response.text
    assert "/events/" not in response.text
    for ending in ("csv", "xlsx", "geojson"):
        assert client.get(f"/download/events.{ending}?{query}").status_code == 422


@pytest.mark.parametrize(
    "value",
    [
        "'",
        "%",
        "_",
        "\\",
        '"',
        "' OR 1=1 --",
        SCRIPT,
        "(",
        "[",
        "\u202e",
        "☃",
        ")) UNION SELECT 1",
        "$1",
        "?",
    ],
)
def test_hostile_filters_select_and_inject_nothing(client: Any, value: str) -> None:
    for name in ("actor", "kind", "source", "place", "q"):
        response = client.get("/record", params={name: value})
        assert response.status_code == 200, name
        assert "<script>" not in response.text
        if name != "q":
            assert shown(response.text) == 0
    assert "<script>" not in client.get("/search", params={"q": value}).text


def test_an_event_shows_its_accounts_side_by_side_and_marks_what_differs(client: Any, desk: Desk) -> None:
    with desk.reading() as record:
        event = record.rows("SELECT id FROM event WHERE native_id = '1012'")[0]["id"]
    page = client.get(f"/events/{event}").text
    row = re.search(r'<tr><th scope="row">deaths, best</th>(.*?)</tr>', page)
    assert row
    assert row[1].count("<td") == 2
    # A sign and a word, not a colour alone.
    assert row[1].count("≠") == 1
    assert "differs:" in row[1]
    assert "≠" not in re.search(r'<tr><th scope="row">place</th>(.*?)</tr>', page)[1]  # type: ignore[index]
    assert "deaths, best" in words_of(page[: page.index("<table")])
    assert {"ged.csv", "later.csv"} <= set(re.findall(r"\w+\.csv", page))
    named = re.findall(r"<li><a href=\"/sources/.*?</li>", page)
    assert named
    assert len(named) == len(set(named))
    for link in Links(page).found:
        assert client.get(link).status_code == 200, link
    assert client.get("/events/7").status_code == 404


def test_what_reconcile_made_of_an_event_is_shown_from_the_kept_answer(
    client: Any, desk: Desk, case_folder: Path
) -> None:
    with open_kept_answer(desk, case_folder) as (event, other):
        page = words_of(client.get(f"/events/{event}").text)
        assert "Events on which sources differ most" in page
        assert "apart by a factor of 3.50" in page
        assert "earlier state of the record" in page
        assert "this one is not among them" in client.get(f"/events/{other}").text
    assert "reconcile" in client.get(f"/events/{event}").text


class open_kept_answer:  # noqa: N801 - reads as what it does
    """Keeps an answer of reconcile of some other record, which names one event, for as long as the block lasts."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk, self.file = desk, folder / "answers" / "reconcile-abc.json"

    def __enter__(self) -> tuple[int, int]:
        with self.desk.reading() as record:
            rows = record.rows(
                "SELECT id, native_id, date_from FROM event WHERE native_id IN ('1005', '1006') ORDER BY 2"
            )
        columns = (Column("event", "event"), Column("day", "day", "date"), Column("area", "area"),
                   Column("apart", "apart by a factor of", "number"))  # fmt: skip
        table = Table("events", "Events on which sources differ most", columns,
                      (("1005", str(rows[0]["date_from"]), "North", 3.5),))  # fmt: skip
        answer = Answer("reconcile", "", (), (table,), (), (), (), (), (), {}, 0, "another", "0")
        self.file.parent.mkdir(exist_ok=True)
        self.file.write_text(answer.to_json(), encoding="utf-8")
        return rows[0]["id"], rows[1]["id"]

    def __exit__(self, *_: object) -> None:
        self.file.unlink()


def test_a_headline_with_a_script_is_words(client: Any, desk: Desk) -> None:
    with desk.reading() as record:
        report = record.rows("SELECT id FROM report WHERE title LIKE '<script>%' LIMIT 1")[0]["id"]
        event = record.rows("SELECT id FROM event WHERE place LIKE '<script>%' LIMIT 1")[0]["id"]
    for path in (f"/reports/{report}", f"/events/{event}", "/search?q=alert", "/record?q=alert", "/record"):
        page = client.get(path).text
        assert "<script>alert" not in page
    assert "&lt;script&gt;" in client.get(f"/reports/{report}").text


def test_csv_runs_nothing_and_says_how_to_cite_it(client: Any) -> None:
    response = client.get("/download/events.csv?deaths_min=1&sort=deaths")
    assert response.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(rows) == shown(client.get("/record?deaths_min=1").text)
    assert [int(row["deaths_best"]) for row in rows] == sorted(
        (int(r["deaths_best"]) for r in rows), reverse=True
    )
    assert {row["side_b"] for row in rows} >= {"'" + FORMULA}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert {row["dataset"] for row in rows} == {"UCDP GED"}
    assert all("Sundberg" in row["citation"] and row["licence"] for row in rows)
    assert "World Wire" in {name for row in rows for name in row["told_by"].split("; ")}
    assert "Sundberg" in client.get("/download/citations.txt").text


def test_geojson_is_as_rfc_7946_has_it_with_citations(client: Any) -> None:
    response = client.get("/download/events.geojson")
    assert response.headers["content-type"] == "application/geo+json"
    told = json.loads(response.content)
    assert told["type"] == "FeatureCollection"
    assert "crs" not in told
    assert any("Sundberg" in one["citation"] for one in told["citations"])
    assert len(told["features"]) == 160
    places = [f["geometry"] for f in told["features"]]
    assert None in places
    assert all(
        p["type"] == "Point" and 20 <= p["coordinates"][0] <= 25 and 10 <= p["coordinates"][1] <= 15
        for p in places
        if p
    )
    assert json.loads(client.get("/download/events.geojson?actor=nobody").content)["features"] == []


def test_xlsx_holds_text_as_text_and_a_sheet_of_citations(client: Any) -> None:
    response = client.get("/download/events.xlsx?q=alert")
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        events, cited = (book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2))
        strings = (
            book.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in book.namelist() else ""
        )
    held = unescape(events + strings)
    assert "<f>" not in events
    assert "HYPERLINK" in held
    assert "Sundberg" in unescape(cited + strings)
    assert events.count("<row") == 1 + shown(client.get("/record?q=alert").text)


def test_sources_lead_to_their_events(client: Any) -> None:
    listed = client.get("/sources").text
    rows = re.findall(r'<a href="(/sources/\d+)"><bdi>([^<]+)</bdi>.*?<td class="n">([\d,]+)</td>', listed)
    assert ("صدای مردم" in {name for _, name, _ in rows}) and len(rows) >= 5
    for address, name, count in rows:
        page = client.get(address).text
        link = next((link for link in Links(page).found if link.startswith("/record?source=")), "")
        assert (shown(client.get(link).text) if link else 0) == int(count), name
    assert client.get("/sources/7").status_code == 404


def test_a_text_shows_its_span_its_words_and_what_reading_found(texts_client: Any) -> None:
    hits = texts_client.get("/search", params={"q": "taliban denied"})
    address = next(link for link in Links(hits.text).found if link.startswith("/reports/"))
    assert "<mark>Taliban</mark>" in hits.text
    page = texts_client.get(address).text
    assert page.count('class="k-sought"') == 3
    assert page.count('id="sought"') == 1
    plain = address.split("?")[0]
    text = re.search(
        r'<article class="text" dir="auto"[^>]*>(.*?)</article>', texts_client.get(plain).text, re.DOTALL
    )
    assert text
    assert unescape(re.sub("<[^>]+>", "", text[1])) == (
        "Residents of Kabul said the Taliban closed two schools. The Taliban denied it."
    )
    assert (
        '<mark class="k-sought" id="sought">Residents</mark>'
        in texts_client.get(f"{plain}?start=0&end=9").text
    )
    assert texts_client.get(f"{plain}?start=9999&end=99999").status_code == 200


def test_a_private_name_is_neither_found_nor_searched_for(texts_client: Any) -> None:
    for path in ("/search", "/record"):
        response = texts_client.get(path, params={"q": "Daro Venn"})
        assert response.status_code == 422
        assert "private persons" in response.text
        assert "Venn" not in response.text
    found = texts_client.get("/search", params={"q": "confess"}).text
    assert "███" in found
    assert "Venn" not in found


def test_a_record_without_events_says_what_to_do_next(texts_client: Any) -> None:
    page = texts_client.get("/record").text
    assert "no events yet" in page
    assert 'href="/files"' in page
    assert 'href="/search"' in page
    assert "Try fewer words" in texts_client.get("/search?q=zzzz").text


def test_nothing_selected_offers_to_take_something_away(client: Any) -> None:
    page = client.get("/record?place=North&actor=nobody").text
    assert "No event meets all of this" in page
    assert (
        shown(client.get(next(link for link in Links(page).found if link == "/record?place=North")).text) > 0
    )


def test_pages_work_on_a_case_that_is_only_shown(case_folder: Path, desk: Desk) -> None:
    del desk
    folder = case_folder.with_name("copy")
    folder.mkdir()
    for name in ("case.toml", "record.duckdb", "sources.csv"):
        (folder / name).write_bytes((case_folder / name).read_bytes())
    shown_only = Desk(folder, read_only=True)
    try:
        client = enter(shown_only)
        for path in ("/record?source=Local+Herald&q=village", "/search?q=event", "/download/events.csv"):
            assert client.get(path).status_code == 200
    finally:
        shown_only.close()


def test_the_time_line_takes_a_unit_that_its_span_can_show(desk: Desk) -> None:
    asked = Asked(Filter(), (), {}, "newest")
    for last, unit in (
        (date(2000, 2, 1), "day"), (date(2004, 1, 1), "month"), (date(2012, 1, 1), "quarter"),
        (date(2030, 1, 1), "year"),
    ):  # fmt: skip
        (line,) = draw_timelines([(date(2000, 1, 5), 3), (last, 1)], asked, "/record")
        assert line.unit == unit
        assert sum(bar.events for bar in line.bars) == 4
        assert line.bars[0].x == 0
        assert all(a.x + a.width <= b.x for a, b in zip(line.bars, line.bars[1:], strict=False))
    assert draw_timelines([], asked, "/record") == []
    extreme = draw_timelines([(date(1, 1, 1), 1), (date(9999, 12, 31), 1)], asked, "/record")
    assert extreme[0].unit == "year"
    assert draw_map([], [], 0.25, []) is None


def test_addresses_are_written_so_that_they_can_be_read_again(client: Any) -> None:
    query = urlencode([("place", "North"), ("actor", FORMULA), ("actor", "Group 1"), ("q", 'village "1"')])
    page = client.get(f"/record?{query}").text
    again = [link for link in Links(page).found if link.startswith("/download/events.csv")]
    assert sorted(parse_qsl(urlsplit(again[0]).query)) == sorted(parse_qsl(query))
