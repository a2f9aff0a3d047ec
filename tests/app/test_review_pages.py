"""Review in the browser: decisions are taken in, taken back and told with who and when; none that was taken is lost."""

from __future__ import annotations

import http.client
import re
import shutil
import threading
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from test_serve import served

from app_client import TestClient, enter, send, words_of
from salience.app.desk import Desk
from salience.app.source_list import add_line
from salience.case import open_case
from salience.case_file import read_sources
from salience.errors import InputError
from salience.reading.review import find_items
from salience.record.decisions import check_log, decision_rows, standing
from salience.record.undo import undo_last
from small_ged import row, write_ged
from small_texts import write_texts_case


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a case of three texts, and events whose sources are spelled in two ways."""
    folder = write_texts_case(tmp_path_factory.mktemp("review") / "case")
    rows = [row(n, source_office="Human Rights Watch") for n in range(5)]
    rows += [row(n, source_office="HRW") for n in range(5, 7)]
    with open_case(folder) as case:
        case.add(write_ged(folder / "ged.csv", rows), "ucdp")
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Iterator[Desk]:
    """Return a desk on a copy of the case, in which nobody decided anything."""
    opened = Desk(Path(shutil.copytree(made, tmp_path / "case")))
    yield opened
    opened.close()


def ids_of(page: str) -> list[str]:
    return re.findall(r'<article class="doubt" id="i(\d+)"', page)


def decide(desk: Desk, client: TestClient, number: str, state: str, by: str = "Ana", **more: Any) -> Any:
    return send(desk, client, "/review", {"id": number, "decide": state, "by": by, **more})


def rows_of(desk: Desk) -> list[dict[str, Any]]:
    with desk.reading() as record:
        assert check_log(record) == []
        return decision_rows(record)


def test_a_suggestion_stands_in_its_sentence_with_its_kind_and_how_it_was_found(client: TestClient) -> None:
    page = client.get("/review?kind=organisation").text
    assert '<blockquote dir="auto">' in page and "<mark>Hill Front</mark>" in page
    words = words_of(page)
    assert "May be an organisation" in words and "Found by a name that the case knows" in words
    assert "times in 100" in words and "Delta Wire" in words


def test_a_decision_is_kept_told_and_leaves_the_queue(desk: Desk, client: TestClient) -> None:
    first, following = ids_of(client.get("/review").text)[:2]
    answer = decide(desk, client, first, "accepted", next=following)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/review?by=Ana&done=1#i{following}"
    page = client.get("/review?by=Ana&done=1").text
    assert first not in ids_of(page) and ids_of(page)[0] == following
    said = words_of(page.partition('id="said">')[2].partition("</p>")[0])
    assert "Number 1" in said and "is accepted. Decided by Ana." in said
    (held,) = rows_of(desk)
    assert (str(held["target"]), held["state"], held["by"]) == (first, "accepted", "Ana")
    # Who decided what before, and when, stands beside it and in the list.
    for address in ("/review?show=decided", "/review/decisions"):
        words = words_of(client.get(address).text)
        assert "Ana" in words and held["at"][:10] in words and "accepted" in words


def test_undo_goes_back_step_by_step_and_every_step_is_a_row(desk: Desk, client: TestClient) -> None:
    one, two = ids_of(client.get("/review").text)[:2]
    for number, state in ((one, "accepted"), (one, "rejected"), (two, "unsure")):
        decide(desk, client, number, state)
    found = []
    for _ in range(4):
        answer = send(desk, client, "/review/undo", {"by": "Ana"})
        assert answer.status_code == 303
        with desk.reading() as record:
            stands = standing(decision_rows(record))
        found.append({str(target): held["state"] for target, held in stands.items()})
    assert found == [{one: "rejected"}, {one: "accepted"}, {}, {}]
    rows = rows_of(desk)
    assert [held["note"] for held in rows[3:]] == [f"undoes decision {n}" for n in (3, 2, 1)]
    assert "There is nothing to take back" in client.get("/review?by=Ana&done=0").text
    assert "Number 1 is taken back, by Ana" in client.get("/review?by=Ana&done=6").text
    # Nobody takes back what another person decided.
    decide(desk, client, one, "accepted", by="Ben")
    with desk.reading() as record:
        assert undo_last(record, "Ana") is None


def test_a_name_is_merged_with_another_and_a_statement_is_not(desk: Desk, client: TestClient) -> None:
    page = client.get("/review?kind=organisation").text
    assert '<option value="Hill Front">' in page
    number = ids_of(page)[0]
    assert decide(desk, client, number, "same-as", same_as=" ").status_code == 422
    assert (
        decide(desk, client, number, "same-as", same_as=" The  Front ", note="its old name").status_code
        == 303
    )
    (held,) = rows_of(desk)
    assert '"same_as": "The Front"' in held["change"] and held["note"] == "its old name"
    words = words_of(client.get("/review?show=decided").text)
    assert "the same as The Front" in words and "its old name" in words
    statement = ids_of(client.get("/review?kind=quote").text)[0]
    assert decide(desk, client, statement, "same-as", same_as="X").status_code == 400
    assert len(rows_of(desk)) == 1


def test_what_cannot_be_taken_changes_nothing_and_says_why(desk: Desk, client: TestClient) -> None:
    number = ids_of(client.get("/review").text)[0]
    refused = decide(desk, client, number, "accepted", by="  ")
    assert refused.status_code == 422 and "Say who decides" in refused.text
    assert decide(desk, client, "1", "accepted").status_code == 404
    assert decide(desk, client, number, "edited").status_code == 422
    assert client.get("/review?kind=nonsense").status_code == 422
    assert rows_of(desk) == []


def test_the_same_form_sent_twice_is_one_decision(desk: Desk, client: TestClient) -> None:
    number = ids_of(client.get("/review").text)[0]
    assert [decide(desk, client, number, "accepted").status_code for _ in range(2)] == [303, 303]
    assert len(rows_of(desk)) == 1


def test_every_suggestion_is_on_one_page_of_the_queue(desk: Desk, client: TestClient) -> None:
    with desk.reading() as record:
        every = {str(item.id) for item in find_items(record)}
    found = [number for page in (1, 2, 3, 4, 5) for number in ids_of(client.get(f"/review?page={page}").text)]
    assert len(every) > 10 and every <= set(found)
    assert client.get("/review?page=999").status_code == 200


def test_reading_only_shows_the_queue_and_takes_nothing(made: Path, tmp_path: Path) -> None:
    opened = Desk(Path(shutil.copytree(made, tmp_path / "case")), read_only=True)
    try:
        client = enter(opened)
        page = client.get("/review").text
        assert ids_of(page) and 'method="post"' not in page
        assert decide(opened, client, ids_of(page)[0], "accepted").status_code == 403
        assert 'method="post"' not in client.get("/review/sources").text
        assert rows_of(opened) == []
    finally:
        opened.close()


def test_a_private_name_is_covered_where_it_is_to_be_decided(client: TestClient) -> None:
    page = client.get("/review?kind=person").text
    assert "Daro" not in page and "█" in page and "name of a private person" in words_of(page)


def test_a_changed_decision_breaks_the_chain_and_the_page_says_so(desk: Desk, client: TestClient) -> None:
    assert "Nobody decided anything yet" in client.get("/review/decisions").text
    decide(desk, client, ids_of(client.get("/review").text)[0], "accepted")
    assert "The chain of decisions, 1 in all, is whole" in words_of(client.get("/review/decisions").text)
    with desk.writing() as case, case.record.transaction() as connection:
        connection.execute("UPDATE decision SET state = 'rejected'")
    words = words_of(client.get("/review/decisions").text)
    assert "the chain of decisions is broken at decision 1" in words and "is whole" not in words


def test_two_source_names_become_one_by_a_line_in_the_file(desk: Desk, client: TestClient) -> None:
    file = desk.folder / "sources.csv"
    file.write_bytes("canonical,name,kind\r\nدیده‌بان,دیده‌بان,ngo".encode())
    page = client.get("/review/sources").text
    assert "<code>Human Rights Watch,HRW,</code>" in page
    pair = {"name": "HRW", "canonical": "Human Rights Watch"}
    assert send(desk, client, "/review/sources", {**pair, "canonical": "Delta Wire"}).status_code == 404
    assert send(desk, client, "/review/sources", pair).status_code == 303
    assert file.read_bytes().decode() == (
        "canonical,name,kind\r\nدیده‌بان,دیده‌بان,ngo\r\nHuman Rights Watch,HRW,\r\n"
    )
    with desk.reading() as record:
        names = {held["name"] for held in record.rows("SELECT name FROM source")}
    assert "Human Rights Watch" in names and "HRW" not in names
    assert "No two source names look like one" in client.get("/review/sources?done=1").text


@pytest.mark.parametrize("held", ["HRW,HRW", "H.R.W.,HRW", "HRW,Another", "Human Rights Watch,Another"])
def test_a_line_that_the_file_contradicts_is_refused(tmp_path: Path, held: str) -> None:
    file = tmp_path / "sources.csv"
    file.write_text(f"name,canonical\n{held}\n", encoding="utf-8")
    with pytest.raises(InputError, match="Nothing was changed"):
        add_line(tmp_path, "HRW", "Human Rights Watch")
    assert file.read_text(encoding="utf-8") == f"name,canonical\n{held}\n"


def test_a_line_is_added_to_a_file_with_a_mark_or_to_none(tmp_path: Path) -> None:
    add_line(tmp_path, 'A, "B"', "C")
    assert [(r.name, r.canonical) for r in read_sources(tmp_path)] == [('A, "B"', "C")]
    (tmp_path / "sources.csv").write_bytes(b"\xef\xbb\xbfname,canonical\n")
    add_line(tmp_path, "A", "C")
    assert (tmp_path / "sources.csv").read_bytes() == b"\xef\xbb\xbfname,canonical\nA,C\n"


def test_a_server_that_is_killed_while_it_writes_loses_no_decision(made: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made, tmp_path / "case"))
    with open_case(folder, read_only=True) as case:
        ids = [item.id for item in find_items(case.record)]
    taken: list[tuple[int, str]] = []
    enough = threading.Event()
    with served(folder) as (process, line):
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/(\?token=.+)", line)
        assert found, line
        port = int(found[1])
        writer = threading.Thread(target=keep_deciding, args=(port, found[2], ids, taken, enough))
        writer.start()
        assert enough.wait(60)
        process.kill()
        writer.join(30)
        assert not writer.is_alive()
    assert len(taken) >= 8
    with open_case(folder) as case:
        assert check_log(case.record) == []
        held = [(one["target"], one["state"]) for one in decision_rows(case.record)]
    # The one under way when it was killed may be there too: it was sent, and its answer did not arrive.
    assert held[: len(taken)] == taken and len(held) <= len(taken) + 1


def keep_deciding(
    port: int, opening: str, ids: list[int], taken: list[tuple[int, str]], enough: threading.Event
) -> None:
    """Send decisions until nobody answers; note those that were answered as taken."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(method: str, path: str, body: str = "", cookie: str = "") -> tuple[http.client.HTTPResponse, str]:
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response, response.read().decode("utf-8")

    cookie = str(ask("GET", f"/{opening}")[0].getheader("set-cookie")).partition(";")[0]
    token = unescape(
        re.findall(r'name="form_token" value="([^"]+)"', ask("GET", "/review", "", cookie)[1])[0]
    )
    for turn in range(10_000):
        target, state = ids[turn % len(ids)], ("accepted", "rejected")[turn // len(ids) % 2]
        fields = {"id": target, "decide": state, "by": "Ana", "form_token": token}
        try:
            response, _ = ask("POST", "/review", urlencode(fields), cookie)
        except (OSError, http.client.HTTPException):
            return
        if response.status == 303:
            taken.append((target, state))
        if len(taken) >= 8:
            enough.set()
