"""Fixtures that several rooms' tests share, and the order in which the files run."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Half of hypothesis's own number: the whole run has ten minutes on two cores. Time limits would fail busy machines.
settings.register_profile("whole run", max_examples=50, deadline=None)
settings.load_profile("whole run")

ROOT = Path(__file__).parents[1]

# Files that compile loops come before those that only use them, so that two workers do not compile the same; then the
# longest, so that the short ones at the end let both workers finish together. Files that are not named come last.
FIRST = (
    "test_capture_latent", "test_bargaining", "test_hidden", "test_reports", "test_case", "test_attention",
    "test_reports_classic", "test_reconcile", "test_options", "test_narrative", "test_landscape", "test_change_cases",
    "test_change",
    "test_cli", "test_bad_input", "test_backtest", "test_disparity", "test_docs", "test_coverage", "test_atomic",
)  # fmt: skip

MakeOnce = Callable[[str, Callable[[Path], None]], Path]


def pytest_configure(config: pytest.Config) -> None:
    """Keep the order below: pytest-xdist would hand out files by their number of tests."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files of FIRST first."""
    places = {name: k for k, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(FIRST)))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder with real data, or skip: it is never part of the project."""
    folder = Path(os.environ.get("SALIENCE_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"needs the real data in {folder.name}/ (set SALIENCE_DATA to the folder that holds it)")
    return folder


@pytest.fixture(scope="session")
def make_once(tmp_path_factory: pytest.TempPathFactory) -> MakeOnce:
    """Return a maker of folders that all workers share: the first who asks makes one, others wait for it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def make(name: str, fill: Callable[[Path], None]) -> Path:
        folder, made = shared / f"once-{name}", shared / f"once-{name}.made"
        with (shared / f"once-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                made.touch()
        return folder

    return make


@pytest.fixture(scope="session")
def demo(make_once: MakeOnce) -> Path:
    """Return where `make demo` was done: `cases/simulated`, and in `said.txt` what the command line printed.

    Open the case for reading alone, or copy it: other tests read it too.
    """

    def fill(folder: Path) -> None:
        said = ""
        for words in (["world", "cases/simulated", "--seed", "7"], ["run", "cases/simulated"]):
            done = subprocess.run(
                [sys.executable, "-m", "salience", *words],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            said += done.stdout
        (folder / "said.txt").write_text(said, encoding="utf-8")

    return make_once("demo", fill)


@pytest.fixture(scope="session")
def real_case(make_once: MakeOnce, shared_data: Path) -> Callable[[str], Path]:
    """Return a maker of one of the project's cases on its real data, run; open it for reading alone."""

    def make(name: str) -> Path:
        def fill(folder: Path) -> None:
            import salience

            own = ROOT / "cases" / name
            for file in (*own.glob("*.toml"), *own.glob("*.csv"), *own.glob("*.txt")):
                shutil.copy(file, folder / file.name)
            with salience.open(folder, data=shared_data / "ucdp") as case:
                case.run()

        return make_once(name, fill)

    return make


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Return Chromium driven by Playwright, of which a worker can have one; skip where there is none."""
    from report.browser import FLAGS, find_browser

    place = find_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=list(FLAGS[1:8]))
        yield browser
        browser.close()
