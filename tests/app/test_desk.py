"""One open case for many threads: each reads for itself, one writes at a time, slow things are made once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app_client import enter, knock
from salience.app.desk import Desk
from salience.app.pages import front
from salience.case import open_case
from salience.errors import CaseError, RecordError
from small_ged import write_case


@pytest.fixture
def desk(case_folder: Path) -> Iterator[Desk]:
    """Return a desk of this test's own."""
    opened = Desk(case_folder)
    yield opened
    opened.close()


def test_many_threads_read_at_once(desk: Desk) -> None:
    def count(_: int) -> int:
        with desk.reading() as record:
            return int(record.rows("SELECT count(*) AS n FROM event")[0]["n"])

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(count, range(64))) == {240}


def test_what_reads_cannot_write(desk: Desk) -> None:
    with desk.reading() as record, pytest.raises(RecordError, match="reading only"), record.transaction():
        pass
    with desk.asking() as case, pytest.raises(RecordError, match="reading only"):
        case.add(desk.folder / "ged.csv")


def test_one_writes_at_a_time_and_nobody_waits_for_ever(desk: Desk) -> None:
    begun, end = threading.Event(), threading.Event()

    def write() -> None:
        with desk.writing():
            begun.set()
            end.wait(30)

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait(30)
    try:
        with pytest.raises(CaseError, match="another change"), desk.writing(wait=0.01):
            pass
    finally:
        end.set()
        writer.join()
    with desk.writing(wait=0.01):
        pass


def test_closing_what_one_thread_read_leaves_the_record_open(desk: Desk) -> None:
    with desk.reading() as one, desk.reading() as other:
        one.close()
        assert other.rows("SELECT 1 AS one") == [{"one": 1}]
    desk.close()
    desk.close()


def test_a_slow_thing_is_made_once_until_the_case_changes(desk: Desk) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        threading.Event().wait(0.05)
        return made[-1]

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: desk.keep("slow", make), range(8))) == {0}
    with desk.writing(only_decisions=True):
        pass
    assert desk.keep("slow", make) == 1
    assert desk.keep("events", make, by_decisions=False) == 2
    with desk.writing(only_decisions=True):
        pass
    assert desk.keep("events", make, by_decisions=False) == 2
    with desk.writing():
        pass
    assert desk.keep("events", make, by_decisions=False) == 3
    assert desk.keep("events", make, "of another place", by_decisions=False) == 4


def test_what_a_change_adds_is_on_the_next_page(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "case", events=20)
    desk = Desk(folder)
    try:
        client = enter(desk)
        assert "The record is empty" in client.get("/").text
        with desk.writing() as case:
            case.add(folder / "ged.csv", "ucdp")
        assert "The record is empty" not in client.get("/").text
    finally:
        desk.close()


def test_a_record_that_this_program_writes_cannot_be_opened_beside_it(case_folder: Path, desk: Desk) -> None:
    assert not desk.read_only
    with pytest.raises(RecordError, match="open already"), open_case(case_folder, read_only=True) as case:
        case.record.rows("SELECT 1")


def test_a_record_that_fails_is_a_sentence_and_no_traceback(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = enter(desk)

    def fail(*_: object) -> object:
        raise MemoryError("Daro Venn")

    monkeypatch.setattr(front, "hold", fail)
    monkeypatch.setattr("salience.app.desk.private_names", fail)
    response = client.get("/")
    assert response.status_code == 500 and "Daro" not in response.text
    # Who has no session does not even make anybody look.
    assert knock(desk).get("/").status_code == 401
