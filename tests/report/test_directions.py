"""Names in right-to-left letters among other words: in charts every part stands where a reader looks for it."""

from __future__ import annotations

from typing import Any

import pytest

from salience.questions.charts import chart_of, direct, finish_chart, render_svg, shorten

NAME = "صدای مردم"
LTR, RTL, EMBED, POP = "\u200e", "\u200f", "\u202b", "\u202c"


@pytest.mark.parametrize(
    ("text", "sentence", "marked"),
    [
        ("Local Herald (24)", False, "Local Herald (24)"),
        (f"{NAME} (24)", False, f"{RTL}{NAME} (24)"),
        (f"{NAME} (24)", True, f"{RTL}{NAME} (24)"),
        (f"Told by {NAME} (24), 7 of 9", False, f"Told by {NAME}{LTR} (24), 7 of 9"),
        (f"{NAME} tells of 24 % of events", True, f"{NAME}{LTR} tells of 24 % of events"),
        # More of its letters are right-to-left; as a label it is such a line, as a title of ours it is not.
        (f"{NAME} (BBC, 24)", False, f"{EMBED}{NAME} (BBC, 24){POP}"),
        (f"{NAME} (BBC, 24)", True, f"{NAME}{LTR} (BBC, 24)"),
        (f"{NAME}, آزادی: 3", True, f"{RTL}{NAME}, آزادی: 3"),
        (f"{RTL}already (24) {NAME}", False, f"{RTL}already (24) {NAME}"),
    ],
)
def test_marks_by_the_rules_of_unicode(text: str, sentence: bool, marked: str) -> None:
    assert direct(text, sentence) == marked
    assert direct(marked, sentence) == marked


def test_a_cut_label_is_marked_when_the_chart_is_made() -> None:
    assert shorten(f"{NAME} " * 9).count("…") == 1
    figure = _figure([f"{NAME} ({k})" for k in range(3)], f"{NAME} tells of 24 events")
    assert figure.spec["title"]["text"] == [f"{NAME}{LTR} tells of 24 events"]
    (rows,) = figure.spec["datasets"].values()
    assert {row["who"] for row in rows} == {f"{RTL}{NAME} ({k})" for k in range(3)}
    # what sorts and what is sorted are marked alike, or the order would be lost
    assert figure.spec["encoding"]["y"]["sort"] == [f"{RTL}{NAME} ({k})" for k in (2, 0, 1)]
    assert figure.title == f"{NAME} tells of 24 events"


def test_a_browser_puts_the_number_after_the_name(chromium: Any, tmp_path: Any) -> None:
    """Chromium says where each letter of a title stands: the name's, then the digits', then the last word's."""
    (tmp_path / "c.html").write_text(
        "<!doctype html><meta charset=utf-8>" + render_svg(_figure(["A"], f"{NAME} (24), 3 deaths")),
        encoding="utf-8",
    )
    script = """() => {
      const t = [...document.querySelectorAll('text')].find(e => e.textContent.includes('deaths'));
      const s = t.textContent, at = c => t.getStartPositionOfChar(s.indexOf(c)).x;
      return [at('ص'), at('2'), at('3'), at('d')];
    }"""
    page = chromium.new_page()
    page.goto((tmp_path / "c.html").as_uri())
    places = page.evaluate(script)
    page.close()
    assert places == sorted(places)


def _figure(names: list[str], title: str) -> Any:
    rows = [{"who": name, "n": k + 1} for k, name in enumerate(names)]
    order = [names[k] for k in (2, 0, 1)] if len(names) == 3 else names
    import altair as alt

    chart = chart_of(rows).mark_bar().encode(x="n:Q", y=alt.Y("who:N", sort=order))
    return finish_chart(chart, "x", title, "d", height=80)
