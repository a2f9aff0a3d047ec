"""The table page: who sits there, and whom a list leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app_client import TestClient, enter, words_of
from salience.app.desk import Desk
from salience.app.landscape import read_land
from salience.app.seats import read_names
from salience.case import new_case, open_case
from small_seats import write_seats_case


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = write_seats_case(tmp_path_factory.mktemp("table") / "case")
    with open_case(folder) as case:
        case.settle()
        case.ask("table")
    opened = Desk(folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def ids(desk: Desk) -> dict[str, int]:
    with desk.reading() as record:
        return {str(row["name"]): row["id"] for row in read_land(desk, record).actors}


def test_the_invited_list_is_judged_at_once(client: TestClient) -> None:
    page = client.get("/table").text
    words = words_of(page)
    # A and B are seated: the Hills (50 %) and the Coast (30 %) have somebody, the Camps (20 %) nobody.
    assert "20 % of the weight (20 % to 20 %) has nobody at this table: Camps" in words
    assert page.count(" checked>") == 2
    assert "condition: no flags" in words and "source: letter" in words
    # A fifth of the weight is worth no seat at a table of two, so no test fails.
    assert words.count("passes fails in 0.0 % of draws") == 3


def test_who_is_seated_by_hand_stands_beside_the_list(client: TestClient, ids: dict[str, int]) -> None:
    address = {"chosen": "true", "seat": [ids["B"], ids["C"]]}
    page = client.get("/table", params=address).text
    words = words_of(page)
    # Half of the weight is worth one of two seats, and has nobody.
    assert "70 % of the weight (70 % to 70 %) has nobody at this table: Hills, Camps" in words
    assert words.count("fails fails in 100 % of draws") == 3
    assert "passes fails in 0.0 % of draws" in words  # the invited list, beside it
    assert re.search(r"Hills \(50\s% to 50\s% of the weight\) have no seat at a table of 2", words)
    assert words_of(client.get("/table", params=address).text) == words


def test_who_will_not_sit_together_is_said(client: TestClient, ids: dict[str, int]) -> None:
    page = client.get("/table", params={"chosen": "true", "seat": [ids[n] for n in ("A", "B", "D")]}).text
    assert "A refuses to sit with D" in words_of(page)
    assert "A refuses to sit with D" not in words_of(client.get("/table").text)


def test_another_list_is_shown_and_unknown_ones_are_not(client: TestClient) -> None:
    page = client.get("/table", params={"list": 2}).text
    assert page.count(" checked>") == 3
    assert "everybody with a weight has somebody" in words_of(page)
    assert client.get("/table", params={"list": 3}).status_code == 404
    assert client.get("/table", params={"seat": "x"}).status_code == 422


def test_an_empty_table_represents_nobody(client: TestClient) -> None:
    words = words_of(client.get("/table", params={"chosen": "true"}).text)
    assert "Nobody is seated, so nobody is represented." in words


def test_proposals_of_the_answer_can_be_seated(client: TestClient) -> None:
    page = client.get("/table").text
    links = re.findall(r'href="(/table\?list=1&amp;chosen=true[^"]*)"', page)
    assert links
    assert client.get(links[0].replace("&amp;", "&")).text.count(" checked>") == 2


def test_the_tests_are_explained(client: TestClient) -> None:
    words = words_of(client.get("/table").text)
    assert "must not be without anyone" in words and "must have two seats together" in words


def test_without_weights_or_lists_the_page_says_what_to_write(tmp_path: Path) -> None:
    empty = Desk(new_case(tmp_path / "new"))
    folder = write_seats_case(tmp_path / "case")
    (folder / "seats.csv").unlink()
    with open_case(folder) as case:
        case.settle()
    no_list = Desk(folder)
    try:
        page = enter(empty).get("/table")
        assert page.status_code == 200 and "<code>actors.csv</code>" in page.text
        page = enter(no_list).get("/table")
        assert "no invitation list" in words_of(page.text) and "Nobody has asked yet" in page.text
    finally:
        empty.close()
        no_list.close()


def test_names_that_hold_commas_are_taken_apart() -> None:
    names = ("A", "B, of the North", "B", "C")
    assert read_names("A, B, of the North, C", names) == (0, 1, 3)
    assert read_names("A, X", names) is None
