"""The report: what it holds, that it stands alone, and that everyone can read it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import axe_playwright_python
import pytest

import salience
from report.browser import run_in_page
from salience.questions.answer import Column
from salience.report.holdings import describe_holdings
from salience.report.page import CaseHead, render_page, show_cell
from salience.report.tables import guard_cell, write_csv
from salience.worlds import World
from salience.worlds import write_case as write_world
from small_ged import row, write_case, write_ged

HOSTILE = "<script>alert(1)</script><b>x</b>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write_case(tmp_path_factory.mktemp("report") / "case")
    rows = [
        row(n, **({"source_headline": HOSTILE, "adm_1": "North <i>"} if n % 9 == 4 else {}))
        for n in range(400)
    ]
    rows += [
        row(n, source_office=f"Outlet {n}", source_headline="h", source_date="", number_of_sources=1)
        for n in range(400, 440)
    ]
    write_ged(made / "ged.csv", rows)
    with salience.open(made) as case:
        case.run()
    return made


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


class Outline(HTMLParser):
    """The parts of a page that its structure is judged by."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.headings: list[int] = []
        self.addresses: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.cells: list[dict[str, str | None]] = []
        self.pictures: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags[tag] += 1
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.addresses += [
            (tag, v or "") for k, v in attrs if k in {"src", "href", "xlink:href", "srcset", "data"}
        ]
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "th":
            self.cells.append(found)
        if tag in {"svg", "img"}:
            self.pictures.append(found)


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    read = Outline()
    read.feed(page)
    return read


def test_the_page_asks_no_host_for_anything(page: str, outline: Outline) -> None:
    assert outline.tags["script"] == outline.tags["link"] == outline.tags["iframe"] == 0
    assert all(address.startswith("#") for _, address in outline.addresses)
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    assert "default-src 'none'" in page


def test_headings_stand_in_order_under_one_title(outline: Outline) -> None:
    assert outline.headings.count(1) == 1
    assert outline.headings[0] == 1
    assert all(b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False))


def test_ids_are_unique_and_pictures_and_tables_are_named(outline: Outline) -> None:
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.pictures
    for picture in outline.pictures:
        assert picture.get("role") == "img"
        assert picture["aria-labelledby"] in outline.ids
        assert picture["aria-describedby"] in outline.ids
    assert outline.tags["caption"] == outline.tags["table"]
    assert all(cell.get("scope") in {"col", "row"} for cell in outline.cells)


def test_markup_in_data_shows_as_text(page: str) -> None:
    assert "<script" not in page
    assert "North &lt;i&gt;" in page


def test_the_page_says_where_its_data_come_from(page: str) -> None:
    assert "Sundberg" in page
    assert "CC BY 4.0" in page
    assert "ged.csv" in page
    assert salience.__version__ in page


def test_a_table_that_borrows_event_ids_does_not_pass_for_the_dataset(tmp_path: Path) -> None:
    """A simulated case states its own terms; its tables use the dataset's ids, and that is all the page says."""
    write_world(tmp_path / "case", World(events=150), seed=3)
    with salience.open(tmp_path / "case") as case:
        for given in case.file.inputs:
            mapping = tmp_path / "case" / given.map if given.map else None
            case.add(tmp_path / "case" / given.file, given.importer, mapping)
        found = {row["file"]: row for row in describe_holdings(case.record, case.file.setting).imports}
        text = render_page(
            CaseHead("x", "", case.file.setting), describe_holdings(case.record, case.file.setting), ()
        )
    assert [found[name]["event_ids_of"] for name in ("ged.csv", "official.csv", "tolls.csv", "persons.csv")] == [
        "UCDP GED", "UCDP GED", "UCDP GED", "",
    ]  # fmt: skip
    assert '<th scope="col">event ids of</th>' in text and '<th scope="col">dataset</th>' not in text
    assert {row["licence"] for row in found.values() if row["file"] != "population.csv"} == {
        "CC0 1.0 (invented data)"
    }
    assert "Sundberg" not in text and "CC BY" not in text
    assert text.count("a conflict simulated by salience, nobody&#39;s data.") == 1


def test_a_file_without_stated_terms_keeps_those_of_its_format(folder: Path, page: str) -> None:
    assert "Sundberg" in page and "CC BY 4.0" in page


def test_right_to_left_names_set_their_own_direction(page: str) -> None:
    assert '<th scope="row" dir="auto">صدای مردم</th>' in page
    assert "\u200fصدای مردم" in page  # in the charts, after a right-to-left mark


def test_long_tables_are_cut_with_a_note_and_whole_in_csv(folder: Path, page: str) -> None:
    assert re.search(r"20 of 44 rows; all in <code>answers/record/sources.csv</code>", page)
    assert re.search(r"15 of 44 rows; all in <code>answers/attention/sources.csv</code>", page)
    for path in (
        folder / "answers" / "record" / "sources.csv",
        folder / "answers" / "attention" / "sources.csv",
    ):
        with path.open(encoding="utf-8", newline="") as stream:
            assert len(list(csv.DictReader(stream))) == 44


def test_the_page_is_small_and_always_the_same(folder: Path, page: str) -> None:
    assert len(page) < 400_000
    with salience.open(folder) as case:
        case.run()
    assert (folder / "report.html").read_text(encoding="utf-8") == page


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+49", "'+49"),
        ("-x", "'-x"),
        ("\tx", "'\tx"),
        (-5, -5),
        (-0.5, -0.5),
        ("a=b", "a=b"),
        (None, None),
    ],
)
def test_cells_that_a_spreadsheet_would_run_are_guarded(
    tmp_path: Path, cell: object, expected: object
) -> None:
    assert guard_cell(cell) == expected  # type: ignore[arg-type]
    path = write_csv(tmp_path / "t.csv", ["x"], [[cell]])  # type: ignore[list-item]
    with path.open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream))[1:] == [[str(expected) if expected is not None else ""]]


@pytest.mark.parametrize(
    ("cell", "form", "shown"),
    [
        (0.1234, "share", "12 %"),
        (0.0123, "share", "1.2 %"),
        (-0.04, "share", "−4.0 %"),
        (12345, "integer", "12,345"),
        (1234.5, "number", "1,230"),
        (-0.456, "number", "−0.46"),
        (None, "number", "–"),
        ("text", "text", "text"),
    ],
)
def test_cells_are_written_for_reading(cell: object, form: str, shown: str) -> None:
    assert show_cell(cell, Column("x", "x", form)) == shown  # type: ignore[arg-type]


def test_axe_finds_nothing_to_complain_of(page: str, tmp_path: Path) -> None:
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    opened = page.replace("<details>", "<details open>")
    script = axe + (
        ";window.found = axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'best-practice']}).then("
        "r => ({broken: r.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html]), passed: r.passes.length}));"
    )
    found = run_in_page(opened, script, tmp_path)
    assert found["broken"] == []
    assert found["passed"] > 15


def test_the_page_fits_a_small_screen(page: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    frame = (
        '<!doctype html><html><body><iframe src="page.html" width="360" height="800"></iframe></body></html>'
    )
    script = (
        "window.found = new Promise(done => { const f = document.querySelector('iframe'); f.onload = () => {"
        "const d = f.contentDocument.documentElement; done([d.scrollWidth, d.clientWidth]); }; });"
    )
    width, visible = run_in_page(frame, script, tmp_path)
    assert visible <= 360
    assert width <= visible
