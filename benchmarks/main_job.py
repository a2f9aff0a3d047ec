"""The command line's start, and the main job on the two cases of the project.

`python benchmarks/main_job.py DATA`, where DATA holds the UCDP files. Medians of three runs, each from a fresh folder.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CASES = Path(__file__).parents[1] / "cases"


def main() -> None:
    data = sys.argv[1] if len(sys.argv) > 1 else "."
    print(f"{'what':40}{'seconds':>10}")
    print(f"{'salience --help':40}{_median([sys.executable, '-m', 'salience', '--help']):>10.2f}")
    for name in ("myanmar", "syria"):
        seconds = []
        for _ in range(3):
            with tempfile.TemporaryDirectory() as folder:
                case = Path(folder) / name
                case.mkdir()
                for file in ("case.toml", "sources.csv"):
                    shutil.copy(CASES / name / file, case / file)
                command = [sys.executable, "-m", "salience", "run", str(case), "--data", data, "--quiet"]
                seconds.append(_seconds(command))
        print(f"{f'salience run cases/{name}':40}{statistics.median(seconds):>10.1f}")


def _median(command: list[str]) -> float:
    return statistics.median(_seconds(command) for _ in range(5))


def _seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
