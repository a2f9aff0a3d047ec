"""Small documents of every kind, made byte by byte, for the tests of importing them."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

UNKNOWN_PASSWORD = (
    b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"a5" * 32 + b"> /U <" + b"5a" * 32 + b"> >>"
)


def write_pdf(path: Path, pages: Sequence[str], *, locked: bool = False) -> Path:
    """Write a PDF 1.4 with one line of Helvetica a page; an empty page draws a grey box, as a scan would."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for text in pages:
        words = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("latin-1")
        drawn = b"BT /F1 12 Tf 40 700 Td (" + words + b") Tj ET" if text else b"0.5 g 10 10 500 700 re f"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    if locked:
        objects.append(UNKNOWN_PASSWORD)
    body, places = b"%PDF-1.4\n", []
    for number, thing in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, thing)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    extra = b" /Encrypt %d 0 R /ID [<00> <00>]" % len(objects) if locked else b""
    size = len(objects) + 1
    body += b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF" % (
        size, table, size, extra, len(body),
    )  # fmt: skip
    path.write_bytes(body)
    return path


def write_docx(path: Path, paragraphs: Sequence[str]) -> Path:
    """Write the least that is a Word file."""
    space = "http://schemas.openxmlformats.org"
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{space}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{space}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{space}/wordprocessingml/2006/main">'
        f"<w:body>{body}</w:body></w:document>",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{content}')
    return path
