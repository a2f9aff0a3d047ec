"""A process killed at any moment leaves the record as it was, and the same command then completes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from salience.record.store import Record
from salience.sources.load import import_file
from small_ged import row, write_ged

PROGRAM = """
import os, signal, sys
from pathlib import Path
from salience.record.store import Record
import salience.sources.load as load

moment = sys.argv[3]

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def progress(stage, share):
    if stage == moment:
        die()

if moment.startswith("call "):
    name = moment.split()[1]
    whole = getattr(load, name)
    def wrapped(*a, **k):
        whole(*a, **k)
        die()
    setattr(load, name, wrapped)
with Record(Path(sys.argv[2]) / "record.duckdb") as record:
    load.import_file(record, Path(sys.argv[1]), Path(sys.argv[2]) / "raw", progress=progress)
"""


@pytest.mark.parametrize(
    "moment",
    [
        "keeping a copy",
        "sorting rows",
        "call stage_rows",
        "writing accounts",
        "call register_spellings",
        "call insert_accounts",
        "call insert_tellers",
        "summing up events",
        "call refresh_events",
    ],
)
def test_a_killed_import_leaves_nothing_behind_and_completes_the_second_time(
    tmp_path: Path, moment: str
) -> None:
    path = write_ged(tmp_path / "ged.csv", [row(n) for n in range(400)])
    folder = tmp_path / "case"
    with Record(folder / "record.duckdb") as record:
        import_file(
            record, write_ged(tmp_path / "first.csv", [row(n + 5000) for n in range(50)]), folder / "raw"
        )
        before = record.fingerprint()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path), str(folder), moment], capture_output=True, check=False
    )
    assert done.returncode == -9, done.stderr
    with Record(folder / "record.duckdb") as record:
        assert record.fingerprint() == before
        assert record.rows("SELECT count(*) AS n FROM event") == [{"n": 50}]
        assert record.check() == []
        assert import_file(record, path, folder / "raw").kept == 400
        assert import_file(record, path, folder / "raw").already
        assert record.rows("SELECT count(*) AS n FROM event") == [{"n": 450}]
        assert record.check() == []
    assert not (folder / "raw" / ".incoming").exists()


def test_a_second_process_is_told_who_holds_the_record(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from salience.errors import RecordError
from salience.record.store import Record
try:
    Record(Path(sys.argv[1]))
except RecordError as error:
    print(error)
"""
    import os

    with Record(tmp_path / "record.duckdb"):
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "record.duckdb")],
            capture_output=True,
            text=True,
            check=True,
        )
    assert f"in use by another program (process {os.getpid()})" in done.stdout
    assert "nothing was changed" in done.stdout
