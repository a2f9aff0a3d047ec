"""A page in headless Chromium, where there is one: what a script finds in it."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
    "--virtual-time-budget=20000",
)


def run_in_page(page: str, script: str, folder: Path) -> Any:
    """Run a script that sets `window.found` (or a promise of it) in a copy of the page; return it."""
    open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    tail = (
        f"<script>{script}</script><script>Promise.resolve(window.found).then(f => {{"
        "const o = document.createElement('pre'); o.id = 'found'; o.textContent = JSON.stringify(f);"
        "document.body.appendChild(o); });</script>"
    )
    copy = folder / "tried.html"
    copy.write_text(open_page.replace("</body>", tail + "</body>"), encoding="utf-8")
    shown = dump_page(copy)
    answer = re.search(r'<pre id="found">(.*?)</pre>', shown, re.DOTALL)
    assert answer is not None, shown[-500:]
    return json.loads(html.unescape(answer.group(1)))


def dump_page(page: Path) -> str:
    """Open a page as it is and return what its scripts made of it."""
    browser = find_browser()
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [browser, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", page.as_uri()],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
    return done.stdout


def find_browser() -> str:
    """Return where Chromium is, or skip the test."""
    browser = next((found for name in NAMES if (found := shutil.which(name))), None)
    if browser is None:
        pytest.skip("needs Chromium, which is not on this machine (Debian: apt-get install chromium)")
    return browser
