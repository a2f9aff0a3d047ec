"""Annotations out to other tools and back: W3C JSON-LD, CSV, doccano, Prodigy, Label Studio, INCEpTION, our own page.

What comes back is taken whole or not at all: every span must hold, in our text, exactly what the file says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salience.errors import InputError
from salience.reading.exchange.cas import read_cas, write_cas
from salience.reading.exchange.csv import read_csv, write_csv
from salience.reading.exchange.jsonl import read_doccano, read_prodigy, write_doccano, write_prodigy
from salience.reading.exchange.model import Annotation, Bundle, Files
from salience.reading.exchange.page import read_page_file
from salience.reading.exchange.studio import read_studio, write_studio
from salience.reading.exchange.w3c import read_w3c, write_w3c
from salience.reading.review import Item, find_items
from salience.record.decisions import decision_rows, last_by_person
from salience.record.store import Record


@dataclass(frozen=True, slots=True)
class Format:
    """One form of exchange: its name, the tool or standard, the endings it is known by, and who writes and reads it."""

    name: str
    what: str
    endings: tuple[str, ...]
    write: Callable[[Bundle], Files] | None
    read: Callable[[Path], list[Annotation]]


FORMATS = {
    form.name: form
    for form in (
        Format("w3c", "W3C Web Annotation, JSON-LD", (".jsonld",), write_w3c, read_w3c),
        Format("csv", "a table for a spreadsheet", (".csv",), write_csv, read_csv),
        Format("doccano", "doccano, JSONL", (".jsonl",), write_doccano, read_doccano),
        Format("prodigy", "Prodigy, JSONL", (), write_prodigy, read_prodigy),
        Format("label-studio", "Label Studio, JSON", (".json",), write_studio, read_studio),
        Format("uima", "UIMA CAS XMI in a zip, for INCEpTION", (".zip", ".xmi"), write_cas, read_cas),
        Format("page", "decisions saved by the review page", (), None, read_page_file),
    )
}


def export_annotations(
    record: Record,
    path: Path,
    form: str | None = None,
    *,
    case: str = "",
    kinds: Sequence[str] = (),
    states: Sequence[str] = (),
) -> tuple[str, int, int]:
    """Write a record's suggestions and decisions for another tool.

    Parameters
    ----------
    record : Record
    path : Path
        Written whole or not at all.
    form : str, optional
        One of `FORMATS`; by the file's ending when left out.
    case : str
        The case's name, kept in the file where it has a place for it.
    kinds, states : sequence of str
        Only these.

    Returns
    -------
    (str, int, int)
        The format, texts and annotations written.

    Raises
    ------
    InputError
        No format is known by this name or ending, there is nothing to write, or the file cannot be written.
    """
    chosen = find_format(path, form)
    if chosen.write is None:
        raise InputError("the review page writes these files; choose another --format", file=path.name)
    items = find_items(record, kinds=kinds, states=states)
    if not items:
        raise InputError(
            "the record holds no suggestions like that; there is nothing to export", file=path.name
        )
    held = {item.text for item in items}
    rows = record.rows(
        "SELECT sha256, content FROM text WHERE sha256 IN (SELECT unnest(?)) ORDER BY 1", [sorted(held)]
    )
    contents = {row["sha256"]: row["content"] for row in rows}
    told = _annotations(record, items)
    files = chosen.write(Bundle(case, contents, told))
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(files.content)
        part.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}", file=path.name) from error
    return chosen.name, len(contents), files.written


def read_annotations(path: Path, form: str | None = None) -> tuple[str, list[Annotation]]:
    """Read a file of annotations; the format is recognised by what stands in it.

    Raises
    ------
    InputError
        It is missing, cut off, or of no known format.
    """
    if not path.is_file():
        raise InputError("no such file", file=str(path))
    if path.stat().st_size == 0:
        raise InputError("the file is empty; nothing was taken", file=path.name)
    chosen = FORMATS[_known(form)] if form else FORMATS[recognise(path)]
    found = chosen.read(path)
    if not found:
        raise InputError(
            f"the file ({chosen.what}) holds no annotation that a person made; nothing was taken",
            file=path.name,
        )
    return chosen.name, found


def find_format(path: Path, form: str | None) -> Format:
    """Return the format of this name, or the one known by the file's ending.

    Raises
    ------
    InputError
        There is none.
    """
    if form:
        return FORMATS[_known(form)]
    for known in FORMATS.values():
        if path.suffix.lower() in known.endings:
            return known
    endings = ", ".join(f"{f.endings[0]} ({f.what})" for f in FORMATS.values() if f.endings)
    raise InputError(f"no format is known by this ending; use {endings}, or say --format", file=path.name)


def _known(form: str) -> str:
    if form not in FORMATS:
        raise InputError(f"'{form}' is no format; there are {', '.join(FORMATS)}")
    return form


def recognise(path: Path) -> str:
    """Return the name of the format in which a file is written, by its contents.

    Raises
    ------
    InputError
        It is none of them.
    """
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
        stream.seek(0)
        # The first line may be a whole text.
        first = stream.readline()
    if head[:4] == b"PK\x03\x04" or b"http:///uima/cas" in head or b"xmi:XMI" in head:
        return "uima"
    text = head.decode("utf-8-sig", "replace").lstrip()
    if text.startswith("["):
        return "label-studio"
    if text.startswith("{"):
        return _recognise_json(first.decode("utf-8-sig", "replace"))
    if {"text", "start"} & set(re.split(r"[,;\t\r]", text.split("\n", 1)[0])):
        return "csv"
    raise InputError(
        f"this is none of the formats that are read: {', '.join(f.what for f in FORMATS.values())}",
        file=path.name,
    )


def _recognise_json(first: str) -> str:
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        return "w3c"
    if not isinstance(row, Mapping) or "@context" in row:
        return "w3c"
    if "salience" in row:
        return "page"
    if "spans" in row or "answer" in row:
        return "prodigy"
    return "label-studio" if "data" in row else "doccano"


def _annotations(record: Record, items: Sequence[Item]) -> list[Annotation]:
    """Return each suggestion once for everybody who decided about it, or once as suggested."""
    people: dict[int, list[dict[str, Any]]] = {}
    for (target, _), row in last_by_person(decision_rows(record)).items():
        people.setdefault(target, []).append(row)
    found = []
    for item in sorted(items, key=lambda i: (i.text, i.start, i.end, i.id)):
        for row in people.get(item.id) or [None]:  # type: ignore[list-item]
            found.append(_annotation(item, row))
    return found


def _annotation(item: Item, row: Mapping[str, Any] | None) -> Annotation:
    change: Mapping[str, Any] = row["change"] if row else {}

    def told(name: str) -> str | None:
        value = change.get(name, getattr(item, name))
        return None if value is None else str(value)

    return Annotation(
        start=item.start, end=item.end, quote=item.quote, kind=told("kind") or item.kind, sha256=item.text,
        layer=item.layer,
        value=told("value"), speaker=told("speaker"), about=told("about"), state=row["state"] if row else "suggested",
        by=row["by"] if row else "", at=row["at"] if row else "", note=(row["note"] or "") if row else "",
        same_as=str(change.get("same_as", "")), how=item.how, confidence=item.confidence, target=item.id,
        standing=row is None or (item.by, item.state) == (row["by"], row["state"]),
    )  # fmt: skip
