"""A record to import into, and a server to fetch from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from salience.record.store import Record
from salience.sources.fetch.kept_pages import KeptPages
from salience.sources.fetch.ucdp_api import Fetched, GedQuery, connect, fetch_events
from salience.sources.load import Imported, import_file
from salience.worlds import write_ged
from ucdp_server import EVENTS, QUERY, TOKEN, UcdpServer, events_of, serving


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with Record(tmp_path / "case" / "record.duckdb") as opened:
        yield opened


@pytest.fixture
def take(record: Record, tmp_path: Path) -> Callable[..., Imported]:
    """Import a file and assert what must always hold."""

    def take_file(path: Path, **options: Any) -> Imported:
        done = import_file(record, path, tmp_path / "case" / "raw", **options)
        assert done.read == done.kept + done.set_aside
        rows = record.rows(
            """SELECT count(*) AS n, count(*) FILTER (reason IS NULL OR line IS NULL) AS bad FROM set_aside s
               JOIN origin o ON o.id = s.origin WHERE s.scope = 'row' AND o.file = ?""",
            [path.name],
        )
        assert rows == [{"n": done.set_aside, "bad": 0}]
        assert record.check() == []
        assert not (tmp_path / "case" / "raw" / ".incoming").exists()
        return done

    return take_file


@pytest.fixture(scope="module")
def ged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ged") / "ged.csv"
    write_ged(path, EVENTS, seed=5)
    return path


@pytest.fixture
def server(ged: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[UcdpServer]:
    monkeypatch.setenv("UCDP_ACCESS_TOKEN", TOKEN)
    with serving(events_of(ged)) as running:
        monkeypatch.setenv("SALIENCE_UCDP_ADDRESS", running.address)
        yield running


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Collect how long would be waited; nothing sleeps."""
    waited: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=waited.append))
    return waited


@pytest.fixture
def fetch(tmp_path: Path, waits: list[float]) -> Callable[..., Fetched]:
    def fetch_all(
        query: GedQuery = QUERY, progress: Callable[[str, float], None] = lambda stage, share: None
    ) -> Fetched:
        with connect() as connection:
            kept = KeptPages(tmp_path / "pages", {"address": connection.address, **query.to_dict()})
            return fetch_events(query, connection, kept, progress)

    return fetch_all
