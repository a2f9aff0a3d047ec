"""`salience serve` as a program: its address, its refusals, its end."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from salience.cli import app
from small_ged import write_case

SERVE = [sys.executable, "-m", "salience", "serve"]


@contextmanager
def served(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve a case; give the process and the address that it prints."""
    with subprocess.Popen(
        [*SERVE, str(folder), "--no-browser", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def get(port: int, path: str, headers: Mapping[str, str] = {}) -> tuple[int, http.client.HTTPResponse]:
    """Ask the server for a page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=dict(headers))
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, response


def test_it_prints_its_address_serves_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "case", events=20)
    with served(folder) as (process, line):
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?token=([\w-]{40,})", line)
        assert found, line
        port, token = int(found[1]), found[2]
        assert get(port, "/")[0] == 401
        assert get(port, "/", {"Host": "evil.example"})[0] == 400
        status, response = get(port, f"/?token={token}")
        assert status == 303
        cookie = {"Cookie": str(response.getheader("set-cookie")).partition(";")[0]}
        assert get(port, "/", cookie)[0] == 200
        # The record is ours while we serve: a second program is told so.
        second = subprocess.run(
            [*SERVE, str(folder), "--no-browser"], capture_output=True, text=True, check=False
        )
        assert second.returncode == 1 and "in use by another program" in second.stderr
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0 and out == ""
        assert "GET / 200" in err and "Traceback" not in err
        assert token not in err and "evil" not in err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "0.0.0.0"], "--password-file"),
        (["--host", "0.0.0.0", "--password-file", "{word}", "--restricted"], "does not go with --host"),
        (["--password-file", "nowhere"], "cannot be read"),
        (["--port", "{taken}"], "cannot listen"),
        (["--host", "192.0.2.1", "--password-file", "{word}"], "cannot listen"),
    ],
)
def test_what_cannot_be_served_is_said_in_a_sentence(tmp_path: Path, options: list[str], said: str) -> None:
    folder = write_case(tmp_path / "case", events=1)
    word = tmp_path / "word"
    word.write_text("long enough to be one", encoding="utf-8")
    word.chmod(0o600)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        given = [o.format(word=word, taken=taken.getsockname()[1]) for o in options]
        done = CliRunner().invoke(app, ["serve", str(folder), "--no-browser", *given])
    assert done.exit_code == 1
    assert said in done.stderr and "token=" not in done.stdout


def test_a_missing_case_is_said(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["serve", str(tmp_path / "none"), "--no-browser"])
    assert done.exit_code == 1 and "there is no case folder" in done.stderr
