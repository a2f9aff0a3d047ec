"""Import of a GED-format file against DuckDB loading the same CSV into one table: time and peak memory.

Each is a process of its own, one after the other in one run: `python benchmarks/import_speed.py [EVENTS]`.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LOAD = """
import duckdb, sys
with duckdb.connect(sys.argv[2] + "/load.duckdb") as connection:
    connection.execute("SET enable_progress_bar = false")
    connection.execute("CREATE TABLE ged AS FROM read_csv(?)", [sys.argv[1]])
    print(connection.execute("SELECT count(*) FROM ged").fetchone()[0])
"""
IMPORT = """
import sys
from pathlib import Path
from salience.record.store import Record
from salience.sources.load import import_file
with Record(Path(sys.argv[2]) / "record.duckdb") as record:
    done = import_file(record, Path(sys.argv[1]), Path(sys.argv[2]) / "raw")
    print(done.kept, done.accounts)
"""


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ged.csv"
        subprocess.run(
            [sys.executable, "-c", "import sys; from salience.worlds import write_ged; "
             "write_ged(sys.argv[1], events=int(sys.argv[2]), seed=1)", str(path), str(events)],
            check=True,
        )  # fmt: skip
        print(f"{events:,} events, {path.stat().st_size / 1e6:,.0f} MB")
        print(f"{'':28}{'seconds':>10}{'peak MB':>10}   rows")
        seconds = {}
        for name, program in (("DuckDB loads the CSV", LOAD), ("Salience imports it", IMPORT)):
            seconds[name], peak, printed = _measure(program, path)
            print(f"{name:28}{seconds[name]:>10.1f}{peak:>10.0f}   {printed}")
        first, second = seconds.values()
        print(f"ratio {second / first:.1f}")


def _measure(program: str, path: Path) -> tuple[float, float, str]:
    """Run a program; return its seconds, its peak memory in MB, and what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(path), folder], stdout=subprocess.PIPE, text=True
        )
        printed = process.stdout.read() if process.stdout else ""
        peak = _peak_of(process)
        return time.perf_counter() - begin, peak, printed.strip()


def _peak_of(process: subprocess.Popen[str]) -> float:
    import os

    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the measured program ended with {process.returncode}")
    return usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
