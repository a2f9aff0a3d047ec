"""Documents out of files: text, Markdown, HTML, PDF, Word, feeds, tables of articles, and folders of these."""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from salience.errors import InputError
from salience.sources.document_map import DocumentMap
from salience.sources.document_text import decode_text, read_docx, read_html, read_pdf, text_lines

PLAIN, PAGES = (".txt", ".md", ".markdown", ".text"), (".html", ".htm", ".xhtml")
TABLES, FEEDS = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet"), (".xml", ".rss", ".atom")
ENDINGS = (*PLAIN, *PAGES, ".pdf", ".docx", *TABLES, *FEEDS)
LONGEST_CELL = 1 << 27


@dataclass(frozen=True, slots=True)
class Document:
    """One document, before it is kept.

    Attributes
    ----------
    text : str
        As read; empty when there is none, with `problem` saying why.
    native_id, title, source, language, url : str or None
        As the file tells.
    published : date or None
        When it was published.
    skipped : int
        Characters of the file that are not in the text.
    line : int or None
        Where in its file it begins.
    problem : str or None
        Why it cannot be taken.
    raw : str
        What was found, for the list of what was set aside.
    """

    text: str
    native_id: str | None = None
    title: str | None = None
    source: str | None = None
    language: str | None = None
    url: str | None = None
    published: date | None = None
    skipped: int = 0
    line: int | None = None
    problem: str | None = None
    raw: str = ""


def read_documents(path: Path, mapping: DocumentMap) -> Iterator[Document]:
    """Give the documents of a file or folder, one by one.

    Raises
    ------
    InputError
        The file has no known ending, or its columns are not as the mapping says.
    """
    if path.is_dir():
        yield from _folder(path, mapping)
        return
    ending = path.suffix.lower()
    if ending in TABLES:
        yield from _table(path, ending, mapping)
    elif ending in FEEDS:
        yield from _feed(path, mapping)
    elif ending in READERS:
        yield _single(path, mapping)
    else:
        raise InputError(
            f"'{ending or 'no ending'}' is no form of document that can be read; there are {', '.join(ENDINGS)}",
            file=path.name,
        )


def _folder(path: Path, mapping: DocumentMap) -> Iterator[Document]:
    files = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
    if not files:
        raise InputError("the folder holds no files", file=path.name)
    for file in files:
        name = file.relative_to(path).as_posix()
        if file.suffix.lower() not in ENDINGS:
            yield Document("", name, problem="no form of document that can be read", raw=name)
            continue
        try:
            for document in read_documents(file, mapping):
                inner = document.native_id if document.native_id != file.name else None
                yield replace(document, native_id=f"{name}#{inner}" if inner else name)
        except InputError as error:
            yield Document("", name, problem=error.reason, line=error.line, raw=name)


def _single(path: Path, mapping: DocumentMap) -> Document:
    """Read a file that is one document."""
    if path.stat().st_size == 0:
        return Document("", path.name, problem="the file is empty", raw=path.name)
    found = READERS[path.suffix.lower()](path)
    published = found.published or _date_in_name(path.name)
    return replace(
        found,
        native_id=path.name,
        source=mapping.source or found.source or None,
        published=mapping.published or published,
    )


def _plain(path: Path) -> Document:
    text, skipped = decode_text(path.read_bytes(), path.name)
    problem = None if text.strip() else "the file holds no text"
    return Document(text, title=_first_line(text), skipped=skipped, problem=problem, raw=text[:200])


def _page(path: Path) -> Document:
    return _from_parts(read_html(path.read_bytes(), path.name))


def _pdf(path: Path) -> Document:
    return _from_parts(read_pdf(path))


def _docx(path: Path) -> Document:
    return _from_parts(read_docx(path))


def _from_parts(parts: Mapping[str, Any]) -> Document:
    return Document(
        parts["text"],
        title=parts.get("title") or _first_line(parts["text"]),
        source=parts.get("source"),
        language=parts.get("language"),
        url=parts.get("url"),
        published=as_date(parts.get("published")),
        skipped=parts.get("skipped", 0),
        problem=parts.get("problem"),
        raw=parts["text"][:200],
    )


READERS: dict[str, Callable[[Path], Document]] = {
    **dict.fromkeys(PLAIN, _plain),
    **dict.fromkeys(PAGES, _page),
    ".pdf": _pdf,
    ".docx": _docx,
}


def _table(path: Path, ending: str, mapping: DocumentMap) -> Iterator[Document]:
    """Read one article a row; where a column groups rows, their texts are joined in order."""
    rows = {".jsonl": _json_rows, ".ndjson": _json_rows, ".parquet": _parquet_rows}.get(ending, _csv_rows)(
        path
    )
    named: dict[str, str] | None = None
    for line, row in rows:
        if isinstance(row, str):
            yield Document("", problem=row, line=line, raw="")
            continue
        if named is None:
            named = mapping.columns_of(list(row), path.name)
        yield _article(row, named, line, mapping, path.name)


def _article(
    row: Mapping[str, Any], named: Mapping[str, str], line: int, mapping: DocumentMap, file: str
) -> Document:
    told = {name: row.get(column) for name, column in named.items()}
    text = str(told["text"] or "")
    day = as_date(told.get("published"), mapping.year_day)
    problem = None if text.strip() else f"the column {named['text']} holds no text"
    native = told.get("native_id")
    if native in (None, ""):
        native = f"{file}:{line}"
    return Document(
        text,
        str(native),
        _text(told.get("title")),
        mapping.source or _text(told.get("source")),
        _text(told.get("language")),
        _text(told.get("url")),
        day,
        line=line,
        problem=problem,
        raw=json.dumps(row, ensure_ascii=False, default=str)[:20000] if problem else "",
    )


def _text(value: object) -> str | None:
    return str(value).strip() or None if value is not None else None


def _csv_rows(path: Path) -> Iterator[tuple[int, Any]]:
    csv.field_size_limit(LONGEST_CELL)
    lines = text_lines(path)
    header = next(lines, "")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    if delimiter == "," and header.count(";") > header.count(","):
        delimiter = ";"
    reader = csv.DictReader(itertools.chain([header], lines), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if None in row:
                yield (
                    reader.line_num,
                    f"the row has more fields than the header's {len(reader.fieldnames or ())}",
                )
            else:
                yield reader.line_num, row
    except csv.Error as error:
        raise InputError(f"this is not a CSV file: {error}", file=path.name, line=reader.line_num) from error


def _json_rows(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                yield number, f"the line is no JSON: {error.msg} at character {error.pos}"
                continue
            yield (
                number,
                row if isinstance(row, dict) else "the line is JSON, but no object with named fields",
            )


def _parquet_rows(path: Path) -> Iterator[tuple[int, Any]]:
    import pyarrow.parquet as pq

    try:
        number = 0
        for batch in pq.ParquetFile(path).iter_batches(2000):
            for row in batch.to_pylist():
                number += 1
                yield number, row
    except (OSError, ValueError) as error:
        raise InputError(f"this is not a Parquet file: {error}", file=path.name) from error


def _feed(path: Path, mapping: DocumentMap) -> Iterator[Document]:
    """Read an RSS or Atom feed: each entry is a document of the feed's title."""
    data = path.read_bytes()
    if b"<!ENTITY" in data:
        raise InputError(
            "the feed defines entities of its own, which may grow without end; it is not read", file=path.name
        )
    try:
        root = ET.fromstring(data)
    except ET.ParseError as error:
        raise InputError(f"this is not a feed: {error}", file=path.name, line=error.position[0]) from error
    channel = next((e for e in root.iter() if _tag(e) in ("channel", "feed")), root)
    title = next((e.text for e in channel if _tag(e) == "title"), None)
    entries = [e for e in root.iter() if _tag(e) in ("item", "entry")]
    if not entries:
        raise InputError("the file holds no entries (item or entry); RSS or Atom is expected", file=path.name)
    for number, entry in enumerate(entries, 1):
        parts = {_tag(child): child for child in entry}
        body = next((parts[n] for n in ("encoded", "content", "description", "summary") if n in parts), None)
        found = read_html(
            ("".join(body.itertext()) if body is not None else "").encode(), path.name, fragment=True
        )
        link = parts.get("link")
        head = _inner(parts.get("title"))
        text = "\n\n".join(part for part in (head, found["text"]) if part)
        yield Document(
            text,
            _inner(parts.get("guid")) or _inner(parts.get("id")) or f"{path.name}#{number}",
            head,
            mapping.source or (title or "").strip() or None,
            None,
            (_inner(link) or link.get("href")) if link is not None else None,
            as_date(
                _inner(parts.get("pubDate")) or _inner(parts.get("published")) or _inner(parts.get("updated"))
            ),
            problem=None if text else "the entry holds no text",
            raw=head or "",
        )


def _tag(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _inner(element: ET.Element | None) -> str | None:
    return ("".join(element.itertext()).strip() or None) if element is not None else None


def _first_line(text: str) -> str | None:
    line = next((line.strip(" #\ufeff") for line in text.split("\n") if line.strip()), "")
    return line[:200] if 0 < len(line) <= 200 else None


def _date_in_name(name: str) -> date | None:
    match = re.search(r"(?<!\d)(20\d\d|19\d\d)[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])(?!\d)", name)
    return as_date("-".join(match.groups())) if match else None


def as_date(value: object, year_day: str = "01-01") -> date | None:
    """Return the day that a cell tells: ISO, a feed's date, a bare year (a day of it); None when it tells none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date) or value is None:
        return value
    text = str(value).strip()
    if re.fullmatch(r"(1[89]|20)\d\d", text):
        text = f"{text}-{year_day}"
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text).date()
    except (ValueError, TypeError):
        return None
