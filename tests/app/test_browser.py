"""The analyst's way through the app in a real browser, by mouse and by keyboard alone.

Chromium is the system's; where there is none these tests are skipped. No request may leave this machine, and axe-core
(WCAG A and AA) may find nothing serious on any page. What each page looks like is kept in `build/screenshots`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "screenshots"
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
# Without these Chromium looks for its maker's hosts by itself.
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-quic"]  # fmt: skip
PATIENCE = 60_000


@pytest.fixture(scope="module")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("needs Chromium (Debian: apt install chromium)")
    return found


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[str]:
    """Serve a case as a program of its own; give its opening address."""
    words = [sys.executable, "-m", "salience", "serve", str(folder), "--no-browser", "--quiet", *options]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None and server.stderr is not None
        try:
            address = server.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), server.stderr.read()
            yield address
        finally:
            server.terminate()
            server.wait(20)


@contextmanager
def browsing(playwright: Playwright, chromium: str, address: str, **more: Any) -> Iterator[Page]:
    """Open the address; whatever asks another host than this machine fails the test."""
    browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
    context: BrowserContext = browser.new_context(viewport={"width": 1280, "height": 860}, **more)
    context.set_default_timeout(PATIENCE)
    strangers: list[str] = []
    context.on(
        "request",
        lambda r: None if urlsplit(r.url).hostname in ("127.0.0.1", None) else strangers.append(r.url),
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
    try:
        page.goto(address)
        yield page
    finally:
        context.close()
        browser.close()
    assert strangers == []
    assert wrong == []


@pytest.fixture(scope="module")
def simulated(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served") / "case"
    shutil.copytree(demo / "cases" / "simulated", folder)
    with serving(folder) as address:
        yield address


@pytest.fixture(scope="module")
def syria(real_case: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served") / "syria"
    shutil.copytree(real_case("syria"), folder)
    with serving(folder) as address:
        yield address


@pytest.fixture
def address(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found


def keep_shot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=False)


@pytest.mark.parametrize("address", ["simulated", "syria"], indirect=True)
def test_the_analysts_way_by_mouse(playwright: Playwright, chromium: str, address: str) -> None:
    name = "simulated" if "simulated" in str(address) else "case"
    with browsing(playwright, chromium, address) as page:
        assert "token" not in page.url
        name = re.sub(r"\W+", "-", page.title().rpartition("–")[2].strip().lower())
        keep_shot(page, f"{name}-front")
        page.get_by_role("link", name="Record", exact=True).click()
        everything = page.locator(".lead").inner_text()
        page.locator(".facets a").first.click()
        assert "place=" in page.url
        assert page.locator(".lead").inner_text() != everything
        keep_shot(page, f"{name}-record")
        with page.expect_download() as waiting:
            page.get_by_role("link", name="CSV").click()
        lines = waiting.value.path().read_text(encoding="utf-8").splitlines()
        assert len(lines) > 1
        page.locator("#events tbody a").first.click()
        assert "/events/" in page.url
        keep_shot(page, f"{name}-event")
        page.locator('main a[href^="/sources/"]').first.click()
        assert page.locator("h1").inner_text()
        page.get_by_role("link", name="Questions", exact=True).click()
        page.get_by_role("link", name="attention", exact=True).first.click()
        keep_shot(page, f"{name}-question")
        page.get_by_role("button", name="Ask").click()
        page.wait_for_url("**/answers/attention/*")
        keep_shot(page, f"{name}-answer")
        assert page.locator("figure svg").first.is_visible()
        page.locator('a[href*="/rows?estimate="]').first.click()
        assert page.locator("table.raw tbody tr").count() > 1
        page.locator('table.raw a[href^="/events/"]').first.click()
        assert page.locator("h1").inner_text()


def focus_on(page: Page, name: str, most: int = 400) -> None:
    """Press Tab until the focus is on what bears a name."""
    for _ in range(most):
        page.keyboard.press("Tab")
        at = page.evaluate(
            "(document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || '').trim()"
        )
        if at == name or at.startswith(f"{name}\n"):
            return
    raise AssertionError(f"the keyboard does not reach '{name}' on {page.url}")


def test_the_same_way_by_keyboard_alone(playwright: Playwright, chromium: str, simulated: str) -> None:
    with browsing(playwright, chromium, simulated) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        focus_on(page, "Record")
        page.keyboard.press("Enter")
        page.wait_for_url("**/record")
        focus_on(page, "Ilsen province")
        page.keyboard.press("Enter")
        page.wait_for_url("**place=*")
        assert "Ilsen" in page.locator("main").inner_text()
        focus_on(page, "Questions")
        page.keyboard.press("Enter")
        page.wait_for_url("**/questions")
        focus_on(page, "attention")
        page.keyboard.press("Enter")
        page.wait_for_url("**/questions/attention")
        focus_on(page, "Ask")
        page.keyboard.press("Enter")
        page.wait_for_url("**/answers/attention/*")
        number = page.locator('a[href*="/rows?estimate="]').first.inner_text()
        focus_on(page, number)
        page.keyboard.press("Enter")
        page.wait_for_url("**/rows?estimate=*")
        assert page.locator("table.raw tbody tr").count() > 1


PAGES = ("/", "/record", "/claims", "/questions", "/questions/options", "/landscape", "/table", "/options",
         "/review", "/files", "/search?q=province", "/jobs")  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    playwright: Playwright, chromium: str, simulated: str, scheme: str
) -> None:
    source = AXE.read_text(encoding="utf-8")
    width = 1280 if scheme == "light" else 390
    found = {}
    with browsing(playwright, chromium, simulated, color_scheme=scheme) as page:
        page.set_viewport_size({"width": width, "height": 860})
        base = page.url.rstrip("/")
        for path in PAGES:
            page.goto(base + path)
            page.evaluate(source)
            told = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            keep_shot(page, f"{scheme}-{re.sub(r'[^a-z]+', '-', path).strip('-') or 'front'}")
            serious = [v for v in told["violations"] if v["impact"] in ("serious", "critical")]
            if serious:
                found[path] = [(v["id"], v["nodes"][0]["html"][:160]) for v in serious]
            # Nothing but tables scrolls sideways.
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), path
    assert found == {}


def test_the_first_load_is_light(playwright: Playwright, chromium: str, simulated: str) -> None:
    """Under 600 KB over the wire, with the first chart in the page itself."""
    with browsing(playwright, chromium, simulated) as page:
        page.goto(page.url)
        sizes = page.evaluate(
            "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
            ".map(e => e.transferSize)"
        )
        assert 0 < sum(sizes) < 600_000
        assert page.locator("figure svg").first.is_visible()
