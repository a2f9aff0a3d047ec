"""Claims stand first in the report: a table, a card each, one click from the rows."""

from __future__ import annotations

import re
from pathlib import Path

import axe_playwright_python
import pytest

import salience
from report.browser import run_in_page
from salience.claims.verdict import PartVerdict
from salience.questions.answer import Estimate
from salience.report.strips import Strip, draw_strip
from small_claims import HOSTILE, write_claims_case


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = write_claims_case(tmp_path_factory.mktemp("claims") / "case")
    with salience.open(made) as case:
        case.run()
    return (made / "report.html").read_text(encoding="utf-8")


def test_claims_come_before_everything_else(page: str) -> None:
    places = [
        page.index(f'id="{name}"') for name in ("claims", "claim-all-but-the-army", "record", "landscape")
    ]
    assert places == sorted(places)


def test_each_claim_has_a_row_and_a_card(page: str) -> None:
    for name in ("all-but-the-army", "army-weak", "mines", "uncounted", "truce-needed", "begun"):
        assert page.count(f'href="#claim-{name}"') >= 1
        assert page.count(f'id="claim-{name}"') == 1


def test_verdicts_are_told_by_word_and_sign(page: str) -> None:
    for sign, word in zip(
        "✓✗?–…", ("supported", "contradicted", "undecided", "not judged", "not finished"), strict=True
    ):
        assert re.search(rf'<span aria-hidden="true">{re.escape(sign)}</span> {word}</span>', page)


def test_a_card_says_who_where_why_and_what_would_decide(page: str) -> None:
    card = page[page.index('id="claim-mines"') : page.index('id="claim-uncounted"')]
    plain = " ".join(re.sub("<[^>]*>", "", card).split())
    for words in (
        "Said by An essayist, in essay.txt.",
        "Undecided: data of one source.",
        "By the account of one source, the probability that it holds",
        "To decide it: A second source",
        "Held against",
        "above 50",
    ):
        assert words in plain, plain
    first = page[page.index('id="claim-all-but-the-army"') : page.index('id="claim-army-weak"')]
    assert "What would count against it" in first
    assert "characters 10 to 40" in first


def test_links_lead_to_rows_on_the_page(page: str) -> None:
    links = re.findall(r'href="#([^"]+)"', page)
    assert {link for link in links if link.startswith("landscape")}
    assert all(page.count(f'id="{link}"') == 1 for link in links)


def test_words_of_a_claim_are_no_markup(page: str) -> None:
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page


def test_axe_finds_nothing_to_complain_of(page: str, tmp_path: Path) -> None:
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    script = axe + (
        ";window.found = axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', "
        "'best-practice']}).then("
        "r => r.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html]));"
    )
    assert run_in_page(page.replace("<details", "<details open"), script, tmp_path) == []


def test_the_front_fits_a_small_screen(page: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    frame = (
        '<!doctype html><html><body><iframe src="page.html" width="340" height="800"></iframe></body></html>'
    )
    script = (
        "window.found = new Promise(done => { const f = document.querySelector('iframe'); f.onload = () => {"
        "const d = f.contentDocument; const t = d.querySelector('.claims'); const p = t.parentElement;"
        "done([d.documentElement.scrollWidth, p.scrollWidth - p.clientWidth]); }; });"
    )
    width, hidden = run_in_page(frame, script, tmp_path)
    assert width <= 340
    assert hidden <= 0


def strip(
    is_: str, value: float, interval: tuple[float, float], unit: str = "share", **test: float
) -> Strip | None:
    estimate = Estimate("recorded_share", "x", value, *interval, unit, 10)
    part = PartVerdict("t", "", "undecided", 0.5, "", None, "", "", "hidden", "recorded_share",
                       estimate=estimate, test={"is": is_, **test})  # fmt: skip
    return draw_strip(part, 0.95)


def test_a_strip_keeps_the_order_of_its_numbers() -> None:
    drawn = strip("above", 0.6, (0.4, 0.9), threshold=0.5)
    assert drawn is not None
    assert 0 <= drawn.low < drawn.ticks[0].at < drawn.value < drawn.high <= 100
    assert drawn.holds == ((drawn.ticks[0].at, 100.0),)
    assert drawn.ticks[0].text == "50 %"


def test_a_strip_tints_where_the_part_would_hold() -> None:
    outside = strip("outside", 0.6, (0.4, 0.9), low=0.5, high=0.7)
    within = strip("within", 0.6, (0.4, 0.9), low=0.5, high=0.7)
    assert outside is not None and within is not None
    ends = tuple(tick.at for tick in within.ticks)
    assert within.holds == (ends,)
    assert outside.holds == ((0.0, ends[0]), (ends[1], 100.0))


def test_a_strip_of_one_place_and_of_none() -> None:
    alone = strip("above", 2.0, (2.0, 2.0), "groups", threshold=2.0)
    assert alone is not None and alone.low == alone.value == alone.high == alone.ticks[0].at == 50.0
    estimate = Estimate("x", "x", None, None, None, "share", 0)
    part = PartVerdict("t", "", "undecided", None, "", "no data", "", "", "hidden", "x", estimate=estimate)
    assert draw_strip(part, 0.95) is None
