"""Notebooks: what they show of answers and the record, and that the one in the docs does what it shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import narwhals as nw
import pytest

import salience
from salience.questions.answer import Answer, Column, Estimate, Figure, Table
from small_ged import row, write_case, write_ged

NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebook.ipynb"
HOSTILE = "<script>alert(1)</script>"
# Runs a notebook in a process of its own, where a library's warning at start is no error of ours, over sockets that are
# files.
EXECUTE = """
import sys, nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], 4)
manager = AsyncKernelManager(kernel_name="python3", transport="ipc")
NotebookClient(notebook, timeout=500, km=manager).execute()
nbformat.write(notebook, sys.argv[2])
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write_case(tmp_path_factory.mktemp("notebook") / "case")
    write_ged(made / "ged.csv", [row(n, **({"adm_1": HOSTILE} if n % 9 == 4 else {})) for n in range(240)])
    with salience.open(made) as case:
        case.run()
    return made


@pytest.fixture(scope="module")
def case(folder: Path) -> Any:
    with salience.open(folder, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def answer(case: Any) -> Answer:
    found: Answer = case.ask("attention")
    return found


def test_an_answer_shows_all_of_itself_and_no_script(answer: Answer) -> None:
    shown = answer._repr_mimebundle_()
    html = shown["text/html"]
    assert html == answer._repr_html_()
    assert "<script" not in html and "&lt;script&gt;" in html
    assert html.count('src="data:image/svg+xml;base64,') == 1
    for part in (*answer.estimates, *answer.assumptions):
        assert escape(part.label if isinstance(part, Estimate) else part.text) in html
    for table in answer.tables:
        assert f"{escape(table.title)} ({len(table.rows):,} rows)" in html
    assert html.count("<details>") >= len(answer.tables)
    assert all(figure.name in html and escape(figure.title) in html for figure in answer.figures[1:])
    assert shown["text/plain"].startswith(answer.headline)
    assert len(html) < 200_000


def test_an_answer_without_estimates_and_figures_is_shown(answer: Answer) -> None:
    bare = replace(
        answer, estimates=(), figures=(), assumptions=(), warnings=(), tables=(), headline="No <i>"
    )
    assert "No &lt;i&gt;" in bare._repr_html_()


def test_a_table_shows_its_first_rows_and_how_many_there_are() -> None:
    columns = (Column("a", "a & b"), Column("n", "n", "integer"), Column("x", "said", "excerpt"))
    table = Table(
        "t", "T", columns, tuple((f"<{k}>", 1000 + k, "so ⟦he⟧ said") for k in range(30)), "A note."
    )
    html = table._repr_html_()
    assert html.count("<tr>") == 11
    assert "10 of 30 rows" in html and "A note." in html
    assert "a &amp; b" in html and "&lt;0&gt;" in html and ">1,009<" in html
    assert "so <mark>he</mark> said" in html


def test_a_figure_is_drawn_for_front_ends_that_do_not_know_vega(answer: Answer) -> None:
    bundle = answer.figure("single_source")._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg")
    assert bundle["application/vnd.vegalite.v6+json"]["data"]
    with pytest.raises(KeyError, match=r"no figure 'none'; there are .*single_source"):
        answer.figure("none")
    assert isinstance(answer.figures[0], Figure)


def test_the_record_says_what_it_holds(case: Any) -> None:
    assert repr(case.record).startswith("Record('record.duckdb'): 240 events, ")
    html = case.record._repr_html_()
    assert "<code>event</code></th><td class=n>240</td><td>The accounts of one event, summarised." in html
    assert re.search("Empty: .*<code>statement</code>", html)


def test_a_closed_record_says_so(folder: Path) -> None:
    with salience.open(folder, read_only=True) as opened:
        record = opened.record
    assert repr(record) == "Record('record.duckdb', closed)"
    assert "closed" in record._repr_html_()


def test_frames_of_the_record_and_what_is_made_of_them_show_their_first_rows(case: Any) -> None:
    events = case.record.table("event")
    assert isinstance(events, nw.LazyFrame)
    assert "date_from" in repr(events) and "collect" in repr(events)
    html = events._repr_html_()
    assert html.count("<tr>") == 11
    assert "first 10 rows" in html and "–" in html and "<script" not in html
    by_place = events.group_by("admin1").agg(n=nw.len()).sort("admin1")
    assert "all rows" in by_place._repr_html_()
    known = case.record.rows("SELECT admin1, count(*) AS n FROM event GROUP BY ALL ORDER BY admin1")
    assert by_place.collect().rows(named=True) == known
    assert "no rows" in events.filter(nw.col("deaths_best") < 0)._repr_html_()


def test_the_rows_behind_every_answer_of_the_demo_are_as_many_as_it_says(demo: Path) -> None:
    with salience.open(demo / "cases" / "simulated", read_only=True) as opened:
        found = [(q, e) for q in opened.file.questions for e in opened.ask(q).evidence]
        counted = [
            (q, e.name, e.n, e.rows(opened.record).select(nw.len()).collect().item())
            for q, e in found
            if e.ids or e.condition
        ]
    exact = {"attention", "change", "landscape", "options"}
    assert {q for q, *_ in counted} >= exact
    assert [c for c in counted if c[0] in exact and c[2] != c[3]] == []
    # Elsewhere the rows hold also what a question then leaves out: copies, other periods, second tellings of a source.
    assert [c for c in counted if c[2] > c[3]] == []


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    return read


def test_the_notebook_of_the_docs_prints_what_it_shows(stored: dict[str, Any], tmp_path: Path) -> None:
    home = {
        name: str(tmp_path / name) for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR")
    }
    done = subprocess.run(
        [sys.executable, "-c", EXECUTE, str(NOTEBOOK), str(tmp_path / "again.ipynb")],
        env={**os.environ, **home, "TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    again = json.loads((tmp_path / "again.ipynb").read_text(encoding="utf-8"))
    assert _said(again) == _said(stored)
    assert len(_said(stored)) >= 10


def test_the_notebook_of_the_docs_is_small_and_was_run_in_order(stored: dict[str, Any]) -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert len(text.encode()) < 300_000
    assert "/tmp" not in text and "/home" not in text and "/root" not in text
    counts = [cell["execution_count"] for cell in stored["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))
    shown = {kind for cell in stored["cells"] for o in cell.get("outputs", []) for kind in o.get("data", {})}
    assert {"text/html", "image/svg+xml", "application/vnd.vegalite.v6+json"} <= shown
    assert not any(o["output_type"] == "error" for cell in stored["cells"] for o in cell.get("outputs", []))


def _said(notebook: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Return of every output its text and the forms it comes in; drawings may differ by a library's version."""
    said = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            text = output.get("text") or output["data"]["text/plain"]
            html = output.get("data", {}).get("text/html", "")
            tables = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", "".join(html))
            said.append(("".join(text), sorted(output.get("data", {})), tables))
    return said
