"""The landscape page: who wants what by whose account, and what other numbers would change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app_client import TestClient, enter, send, words_of
from salience.app.desk import Desk
from salience.app.landscape import read_land
from salience.case import new_case, open_case
from small_seats import write_seats_case


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = write_seats_case(tmp_path_factory.mktemp("landscape") / "case")
    with open_case(folder) as case:
        case.settle()
        case.ask("landscape")
    opened = Desk(folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def ids(desk: Desk) -> dict[str, int]:
    with desk.reading() as record:
        land = read_land(desk, record)
    return {str(row["name"]): row["id"] for row in (*land.actors, *land.issues)}


def outcome(page: str) -> str:
    """Return the words of what follows, without the form."""
    return words_of(page.partition('id="outcome"')[2].partition("</section>")[0])


def test_every_number_stands_with_who_says_so(client: TestClient, ids: dict[str, int]) -> None:
    words = words_of(client.get("/landscape", params={"issue": ids["Peace"]}).text)
    assert "speech.txt [5:90]" in words  # A's position; its salience has another source
    assert "no source" in words  # B's position
    assert "Nobody says. A missing position stays missing." in words  # the constituencies' positions
    assert "0 is “war”, 100 is “peace”." in words


def test_the_kept_answer_brings_its_map_and_whom_to_ask(client: TestClient) -> None:
    page = client.get("/landscape").text
    assert page.count("<svg ") >= 2 and "Whom to ask next" in page
    assert "/answers/landscape/" in page and "Nobody has asked yet" not in page


def test_the_page_opens_on_the_case_as_it_is(client: TestClient) -> None:
    page = client.get("/landscape").text
    assert "The case as it is." in outcome(page) and "in the trial" not in outcome(page)
    assert page.count('type="number"') == 9


def test_a_trial_stands_beside_the_case_and_changes_nothing(
    client: TestClient, desk: Desk, ids: dict[str, int]
) -> None:
    before = {path.name: path.read_bytes() for path in desk.folder.glob("*.csv")}
    address = {
        "actor": ids["D"], "issue": ids["Peace"], "position_low": 80, "position_best": 90, "position_high": 95,
    }  # fmt: skip
    page = client.get("/landscape", params=address).text
    words = outcome(page)
    assert "Nothing in the case changes" in words and "It moves by" in words
    # D is a tenth of the weight and goes from about 10 to about 89: the mean moves by about 8 points.
    moved = re.search(r"It moves by \+([\d.]+)", words)
    assert moved and float(moved[1]) == pytest.approx(7.9, abs=1.0)
    # D stood outside, and no longer does.
    assert re.search(r"Stands outside D nobody", words)
    assert outcome(client.get("/landscape", params=address).text) == words  # a link shows the same
    assert {path.name: path.read_bytes() for path in desk.folder.glob("*.csv")} == before


def test_what_is_as_stated_is_no_trial(client: TestClient, ids: dict[str, int]) -> None:
    address = {
        "actor": ids["D"],
        "issue": ids["Peace"],
        "position_low": 5,
        "position_best": 10,
        "position_high": 15,
    }
    assert "The case as it is." in outcome(client.get("/landscape", params=address).text)


def test_numbers_out_of_order_are_said_at_the_field(client: TestClient, ids: dict[str, int]) -> None:
    address = {"actor": ids["D"], "issue": ids["Peace"], "position_low": 50, "position_best": 20}
    page = client.get("/landscape", params=address)
    assert page.status_code == 422
    assert 'id="fault-position"' in page.text and "The case as it is." in outcome(page.text)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("actor=12345", 404),
        ("issue=12345", 404),
        ("actor=x", 422),
        ("position_low=nan", 422),
        ("salience_low=2", 422),
    ],
)
def test_an_address_that_means_nothing_is_refused(client: TestClient, query: str, status: int) -> None:
    assert client.get(f"/landscape?{query}").status_code == status


def test_an_actor_who_is_silent_can_be_given_a_position(client: TestClient, ids: dict[str, int]) -> None:
    address = {"actor": ids["D"], "issue": ids["Flag"]}
    assert "Nobody says what this actor wants here." in words_of(
        client.get("/landscape", params=address).text
    )
    given = address | {f"position_{end}": 50 for end in ("low", "best", "high")}
    words = outcome(client.get("/landscape", params=given).text)
    # Two actors have no compromise mean; with the third there is one.
    assert re.search(r"Compromise mean – \d", words)


def test_without_actors_the_page_says_what_to_write(tmp_path: Path) -> None:
    desk = Desk(new_case(tmp_path / "new"))
    try:
        page = enter(desk).get("/landscape")
        assert page.status_code == 200 and "<code>positions.csv</code>" in page.text
    finally:
        desk.close()


def test_without_an_answer_a_button_asks(tmp_path: Path) -> None:
    folder = write_seats_case(tmp_path / "case")
    with open_case(folder) as case:
        case.settle()
    desk = Desk(folder)
    try:
        client = enter(desk)
        page = client.get("/landscape").text
        assert "Nobody has asked yet" in page and 'action="/questions/landscape/run"' in page
        asked = send(desk, client, "/questions/landscape/run", {})
        assert asked.status_code == 303 and asked.headers["location"].startswith("/jobs/")
    finally:
        desk.close()
