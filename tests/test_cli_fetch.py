"""`salience fetch`: one command from nothing to events in a case, or a file; what a person reads when it fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from salience.case import new_case, open_case
from salience.cli import app
from salience.worlds import write_ged
from ucdp_server import TOKEN, Handler, UcdpServer, events_of, serving

pytest.importorskip("httpx", reason="needs the extra 'fetch'")
pytest.importorskip("stamina", reason="needs the extra 'fetch'")

RUNNER = CliRunner()
ASK = ("fetch", "ucdp", "--country", "999", "--from", "2019-01-01")


@pytest.fixture(scope="module")
def ged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ged") / "ged.csv"
    write_ged(path, 100, seed=6)
    return path


@pytest.fixture
def server(ged: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[UcdpServer]:
    monkeypatch.setenv("UCDP_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.chdir(tmp_path)
    with serving(events_of(ged)) as running:
        monkeypatch.setenv("SALIENCE_UCDP_ADDRESS", running.address)
        yield running


def salience(*words: str | Path, code: int = 0) -> str:
    result = RUNNER.invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    assert TOKEN not in result.output
    return result.output


def test_one_command_takes_the_events_into_a_case(server: UcdpServer, tmp_path: Path) -> None:
    case = new_case(tmp_path / "case")
    said = salience(*ASK, case)
    assert "UCDP GED 25.1: 100 events on 3 pages (3 requests)" in said
    assert "(ucdp): 100 rows read, 100 kept, 0 set aside" in said
    with open_case(case, read_only=True) as opened:
        assert opened.record.rows("SELECT count(*) AS n FROM event") == [{"n": 100}]
        (origin,) = opened.record.rows("SELECT file, importer, licence, citation FROM origin")
        assert origin["file"] == "ucdp_ged_25.1_999_from_2019-01-01.csv.gz"
        assert (origin["importer"], origin["licence"]) == ("ucdp", "CC BY 4.0")
        assert "Sundberg" in origin["citation"]
        assert opened.check() == []
        assert [given.file for given in opened.file.inputs] == [origin["file"]]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]
    assert not (tmp_path / "cache").exists()


def test_the_same_command_again_asks_nothing_and_changes_nothing(server: UcdpServer, tmp_path: Path) -> None:
    case = new_case(tmp_path / "case")
    salience(*ASK, case)
    server.pages.clear()
    said = salience(*ASK, case)
    assert "nothing asked: the pages were kept on" in said
    assert "imported before; nothing was changed" in said
    assert server.pages == []
    salience(*ASK, case, "--fresh")
    assert server.pages == [0, 1, 2]


def test_without_a_case_a_file_is_written_that_salience_add_takes(server: UcdpServer, tmp_path: Path) -> None:
    said = salience(*ASK, "--to", "2020-06-30")
    name = "ucdp_ged_25.1_999_from_2019-01-01_to_2020-06-30.csv.gz"
    assert f"Next: salience add CASE {name}" in said
    case = new_case(tmp_path / "case")
    number = sum(event["date_start"] < "2020-07" for event in server.events)
    assert f"{number} rows read, {number} kept" in salience("add", case, tmp_path / name)
    assert len(list((tmp_path / "cache" / "salience" / "ucdp").glob("query-*.json"))) == 1


def test_out_names_the_file_and_json_tells_the_rest(server: UcdpServer, tmp_path: Path) -> None:
    told = json.loads(salience(*ASK, "--out", tmp_path / "mine.csv", "--json"))
    assert (told["file"], told["events"], told["requests"]) == (str(tmp_path / "mine.csv"), 100, 3)
    assert told["notes"] == [] and told["imported"] is None
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8").startswith("id,relid,year,")
    assert salience(*ASK, "--out", tmp_path / "mine.csv", "--quiet") == ""


def test_a_case_and_a_file_at_once_are_wrong_words(server: UcdpServer, tmp_path: Path) -> None:
    assert "give one of them" in salience(*ASK, new_case(tmp_path / "case"), "--out", "x.csv", code=2)
    assert "Invalid value for '--country'" in salience(
        "fetch", "ucdp", "--country", "AFG", "--from", "2021-08-15", code=2
    )
    assert server.pages == []


def test_a_folder_that_is_no_case_is_told_of_before_anything_is_asked(
    server: UcdpServer, tmp_path: Path
) -> None:
    (tmp_path / "nothing").mkdir()
    assert "case.toml" in salience(*ASK, tmp_path / "nothing", code=1)
    assert server.pages == []


def test_a_wrong_token_is_told_by_its_variable(server: UcdpServer, tmp_path: Path) -> None:
    server.trouble = lambda handler, request, page: handler.reply(401, f"no such token: {TOKEN}")
    case = new_case(tmp_path / "case")
    before = sorted(tmp_path.rglob("*"))
    said = salience(*ASK, case, code=1)
    assert "the server does not accept the access token in UCDP_ACCESS_TOKEN (status 401)" in said
    assert sorted(tmp_path.rglob("*")) == before


def test_whoever_stops_it_is_told_what_is_kept_and_goes_on_from_there(
    server: UcdpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from salience.sources.fetch.connection import Connection

    case = new_case(tmp_path / "case")
    before, read = server.events[:], Connection.read

    def stopped(self: Connection, url: str, *given: object, **more: object) -> object:
        if "page=2" in url:
            raise KeyboardInterrupt
        return read(self, url, *given, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "read", stopped)
        said = salience(*ASK, case, code=130)
    assert "2 pages are kept; the same command goes on from there" in said
    assert not list(case.glob("ucdp_ged*"))
    server.pages.clear()
    assert "100 events on 3 pages (1 request)" in salience(*ASK, case)
    assert server.pages == [2] and server.events == before


def test_nothing_is_left_in_the_case_when_the_data_go_on_changing(server: UcdpServer, tmp_path: Path) -> None:
    def change(handler: Handler, request: int, page: int) -> None:
        server.events.insert(0, {**server.events[0], "id": 900_000 + request})

    server.trouble = change
    case = new_case(tmp_path / "case")
    assert "nothing was written" in salience(*ASK, case, code=1)
    assert not list(case.glob("ucdp_ged*"))
    assert not (case / "record.duckdb").exists()
