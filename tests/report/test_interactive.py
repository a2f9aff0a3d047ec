"""The report with `--interactive`: charts answer to the pointer, nothing leaves, and paper gets still pictures."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest

import salience
from small_ged import row, write_case, write_ged

HOSTILE = "</script><script>window.harmed = 1</script>"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the report of one case as it is by default, and with interactive charts."""
    folder = write_case(tmp_path_factory.mktemp("live") / "case")
    write_ged(folder / "ged.csv", [row(n, **({"adm_1": HOSTILE} if n % 4 == 1 else {})) for n in range(240)])
    made = {}
    with salience.open(folder) as case:
        for name in ("still", "live"):
            report = case.run(interactive=name == "live").report
            made[name] = report.rename(folder / f"{name}.html")
    return made


def test_by_default_there_is_no_script_and_with_it_one_that_the_policy_names(
    reports: dict[str, Path],
) -> None:
    still, live = (reports[name].read_text(encoding="utf-8") for name in ("still", "live"))
    assert "<script" not in still and "script-src" not in still and 'class="live"' not in still
    (script,) = re.findall(r"<script>(.*?)</script>", live, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', live)
    assert policy == (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'"
    )
    # The bundle of vl-convert 1.9 is 0.90 MB; the rest is the still report and its charts' data.
    assert 800_000 < len(live) - len(still) < 1_200_000


def test_the_data_of_charts_cannot_end_their_script(reports: dict[str, Path]) -> None:
    live = reports["live"].read_text(encoding="utf-8")
    (charts,) = re.findall(r'<script type="application/json" id="charts">(.*?)</script>', live, re.DOTALL)
    assert "<" not in charts
    assert HOSTILE[:9] in json.dumps(json.loads(charts))
    assert len(json.loads(charts)) == live.count("<figure>")


@pytest.fixture(scope="module")
def opened(chromium: Any, reports: dict[str, Path]) -> Any:
    """Open the report from its file with the network off, and keep what it asks for and complains of."""
    context = chromium.new_context(offline=True, viewport={"width": 1000, "height": 900})
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(reports["live"].as_uri())
    for k in range(page.locator("figure").count()):
        page.locator("figure").nth(k).scroll_into_view_if_needed()
        page.locator("figure.lively").nth(k).wait_for(state="attached", timeout=20_000)
    yield page
    context.close()


def test_every_chart_is_drawn_and_no_request_leaves(opened: Any, reports: dict[str, Path]) -> None:
    assert opened.locator("figure.lively").count() == opened.locator("figure").count() > 5
    assert opened.locator("figure .live svg path").count() > 20
    assert [u for u in opened.asked if not u.startswith("data:")] == [reports["live"].as_uri()]
    assert opened.said == []
    assert opened.evaluate("window.harmed") is None
    assert opened.locator(".drawing > svg").count() == opened.locator("figure").count()
    assert not opened.locator(".drawing > svg").first.is_visible()


def test_a_mark_says_what_it_stands_for(opened: Any) -> None:
    bars = opened.locator("figure.lively").nth(1).locator(".live .mark-rect path")
    bars.first.scroll_into_view_if_needed()
    bars.first.hover(force=True)
    tip = opened.locator("#vg-tooltip-element.visible")
    tip.wait_for(timeout=5_000)
    assert "events a month" in tip.inner_text()


def test_paper_gets_the_still_pictures(opened: Any) -> None:
    opened.emulate_media(media="print")
    assert opened.locator(".drawing > svg").first.is_visible()
    assert not opened.locator("figure .live").first.is_visible()
    opened.emulate_media(media="screen")


def test_a_script_that_the_policy_does_not_name_is_not_run(opened: Any) -> None:
    opened.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.harmed = 2';"
        " document.body.append(s); }"
    )
    assert opened.evaluate("window.harmed") is None
    assert "Content Security Policy" in opened.said.pop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["still", "live"])
def test_the_page_can_be_read_by_everyone_in_either_scheme(
    chromium: Any, reports: dict[str, Path], scheme: str, name: str
) -> None:
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    context = chromium.new_context(color_scheme=scheme, bypass_csp=True, offline=True)
    page = context.new_page()
    page.goto(reports[name].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    if name == "live":
        page.locator("figure.lively").first.wait_for(state="attached", timeout=20_000)
    page.evaluate(axe)
    broken = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'best-practice']}).then("
        "r => r.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 200)]))"
    )
    paper = page.evaluate("getComputedStyle(document.querySelector('figure')).backgroundColor")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    context.close()
    assert broken == []
    assert paper == "rgb(255, 255, 255)"
    assert (ground == paper) is (scheme == "light")
