"""Files: what was taken and set aside is listed; one is taken in by a form, whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app_client import enter, send, wait_until, words_of
from salience.app import guard
from salience.app.desk import Desk
from salience.app.uploads import safe_name
from salience.case import new_case
from small_ged import row, write_ged


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Return a desk on a new case."""
    opened = Desk(new_case(tmp_path / "case"))
    yield opened
    opened.close()


def upload(desk: Desk, client: Any, name: str, content: bytes, **fields: str) -> Any:
    return send(desk, client, "/files", fields, files={"file": (name, content)})


def test_a_file_is_taken_in_and_what_was_set_aside_is_listed(desk: Desk, tmp_path: Path) -> None:
    rows = [row(n) for n in range(8)] + [row(9, latitude=123)]
    content = write_ged(tmp_path / "sent.csv", rows).read_bytes()
    client = enter(desk)
    assert "No file was taken in yet" in client.get("/files").text
    response = upload(desk, client, "../../ged 2021.csv", content)
    assert response.status_code == 303
    job = desk.jobs.find(response.headers["location"].rpartition("/")[2])
    assert job is not None
    wait_until(lambda: job.ended)
    assert job.state == "done", job.error
    page = words_of(client.get("/files").text)
    assert "ged 2021.csv" in page and "ucdp" in page
    assert "123" in page and "latitude" in page  # the emptied value, with its column
    assert "9" in words_of(client.get("/").text)
    # Kept under its hash, listed in case.toml, and nowhere else.
    assert "ged 2021.csv" in (desk.folder / "case.toml").read_text(encoding="utf-8")
    assert [path.name for path in desk.folder.parent.glob("*.csv")] == ["sent.csv"]
    assert not list(Path(tempfile.gettempdir()).glob("salience-upload-*/ged 2021.csv"))


def test_a_file_that_cannot_be_read_changes_nothing_and_says_why(desk: Desk) -> None:
    client = enter(desk)
    response = upload(desk, client, "odd.csv", b"a,b\n1,2\n", kind="ucdp")
    job = desk.jobs.find(response.headers["location"].rpartition("/")[2])
    assert job is not None
    wait_until(lambda: job.ended)
    assert job.state == "failed" and "odd.csv" in job.error
    assert "odd.csv" in words_of(client.get(f"/jobs/{job.number}").text)
    assert "No file was taken in yet" in client.get("/files").text


@pytest.mark.parametrize("name", ["run.exe", "page.php", "noending", "x.csv.sh", "record.duckdb", ".csv"])
def test_other_types_are_refused(desk: Desk, name: str) -> None:
    response = upload(desk, enter(desk), name, b"x")
    assert response.status_code == 422
    assert ".csv" in response.text and not desk.jobs.recent()


def test_what_is_too_large_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "LARGEST_UPLOAD", 5_000)
    response = upload(desk, enter(desk), "large.csv", b"x" * 6_000)
    assert response.status_code == 413 and "salience add" in response.text


def test_reading_only_shows_no_form(tmp_path: Path) -> None:
    desk = Desk(new_case(tmp_path / "read"), read_only=True)
    try:
        assert "<form" not in enter(desk).get("/files").text
    finally:
        desk.close()


@given(st.text(max_size=300))
def test_a_name_made_safe_is_one_part_of_a_path(name: str) -> None:
    safe = safe_name(name)
    assert safe and Path(safe).name == safe and safe not in (".", "..")
    assert not set("/\\\0:") & set(safe) and not safe.startswith(".")
    assert len(safe) <= 120
