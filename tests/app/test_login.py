"""Where others can reach the server, a password is needed, and guessing it is slow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app_client import HOST, TestClient, knock
from salience.app import sessions
from salience.app.desk import Desk
from salience.app.sessions import Password, read_password
from salience.errors import CaseError

WORD = "long enough to be one"


@pytest.fixture
def desk(case_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Return a desk that others can reach; its hash is made quick for the test."""
    monkeypatch.setattr(sessions, "SCRYPT", {"n": 2, "r": 8, "p": 1})
    opened = Desk(case_folder, host="0.0.0.0", password=Password(WORD))
    yield opened
    opened.close()


def try_password(client: TestClient, word: str) -> int:
    status: int = client.post("/login", data={"password": word}, headers={"Origin": HOST}).status_code
    return status


def test_the_password_lets_in_and_nothing_else_does(desk: Desk) -> None:
    client = knock(desk)
    page = client.get("/")
    assert page.status_code == 401 and 'action="/login"' in page.text
    assert try_password(client, "wrong") == 401
    assert client.get("/").status_code == 401
    assert try_password(client, WORD) == 303
    assert client.get("/").status_code == 200


def test_guessing_gets_slower(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(sessions.time, "monotonic", lambda: now)
    client = knock(desk)
    waits = []
    for _ in range(12):
        while try_password(client, "wrong") == 429:
            waits.append(desk.password.wait() if desk.password else 0)
            now += waits[-1]
    assert waits[:4] == [1, 2, 4, 8] and max(waits) == sessions.LONGEST_WAIT
    # While it waits, even the right word is not looked at.
    assert try_password(client, WORD) == 429
    now += sessions.LONGEST_WAIT
    assert try_password(client, WORD) == 303


def test_another_site_cannot_log_in(desk: Desk) -> None:
    refused = knock(desk).post("/login", data={"password": WORD}, headers={"Origin": "http://evil.example"})
    assert refused.status_code == 403


def test_without_a_password_there_is_no_login(case_folder: Path) -> None:
    desk = Desk(case_folder)
    try:
        assert try_password(knock(desk), WORD) == 401
    finally:
        desk.close()


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [("short\n", 0o600, "at least 12"), ("", 0o600, "is empty"), (WORD, 0o644, "chmod 600")],
)
def test_a_bad_password_file_is_explained(tmp_path: Path, content: str, mode: int, said: str) -> None:
    file = tmp_path / "word"
    file.write_text(content, encoding="utf-8")
    file.chmod(mode)
    with pytest.raises(CaseError, match=said):
        read_password(file)


def test_the_first_line_of_the_file_is_the_password(tmp_path: Path) -> None:
    file = tmp_path / "word"
    file.write_text(WORD + "\nsecond line\n", encoding="utf-8")
    file.chmod(0o600)
    password = read_password(file)
    assert password.matches(WORD) and not password.matches("second line")
    assert WORD not in repr(vars(password))
