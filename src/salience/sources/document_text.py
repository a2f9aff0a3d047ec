"""The text of one document: decoded, taken out of its page, PDF or Word file, with what was left behind counted."""

from __future__ import annotations

import codecs
import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from salience.errors import InputError

UNSEEN = re.compile(r"(?is)<(script|style|noscript|template|svg|head)\b.*?</\1\s*>|<!--.*?-->")
TAG = re.compile(r"(?s)<[^>]*>")
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
EXTRA = "pip install 'salience[text]'"


def decode_text(data: bytes, name: str, declared: str | None = None) -> tuple[str, int]:
    """Return bytes as text, and how many characters could not be kept.

    UTF-8 is tried before what a file says of itself: declarations are often wrong, and other encodings hardly ever
    look like UTF-8.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _without_controls(data.decode(encoding, "replace"))
    try:
        return _without_controls(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    if declared and declared.lower().replace("_", "-") not in ("utf-8", "utf8"):
        try:
            return _without_controls(data.decode(declared))
        except (LookupError, UnicodeDecodeError):
            pass
    from charset_normalizer import from_bytes

    likely = from_bytes(data[: 1 << 18])
    best = likely.best()
    if best is None or data[:4096].count(0) > 8:
        raise InputError("this is no text in any encoding that is known; save it as UTF-8", file=name)
    # Where several fit alike, the one that most old Western files are in.
    tied = [
        found.encoding for found in likely if (found.chaos, found.coherence) == (best.chaos, best.coherence)
    ]
    encoding = "cp1252" if "cp1252" in tied else best.encoding
    return _without_controls(data.decode(encoding, "replace"))


def text_lines(path: Path) -> Iterator[str]:
    """Give a file's lines with their ends, as text: streamed where it is UTF-8, else decoded as a whole."""
    if not _is_utf8(path):
        text, _ = decode_text(path.read_bytes(), path.name)
        yield from io.StringIO(text, newline="")
        return
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for line in stream:
            yield CONTROLS.sub("", line)


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _without_controls(text: str) -> tuple[str, int]:
    kept = CONTROLS.sub("", text)
    return kept, len(text) - len(kept)


def read_html(data: bytes, name: str, fragment: bool = False) -> Mapping[str, Any]:
    """Return the main text of a page with its title, outlet and date, and what was skipped.

    Menus, scripts and comments are left out (trafilatura); a fragment, as feeds hold, is taken whole.
    """
    declared = re.search(rb"charset=[\"']?([\w-]+)", data[:4096])
    source, skipped = decode_text(data, name, declared[1].decode("ascii") if declared else None)
    visible = _visible(source)
    if fragment:
        return {"text": visible, "skipped": 0}
    try:
        from trafilatura import bare_extraction
    except ImportError as error:
        raise InputError(f"reading web pages needs trafilatura: {EXTRA}", file=name) from error
    found: Any = bare_extraction(source, with_metadata=True, include_comments=False)
    told = found.as_dict() if found is not None else {}
    text = (told.get("text") or "").strip()
    problem = None
    if not text:
        text, problem = visible, None if visible else "the page holds no text"
    return {
        "text": text, "title": told.get("title"), "source": told.get("sitename") or told.get("hostname"),
        "language": told.get("language"), "url": told.get("url"), "published": told.get("date"),
        "skipped": max(0, len(visible) - len(text)) + skipped, "problem": problem,
    }  # fmt: skip


def _visible(source: str) -> str:
    plain = TAG.sub(" ", re.sub(r"(?i)<(?:br|/p|/div|/li|/h\d|/tr)\b[^>]*>", "\n", UNSEEN.sub(" ", source)))
    lines = (" ".join(line.split()) for line in html.unescape(plain).split("\n"))
    return "\n".join(line for line in lines if line)


def read_pdf(path: Path) -> Mapping[str, Any]:
    """Return the text of a PDF, page by page, or why there is none: a password, or pages that are pictures."""
    try:
        import pypdfium2 as pdfium
    except ImportError as error:
        raise InputError(f"reading PDF needs pypdfium2: {EXTRA}", file=path.name) from error
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        locked = "password" in str(error).lower()
        problem = (
            "the PDF asks for a password; save it without one" if locked else f"the PDF is damaged: {error}"
        )
        return {"text": "", "problem": problem}
    with document:
        pages = [_page_text(page) for page in document]
        told = document.get_metadata_dict()
    empty = sum(not page.strip() for page in pages)
    text = "\n\n".join(page.strip() for page in pages if page.strip())
    if not text:
        problem = f"all {len(pages)} pages are pictures without text; run text recognition (OCR) on it first"
        return {"text": "", "problem": problem}
    return {"text": text, "title": told.get("Title") or None, "published": _pdf_date(told.get("CreationDate")),
            "skipped": 0, "empty_pages": empty}  # fmt: skip


def _page_text(page: Any) -> str:
    textpage = page.get_textpage()
    try:
        return str(textpage.get_text_bounded()).replace("\r\n", "\n").replace("\ufffe", "")
    finally:
        textpage.close()
        page.close()


def _pdf_date(told: str | None) -> str | None:
    match = re.match(r"D:(\d{4})(\d\d)(\d\d)", told or "")
    return "-".join(match.groups()) if match else None


def read_docx(path: Path) -> Mapping[str, Any]:
    """Return the text of a Word file: its paragraphs and tables in order."""
    try:
        import docx
    except ImportError as error:
        raise InputError(f"reading Word files needs python-docx: {EXTRA}", file=path.name) from error
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError) as error:
        return {"text": "", "problem": f"this is not a Word file (.docx), or it asks for a password: {error}"}
    parts: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            parts += ["\t".join(cell.text for cell in row.cells) for row in block.rows]
        else:
            parts.append(block.text)
    text = "\n".join(parts).strip()
    told = document.core_properties
    return {"text": text, "title": told.title or None, "published": told.created,
            "problem": None if text else "the file holds no text"}  # fmt: skip
