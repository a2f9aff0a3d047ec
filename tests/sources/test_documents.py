"""Documents into the record: every kind of file, what is skipped, what is set aside and why, and copies."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from papers import write_docx, write_pdf

from salience.errors import InputError
from salience.reading import read
from salience.record.store import Record
from salience.sources.documents import import_documents
from salience.sources.load import Imported

Take = Callable[..., Imported]
WIRE = (
    "Shells hit the market of Kelmond on Monday and killed at least nine people, medical workers said, "
    "while the army denied that it had fired on the town at all."
)


@pytest.fixture
def take_in(record: Record, tmp_path: Path) -> Take:
    """Import documents and assert what must always hold."""

    def taken(path: Path, **options: object) -> Imported:
        done = import_documents(record, path, tmp_path / "case" / "raw", **options)  # type: ignore[arg-type]
        assert done.read == done.kept + done.set_aside
        assert record.check() == []
        return done

    return taken


def texts(record: Record) -> list[str]:
    return [row["content"] for row in record.rows("SELECT content FROM text ORDER BY content")]


def reasons(record: Record) -> list[str]:
    return [row["reason"] for row in record.rows("SELECT reason FROM set_aside ORDER BY reason")]


@pytest.mark.parametrize("name", ["report.txt", "report.md"])
def test_plain_text_is_kept_as_it_is_but_for_line_ends_and_composed_letters(
    record: Record, take_in: Take, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes("Bogota\u0301 fell  silent.\r\n\r\n\tIt was noon.\r\n".encode())
    assert take_in(path).kept == 1
    assert texts(record) == ["Bogotá fell  silent.\n\n\tIt was noon.\n"]
    assert unicodedata.is_normalized("NFC", texts(record)[0])


def test_a_web_page_gives_its_article_and_counts_what_was_left_out(
    record: Record, take_in: Take, tmp_path: Path
) -> None:
    pytest.importorskip("trafilatura", reason="needs salience[text]")
    article = "".join(f"<p>Paragraph {n}. {WIRE}</p>" for n in range(4))
    page = (
        "<html><head><title>Market hit</title><script>var s = 'secret';</script></head><body>"
        "<nav><a href='/a'>Home</a> <a href='/b'>Sport</a> <a href='/c'>Weather today</a></nav>"
        f"<article><h1>Market hit</h1>{article}</article><script>alert('hidden words')</script>"
        "<footer>Contact the webmaster</footer></body></html>"
    )
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    assert take_in(tmp_path / "page.html").kept == 1
    (text,) = texts(record)
    assert "Paragraph 3." in text
    assert "hidden words" not in text and "secret" not in text and "Weather" not in text
    row = record.rows("SELECT characters, skipped FROM text")[0]
    assert row["characters"] == len(text)
    # At least the menu and the footer; never more than what a reader of the page sees.
    assert len("Home Sport Weather today Contact the webmaster") - 5 <= row["skipped"] < 200


def test_pdf_gives_its_pages_in_order(record: Record, take_in: Take, tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2", reason="needs salience[text]")
    assert take_in(write_pdf(tmp_path / "two.pdf", ["First page (one).", "Second page."])).kept == 1
    assert texts(record) == ["First page (one).\n\nSecond page."]


def test_a_pdf_of_500_pages_is_one_document(record: Record, take_in: Take, tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2", reason="needs salience[text]")
    take_in(write_pdf(tmp_path / "long.pdf", [f"Page {n} of the report." for n in range(1, 501)]))
    (text,) = texts(record)
    assert text.startswith("Page 1 of") and text.endswith("Page 500 of the report.")
    assert text.count("Page") == 500


@pytest.mark.parametrize(
    ("pages", "locked", "reason"),
    [(["Secret."], True, "the PDF asks for a password; save it without one"),
     (["", "", ""], False, "all 3 pages are pictures without text; run text recognition (OCR) on it first")],
)  # fmt: skip
def test_pdf_without_readable_text_is_set_aside_with_the_reason(
    record: Record, take_in: Take, tmp_path: Path, pages: list[str], locked: bool, reason: str
) -> None:
    pytest.importorskip("pypdfium2", reason="needs salience[text]")
    done = take_in(write_pdf(tmp_path / "shut.pdf", pages, locked=locked))
    assert (done.read, done.kept) == (1, 0)
    assert reasons(record) == [reason]


def test_a_damaged_pdf_is_set_aside(record: Record, take_in: Take, tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2", reason="needs salience[text]")
    (tmp_path / "torn.pdf").write_bytes(b"%PDF-1.4\n1 0 obj\n<< /Type")
    take_in(tmp_path / "torn.pdf")
    assert reasons(record)[0].startswith("the PDF is damaged")


def test_word_files_give_their_paragraphs_and_other_files_of_that_name_are_set_aside(
    record: Record, take_in: Take, tmp_path: Path
) -> None:
    pytest.importorskip("docx", reason="needs salience[text]")
    take_in(write_docx(tmp_path / "a.docx", ["Communiqué No. 8.", "No civilian was harmed."]))
    assert texts(record) == ["Communiqué No. 8.\nNo civilian was harmed."]
    (tmp_path / "b.docx").write_bytes(b"not a Word file")
    take_in(tmp_path / "b.docx")
    assert reasons(record)[0].startswith("this is not a Word file (.docx)")


def test_a_table_of_articles_gives_one_report_a_row_with_source_and_day(
    record: Record, take_in: Take, tmp_path: Path
) -> None:
    rows = [
        "outlet;date;body",
        'Delta Wire;2024-03-05;"One; two.\nThree."',
        "Ostra Times;2024-03-06;Four.",
        "X;2024-03-07;",
    ]
    (tmp_path / "articles.csv").write_text("\n".join(rows), encoding="utf-8")
    done = take_in(tmp_path / "articles.csv")
    assert (done.read, done.kept, done.set_aside) == (3, 2, 1)
    found = record.rows(
        "SELECT s.name, published::VARCHAR AS day FROM report JOIN source s ON s.id = source ORDER BY day"
    )
    assert found == [
        {"name": "Delta Wire", "day": "2024-03-05"},
        {"name": "Ostra Times", "day": "2024-03-06"},
    ]
    assert reasons(record) == ["the column body holds no text"]
    assert record.rows("SELECT line FROM set_aside") == [{"line": 5}]


def test_lines_of_json_are_articles_and_a_broken_line_is_set_aside_with_its_number(
    record: Record, take_in: Take, tmp_path: Path
) -> None:
    lines = [
        json.dumps({"text": "One.", "source": "A"}),
        '{"text": "Two',
        '["no object"]',
        json.dumps({"text": "Three."}),
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = take_in(tmp_path / "a.jsonl")
    assert (done.kept, done.set_aside) == (2, 2)
    found = record.rows("SELECT line, reason FROM set_aside ORDER BY line")
    assert [row["line"] for row in found] == [2, 3]
    assert found[0]["reason"].startswith("the line is no JSON")


RSS = """<rss version="2.0"><channel><title>Ostra Times</title>
<item><title>Market hit</title><description>&lt;p&gt;Nine died.&lt;/p&gt;</description><link>https://x.example/1</link>
<pubDate>Tue, 05 Mar 2024 10:00:00 GMT</pubDate><guid>1</guid></item><item><title>Calm</title></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Delta Wire</title><entry><title>Bridge shut</title>
<content type="html">It is shut.</content><link href="https://x.example/2"/><updated>2024-03-06T08:00:00Z</updated></entry></feed>"""


@pytest.mark.parametrize(
    ("feed", "source", "day", "url", "words"),
    [(RSS, "Ostra Times", "2024-03-05", "https://x.example/1", "Nine died."),
     (ATOM, "Delta Wire", "2024-03-06", "https://x.example/2", "It is shut.")],
)  # fmt: skip
def test_feeds_give_their_entries(
    record: Record, take_in: Take, tmp_path: Path, feed: str, source: str, day: str, url: str, words: str
) -> None:
    (tmp_path / "feed.xml").write_text(feed, encoding="utf-8")
    take_in(tmp_path / "feed.xml")
    row = record.rows(
        """SELECT s.name, published::VARCHAR AS day, url, content FROM report JOIN source s ON s.id = source
           JOIN text USING (sha256) WHERE url IS NOT NULL"""
    )[0]
    assert (row["name"], row["day"], row["url"]) == (source, day, url)
    assert words in row["content"] and "<p>" not in row["content"]


def test_a_feed_that_defines_entities_is_refused(take_in: Take, tmp_path: Path) -> None:
    (tmp_path / "bomb.xml").write_text('<!DOCTYPE x [<!ENTITY a "b">]><rss>&a;</rss>', encoding="utf-8")
    with pytest.raises(InputError, match="entities"):
        take_in(tmp_path / "bomb.xml")


def test_a_folder_is_one_import_and_what_cannot_be_read_is_set_aside(
    record: Record, take_in: Take, tmp_path: Path
) -> None:
    folder = tmp_path / "texts"
    (folder / "2024").mkdir(parents=True)
    (folder / "2024" / "2024-03-05-market.txt").write_text(WIRE, encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8")
    (folder / "table.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (folder / ".hidden.txt").write_text("never read", encoding="utf-8")
    done = take_in(folder)
    assert (done.read, done.kept, done.set_aside) == (4, 1, 3)
    assert record.rows("SELECT published::VARCHAR AS day FROM report") == [{"day": "2024-03-05"}]
    assert [reason.split(";")[0] for reason in reasons(record)] == [
        "no column is known to hold the text", "no form of document that can be read", "the file is empty",
    ]  # fmt: skip


def test_the_same_file_twice_changes_nothing_and_says_so(
    record: Record, take_in: Take, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(WIRE, encoding="utf-8")
    first = take_in(tmp_path / "a.txt")
    before = record.fingerprint()
    again = take_in(tmp_path / "a.txt")
    assert (first.already, again.already) == (False, True)
    assert again.kept == first.kept
    assert record.fingerprint() == before


def test_one_sources_same_text_is_one_report_and_anothers_is_a_copy(
    record: Record, take_in: Take, tmp_path: Path
) -> None:
    near = WIRE.replace("nine people", "ten people")
    rain = "Rain is expected over the hills until the weekend, said the radio this noon."
    lines = [
        ("A", "2024-03-05", WIRE),
        ("A", "2024-03-05", WIRE),
        ("B", "2024-03-06", WIRE),
        ("C", "2024-03-07", near),
        ("D", "2024-03-04", rain),
    ]
    (tmp_path / "w.jsonl").write_text(
        "\n".join(json.dumps({"source": s, "date": d, "text": t}) for s, d, t in lines), encoding="utf-8"
    )
    done = take_in(tmp_path / "w.jsonl")
    assert done.accounts == 4  # reports
    assert record.rows("SELECT count(*) AS n FROM text") == [{"n": 3}]
    found = record.rows(
        """SELECT s.name AS copy, o.name AS of, round(similarity, 2) AS alike FROM copy c
           JOIN report r ON r.id = c.report JOIN source s ON s.id = r.source
           JOIN report f ON f.id = c.copy_of JOIN source o ON o.id = f.source ORDER BY 1"""
    )
    # One of n words changed: 3 of the n - 2 word triples, so n - 5 of n + 1 are shared.
    n = len(WIRE.split())
    alike = round((n - 5) / (n + 1), 2)
    assert found == [{"copy": "B", "of": "A", "alike": 1.0}, {"copy": "C", "of": "A", "alike": alike}]


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("No comment.", False),
        ("Ministry spokesman denies report", False),  # four words, 32 characters
        ("Two killed in hill raid", True),  # five words
        ("سخنگو این خبر را رد کرد", True),  # six words
        ("发言人否认", False),  # five characters: as much as two or three words
        (
            "发言人星期二在首都举行的记者会上否认了这一报道，并表示当局没有拘留任何人，也没有接到任何有关失踪者的报告。",
            True,
        ),
    ],
)
def test_equal_texts_are_copies_only_from_a_length_on(
    record: Record, take_in: Take, tmp_path: Path, text: str, copy: bool
) -> None:
    """Two sources that say "No comment" copy nobody; the least is five words, or forty characters."""
    lines = [{"source": s, "date": "2024-03-05", "text": text} for s in ("A", "B")]
    told = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (tmp_path / "w.jsonl").write_text(told, encoding="utf-8")
    assert take_in(tmp_path / "w.jsonl").accounts == 2
    assert record.rows("SELECT count(*) AS n FROM copy") == [{"n": int(copy)}]


def test_a_copy_that_changed_one_word_in_a_long_text_is_linked(
    record: Record, take_in: Take, tmp_path: Path
) -> None:
    long = " ".join(f"word{n}" for n in range(100))
    (tmp_path / "a.txt").write_text(long, encoding="utf-8")
    (tmp_path / "b.txt").write_text(long.replace("word50", "changed"), encoding="utf-8")
    take_in(tmp_path / "a.txt")
    take_in(tmp_path / "b.txt")
    # 3 of the 98 word triples hold the word: 95 are shared by both of 101.
    assert record.rows("SELECT round(similarity, 4) AS alike FROM copy") == [{"alike": round(95 / 101, 4)}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252", "windows-1256"])
def test_a_page_that_lies_about_its_encoding_is_read_right(
    record: Record, take_in: Take, tmp_path: Path, encoding: str
) -> None:
    pytest.importorskip("trafilatura", reason="needs salience[text]")
    said = "طالبان این خبر را رد کرد و گفت که کسی بازداشت نشده است. " if encoding in ("utf-8", "windows-1256") else (
        "Le général a nié l'opération près d'Évreux, où l'été fut très sévère. "
    )  # fmt: skip
    lie = "iso-8859-1" if encoding == "utf-8" else "utf-8"
    page = (
        f'<html><head><meta charset="{lie}"></head><body><article><p>{said * 8}</p></article></body></html>'
    )
    (tmp_path / "page.html").write_bytes(page.replace("ی", "ي").encode(encoding))
    take_in(tmp_path / "page.html")
    (text,) = texts(record)
    assert said.replace("ی", "ي").strip()[:40] in text


def test_bytes_that_are_no_text_are_a_clear_error(take_in: Take, tmp_path: Path) -> None:
    (tmp_path / "noise.txt").write_bytes(bytes(range(256)) * 50)
    with pytest.raises(InputError, match="no text in any encoding"):
        take_in(tmp_path / "noise.txt")


def test_a_line_of_five_megabytes_is_one_text_and_can_be_read(
    record: Record, take_in: Take, tmp_path: Path
) -> None:
    line = "The Hill Front said that 23 civilians died. " * 120_000
    (tmp_path / "line.txt").write_text(line, encoding="utf-8")
    take_in(tmp_path / "line.txt")
    assert record.rows("SELECT characters FROM text") == [{"characters": len(line)}]
    (tmp_path / "line.csv").write_text(f'text\n"{line}"\n', encoding="utf-8")
    assert take_in(tmp_path / "line.csv").kept == 1


def test_control_characters_are_left_out_and_counted(record: Record, take_in: Take, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"One\x00 two\x07.\n")
    take_in(tmp_path / "a.txt")
    assert record.rows("SELECT content, skipped FROM text") == [{"content": "One two.\n", "skipped": 2}]


@pytest.mark.parametrize(
    "name", ["Hill\u200f Front", "Hi\u200bll Front", "\u202bHill Front\u202c", "Hill\u00a0Front"]
)
def test_marks_that_nobody_sees_stay_in_the_text_and_hide_no_name(
    record: Record, take_in: Take, tmp_path: Path, name: str
) -> None:
    (tmp_path / "a.txt").write_text(f"Then the {name} withdrew.", encoding="utf-8")
    take_in(tmp_path / "a.txt")
    (text,) = texts(record)
    assert name in text
    found = [m for m in read(text, {"Hill Front": "Hill Front"}).mentions if m.how == "alias"]
    assert [m.value for m in found] == ["Hill Front"]
    assert text[found[0].start : found[0].end] == found[0].text


def test_a_word_of_two_scripts_is_flagged_as_a_possible_forgery() -> None:
    spoofed = "In Ostra the T\u0430liban denied it."  # a Cyrillic a
    found = [m for m in read(spoofed, {"Taliban": "Taliban"}).mentions if "liban" in m.text]
    assert len(found) == 1
    assert "mixed scripts" in found[0].notes


def test_a_failing_import_changes_nothing(record: Record, take_in: Take, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(WIRE, encoding="utf-8")
    take_in(tmp_path / "good.txt")
    before, kept = record.fingerprint(), sorted(p.name for p in (tmp_path / "case" / "raw").iterdir())
    broken = (
        "text,source\n" + "".join(f'"Article {n} of the file.",A\n' for n in range(1200)) + '"never closed'
    )
    (tmp_path / "broken.csv").write_text(broken, encoding="utf-8")
    with pytest.raises(InputError, match="not a CSV file"):
        take_in(tmp_path / "broken.csv")
    assert record.fingerprint() == before
    assert record.rows("SELECT count(*) AS n FROM report") == [{"n": 1}]
    assert record.rows("SELECT count(*) AS n FROM text") == [{"n": 1}]
    assert sorted(p.name for p in (tmp_path / "case" / "raw").iterdir()) == kept


@pytest.mark.parametrize(("name", "said"), [("a.odt", "no form of document"), ("gone.txt", "no such file")])
def test_what_cannot_be_read_says_what_can(take_in: Take, tmp_path: Path, name: str, said: str) -> None:
    if name == "a.odt":
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(InputError, match=said):
        take_in(tmp_path / name)


def test_a_mapping_names_the_columns_and_the_publisher(record: Record, take_in: Take, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(
        'source = "UN General Debate"\nkind = "igo"\nyear_day = "09-20"\n'
        '[columns]\ntext = "speech"\npublished = "session"\n',
        encoding="utf-8",
    )
    (tmp_path / "d.tsv").write_text("speech\tsession\nWe call for peace.\t1999\n", encoding="utf-8")
    take_in(tmp_path / "d.tsv", mapping=tmp_path / "map.toml")
    found = record.rows(
        "SELECT s.name, s.kind, published::VARCHAR AS day FROM report JOIN source s ON s.id = source"
    )
    assert found == [{"name": "UN General Debate", "kind": "igo", "day": "1999-09-20"}]
