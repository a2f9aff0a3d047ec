"""The front page says what the case is and what its record holds."""

from __future__ import annotations

import re
from pathlib import Path

from app_client import TestClient, enter, words_of
from salience.app.desk import Desk
from salience.case import new_case


def test_the_front_page_says_what_the_record_holds(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    words = words_of(page.text)
    assert "Testland" in words and "A case for tests." in words
    assert "240" in words  # events of small_ged
    assert "World Wire" in words and "صدای مردم" in words
    assert page.text.count("<svg ") == 2  # map and months, there without any script


def test_an_empty_case_says_what_to_do_next(tmp_path: Path) -> None:
    desk = Desk(new_case(tmp_path / "new"))
    try:
        assert "salience add CASE FILE" in enter(desk).get("/").text
    finally:
        desk.close()


def test_a_case_without_a_record_is_shown_without_making_one(tmp_path: Path) -> None:
    folder = new_case(tmp_path / "new")
    desk = Desk(folder, read_only=True)
    try:
        assert "salience run CASE" in enter(desk).get("/").text
    finally:
        desk.close()
    assert not (folder / "record.duckdb").exists()


def test_the_bar_leads_to_every_page_there_is_and_says_where_one_is(client: TestClient) -> None:
    page = client.get("/files").text
    bar = page.partition("<nav")[2].partition("</nav>")[0]
    links = re.findall(r'href="([^"]+)"( aria-current="page")?', bar)
    assert {"/", "/claims", "/files"} <= {link for link, _ in links}
    assert [link for link, here in links if here] == ["/files"]
    assert all(client.get(link).status_code == 200 for link, _ in links)
