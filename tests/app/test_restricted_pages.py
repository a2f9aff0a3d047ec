"""No page, file, chart or error names a private person, unless the case or the person at the machine says so."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from app_client import TestClient, enter, log_of, send
from salience.app.desk import Desk
from salience.case import open_case
from small_ged import row, write_ged
from small_texts import write_texts_case

NAME = re.compile(r"daro|venn", re.IGNORECASE)
MOST_PAGES = 150


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a case whose texts, headlines, sides, notes, answers and set-aside rows name a private person."""
    folder = write_texts_case(tmp_path_factory.mktemp("restricted") / "case")
    rows = [
        row(n, source_headline="Daro Venn speaks out", where_coordinates="House of Daro Venn")
        for n in range(30)
    ]
    rows.append(row(99, best="Daro Venn", source_headline="Venn again"))
    with open_case(folder) as case:
        case.add(write_ged(folder / "ged.csv", rows), "ucdp")
        case.ask("narrative")
        with case.record.transaction() as connection:
            connection.execute("UPDATE account SET text = 'Seen by Daro Venn'")
    return folder


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    """Return a desk without the right."""
    opened = Desk(folder)
    yield opened
    opened.close()


def visit_everything(client: TestClient) -> Iterator[tuple[str, Any]]:
    """Follow every link of every page, and every route that needs nothing, as far as `MOST_PAGES` of each kind go."""
    paths = client.get("/openapi.json").json()["paths"]
    waiting = [path for path, ways in paths.items() if "get" in ways and "{" not in path]
    seen: set[str] = set(waiting)
    kinds: dict[str, int] = {}
    while waiting:
        address = waiting.pop(0)
        kind = re.sub(r"\?.*|[0-9a-f]{6,}|\d+", "", address)
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > 6 or len(seen) > MOST_PAGES * 10:
            continue
        response = client.get(address, follow_redirects=True)
        yield address, response
        if "html" in response.headers["content-type"]:
            for link in re.findall(r'(?:href|src|data-[a-z]+)="(/[^"]*)"', response.text):
                if (there := urljoin(address, unescape(link))) not in seen and "/static/" not in there:
                    seen.add(there)
                    waiting.append(there)


def text_of(response: Any) -> str:
    """Return all that a response holds, a spreadsheet's sheets too."""
    if response.content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(response.content)) as book:
            return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return unescape(str(response.text))


def test_nothing_that_leaves_names_a_private_person(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("salience.app").propagate = True
    with caplog.at_level(logging.INFO):
        visited = dict(visit_everything(enter(desk)))
    assert {"/", "/figures/map.json", "/jobs"} <= set(visited)
    found = [address for address, response in visited.items() if NAME.search(text_of(response))]
    assert not found
    assert all(response.status_code < 500 for response in visited.values())
    assert not NAME.search(log_of(caplog))


def test_what_is_masked_would_have_been_shown(folder: Path) -> None:
    desk = Desk(folder, restricted=True)
    try:
        visited = dict(visit_everything(enter(desk)))
    finally:
        desk.close()
    shown = [address for address, response in visited.items() if NAME.search(text_of(response))]
    assert "/files" in shown  # the value that was set aside


def test_the_record_of_this_test_does_hold_the_name(folder: Path) -> None:
    with open_case(folder, read_only=True) as case:
        held = case.record.rows(
            """SELECT (SELECT count(*) FROM text WHERE content LIKE '%Daro Venn%') AS texts,
                      (SELECT count(*) FROM report WHERE title LIKE '%Daro Venn%') AS titles,
                      (SELECT count(*) FROM event WHERE place LIKE '%Daro Venn%') AS places"""
        )[0]
    assert all(held.values()), held
    assert any(NAME.search(path.read_text(encoding="utf-8")) for path in (folder / "answers").glob("*.json"))


def test_an_error_does_not_repeat_a_name(desk: Desk) -> None:
    client = enter(desk)
    for path in ("/static/Daro-Venn", "/jobs/Daro%20Venn", "/Daro%20Venn?Daro=Venn"):
        assert not NAME.search(client.get(path).text)
    assert not NAME.search(send(desk, client, "/jobs/0123456789abcdef/stop", {"Daro": "Venn"}).text)


def test_the_right_shows_the_names(folder: Path) -> None:
    desk = Desk(folder, restricted=True)
    try:
        assert not desk.names
        assert "restricted fields shown" in enter(desk).get("/").text
    finally:
        desk.close()


def test_a_case_can_say_that_names_are_kept(folder: Path) -> None:
    file = folder / "case.toml"
    before = file.read_text(encoding="utf-8")
    file.write_text('persons = "keep"\n' + before, encoding="utf-8")
    try:
        desk = Desk(folder)
        assert not desk.names
        file.write_text(before, encoding="utf-8")
        assert desk.names  # the file is read again when it changes
        desk.close()
    finally:
        file.write_text(before, encoding="utf-8")
