"""A record to import into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from salience.record.store import Record
from salience.sources.load import Imported, import_file


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
