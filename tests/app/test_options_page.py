"""The options page: a card for each, with what it edits, where it leads, its price and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app_client import TestClient, enter, words_of
from salience.app.desk import Desk
from salience.case import new_case, open_case
from small_seats import CASE, write_seats_case


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = write_seats_case(tmp_path_factory.mktemp("options") / "case")
    with open_case(folder) as case:
        case.settle()
        case.ask("options")
    opened = Desk(folder)
    yield opened
    opened.close()


def test_each_option_has_a_card(client: TestClient) -> None:
    page = client.get("/options").text
    words = words_of(page)
    assert page.count('class="card"') == 2
    assert "capability of D × 3" in words and "leaves out A" in words
    assert "Support for the one who stands alone." in words
    assert "The size of each edit is the case’s own assumption." in words
    assert "Held against what the actors want:" in words


def test_moves_stand_with_their_intervals(client: TestClient, desk: Desk) -> None:
    words = words_of(client.get("/options").text)
    (path,) = (desk.folder / "answers").glob("options-*.json")
    answer = desk.case.kept("options", path.stem.rpartition("-")[2])
    assert answer is not None
    row = next(r for r in answer.find_table("options").to_records() if r["option"] == "Back D")
    assert isinstance(row["difference"], float) and row["difference"] < 0  # D wants the least
    assert f"−{abs(row['difference']):.1f}"[:4] in words
    assert "of the models agree on the direction" in words


def test_an_option_edited_since_is_marked(tmp_path: Path) -> None:
    folder = write_seats_case(tmp_path / "case")
    with open_case(folder) as case:
        case.settle()
    desk = Desk(folder)
    try:
        page = enter(desk).get("/options").text
        assert "Nobody has asked yet" in page and page.count('class="card"') == 2
        (folder / "case.toml").write_text(CASE.partition("[option.")[0], encoding="utf-8")
        page = enter(desk).get("/options").text
        assert "The case has no options yet." in page and "[option." in page
    finally:
        desk.close()


def test_a_changed_option_says_so_after_the_answer(desk: Desk, client: TestClient) -> None:
    assert "edited since the answer" not in client.get("/options").text
    file = desk.folder / "case.toml"
    try:
        file.write_text(CASE.replace('"D" = 3.0', '"D" = 4.0'), encoding="utf-8")
        page = client.get("/options").text
        assert page.count("edited since the answer") == 1
        assert "The record or the case has changed since this was answered." in page
    finally:
        file.write_text(CASE, encoding="utf-8")


def test_without_a_landscape_the_page_says_what_to_write(tmp_path: Path) -> None:
    desk = Desk(new_case(tmp_path / "new"))
    try:
        page = enter(desk).get("/options")
        assert page.status_code == 200 and "<code>issues.csv</code>" in page.text
    finally:
        desk.close()
