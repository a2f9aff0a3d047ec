"""The review page: alone, safe, in both directions of writing, and driven by its keys in a real browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest

from report.browser import dump_page, run_in_page
from salience.case import open_case
from salience.reading.review import find_items
from salience.reading.taking import take_file
from salience.report.review_page import is_rtl, render_review, write_review
from small_texts import TEXTS, write_texts_case

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)> \u202eevil\u202c & “Kabul” said the Taliban."
KEYS = """
const down = (on, key) => on.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
const press = (key) => down(document.body, key);
const data = JSON.parse(document.getElementById('data').textContent).items;
const place = () => document.getElementById('where').textContent.split(' ')[0];
const enter = (id) => down(document.getElementById(id), 'Enter');
const steps = () => salienceReview.saved().trim().split('\\n').map(JSON.parse);
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = [*TEXTS, ("<b>Hostile</b>", "2024-06-01", HOSTILE)]
    made = write_texts_case(tmp_path_factory.mktemp("page") / "case", texts)
    with open_case(made, read_only=True) as case:
        write_review(made / "review.html", case.record, case.file.name, "Ana")
    return made


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "review.html").read_text(encoding="utf-8")


def test_the_page_loads_nothing_and_runs_only_its_own_script(page: str) -> None:
    assert not re.search(r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//""", page)
    assert re.findall(r"https?://", re.sub(r"(?s)<script type=.application/json.*?</script>", "", page)) == []
    scripts = re.findall(r"(?s)<script>(.*?)</script>", page)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith("default-src 'none'")
    assert f"script-src 'sha256-{digest}'" in policy


def test_the_page_runs_under_its_own_policy(folder: Path) -> None:
    dom = dump_page(folder / "review.html")
    assert re.search(r'id="where">1 of \d+', dom)
    assert "<mark>" in dom


def test_texts_cannot_become_part_of_the_page(page: str) -> None:
    body = page.replace(re.findall(r"(?s)<script>(.*?)</script>", page)[0], "")
    assert "alert(1)</script>" not in body
    assert "<img" not in body
    (data,) = re.findall(r'(?s)<script type="application/json" id="data">(.*?)</script>', page)
    assert any("onerror" in item["before"] for item in json.loads(data)["items"])


def test_the_same_record_gives_the_same_page(folder: Path, page: str) -> None:
    with open_case(folder, read_only=True) as case:
        write_review(folder / "again.html", case.record, case.file.name, "Ana")
    assert (folder / "again.html").read_text(encoding="utf-8") == page


def test_ids_and_places_are_exact(folder: Path, page: str) -> None:
    (data,) = re.findall(r'(?s)<script type="application/json" id="data">(.*?)</script>', page)
    shown = {item["id"]: item for item in json.loads(data)["items"]}
    with open_case(folder, read_only=True) as case:
        contents = {r["sha256"]: r["content"] for r in case.record.rows("SELECT sha256, content FROM text")}
        for item in find_items(case.record):
            one = shown[str(item.id)]
            assert contents[item.text][one["start"] : one["end"]] == one["quote"]
            assert (one["before"] + one["quote"] + one["after"]).replace("… ", "").replace(
                " …", ""
            ) in contents[item.text]


def test_direction_follows_the_letters_around_the_piece(page: str) -> None:
    (data,) = re.findall(r'(?s)<script type="application/json" id="data">(.*?)</script>', page)
    items = json.loads(data)["items"]
    assert all(
        item["rtl"] == ("غیرنظامی" in item["before"] + item["quote"] + item["after"]) for item in items
    )
    assert is_rtl("طالبان in Kabul گفت: «ما خبر نداریم»")
    assert not is_rtl("Radio سپیدار wrote")
    assert not is_rtl("12 🙃")


def test_keys_move_decide_and_undo(page: str, tmp_path: Path) -> None:
    script = (
        KEYS
        + """
      const found = {places: []};
      const see = () => found.places.push(place());
      see(); press('j'); see(); press('k'); see(); press('a'); see(); press('r'); press('u'); see();
      press('z'); see(); press('z'); see(); press('j'); press('j'); press('k'); see();
      found.steps = steps(); found.ids = data.slice(0, 3).map((d) => d.id);
      found.count = document.getElementById('count').textContent;
      window.found = found;"""
    )
    found: dict[str, Any] = run_in_page(page, script, tmp_path)
    # Deciding moves on; undoing comes back to what was undone.
    assert found["places"] == ["1", "2", "1", "2", "4", "3", "2", "3"]
    first, second, third = found["ids"]
    steps = found["steps"]
    assert [(s["target"], s["state"]) for s in steps[1:-1]] == [
        (first, "accepted"), (second, "rejected"), (third, "unsure"), (third, "suggested"), (second, "suggested"),
    ]  # fmt: skip
    assert steps[0]["by"] == "Ana"
    assert steps[-1] == {"end": 5}
    assert found["count"].startswith("1 of ")


def test_edit_and_same_as_are_made_with_the_keyboard(page: str, tmp_path: Path) -> None:
    script = (
        KEYS
        + """
      const go = (test) => {
        const k = data.findIndex(test);
        while (place() !== String(k + 1)) press(Number(place()) > k ? 'k' : 'j');
      };
      go((d) => d.layer === 'mention' && d.kind !== 'place');
      press('e');
      document.getElementById('kind').value = 'place';
      document.getElementById('value').value = 'کابل';
      document.getElementById('note').value = 'a city';
      enter('value');
      go((d) => d.kind === 'label' || d.layer === 'statement');
      press('m'); press('a'); document.getElementById('same').value = 'Taliban'; enter('same');
      press('e'); const opened = !document.getElementById('form').hidden;
      document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}));
      window.found = {steps: steps(), opened, closed: document.getElementById('form').hidden};"""
    )
    found: dict[str, Any] = run_in_page(page, script, tmp_path)
    edit, same = found["steps"][1:-1]
    assert edit["state"] == "edited"
    assert {k: v for k, v in edit["change"].items() if k != "saw"} == {"kind": "place", "value": "کابل"}
    assert edit["note"] == "a city"
    assert same["state"] == "same-as"
    assert same["change"]["same_as"] == same["change"]["about"] == "Taliban"
    assert found["opened"] and found["closed"]


def test_hostile_text_is_shown_as_text_and_turned_direction_is_shown(page: str, tmp_path: Path) -> None:
    script = (
        KEYS
        + """
      const k = data.findIndex((d) => d.before.includes('onerror'));
      for (let n = 0; n < k; n++) press('j');
      const context = document.getElementById('context');
      const count = (what) => context.querySelectorAll(what).length;
      window.found = {text: context.textContent, images: document.images.length, signs: count('.hidden-sign'),
                      marks: count('mark'), title: document.getElementById('where').textContent};"""
    )
    found: dict[str, Any] = run_in_page(page, script, tmp_path)
    assert "onerror=alert(1)>" in found["text"]
    assert (found["images"], found["marks"]) == (0, 1)
    assert found["signs"] == 2
    assert "<b>Hostile</b>" in found["title"]


def test_what_the_browser_saves_is_what_the_record_takes(folder: Path, page: str, tmp_path: Path) -> None:
    script = (
        KEYS
        + """
      press('a'); press('r'); press('z'); press('u');
      for (let n = 2; n < data.length; n++) press('a');
      window.found = salienceReview.saved();"""
    )
    saved: str = run_in_page(page, script, tmp_path)
    path = tmp_path / "decisions.jsonl"
    path.write_text(saved, encoding="utf-8")
    with open_case(folder) as case:
        done = take_file(case.record, path, case=case.file.name)
        assert done.people == ("Ana",)
        assert done.decisions == len(saved.strip().split("\n")) - 2
        states = [item.state for item in find_items(case.record)]
        assert set(states) == {"accepted", "unsure"}
        assert states.count("unsure") == 1
        case.record.connection.execute("DELETE FROM decision")


def test_without_a_name_nothing_is_saved(tmp_path: Path) -> None:
    item = {"id": "1", "layer": "mention", "text": "0", "start": 0, "end": 1, "quote": "x", "kind": "place",
            "value": "x", "speaker": None, "about": None, "how": "shape", "confidence": 0.5, "notes": None,
            "state": "suggested", "by": "", "note": "", "change": {}, "outdated": False,
            "before": "", "after": "", "rtl": False, "source": None,
            "title": None, "published": None}  # fmt: skip
    script = (
        KEYS
        + "press('a'); window.found = [salienceReview.saved(), document.getElementById('count').textContent];"
    )
    assert run_in_page(render_review("c", [item], []), script, tmp_path) == [
        None,
        "Give your name first: decisions are kept with it.",
    ]


def test_an_empty_queue_says_so(tmp_path: Path) -> None:
    script = KEYS + "press('a'); press('z'); window.found = document.getElementById('where').textContent;"
    assert run_in_page(render_review("c", [], []), script, tmp_path) == "There is nothing to review."


def test_axe_finds_no_fault(page: str, tmp_path: Path) -> None:
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    wanted = "{runOnly: ['wcag2a', 'wcag2aa', 'best-practice']}"
    tell = "r => r.violations.map(v => v.id + ': ' + v.nodes[0].html)"
    script = f"{axe}\n{KEYS} press('e'); window.found = axe.run(document, {wanted}).then({tell});"
    assert run_in_page(page, script, tmp_path) == []
