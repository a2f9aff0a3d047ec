"""The file that the review page saves: every step a person took, one a line, between a first and a last line.

The first line names the case, the last one counts: a file of another case, or one that is cut off, is noticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from salience.errors import InputError
from salience.reading.exchange.model import Annotation, load_jsonl, take_int, text_or_none

FORM = "decisions 1"


def read_page_file(path: Path) -> list[Annotation]:
    """Read the decisions that the review page saved.

    Raises
    ------
    InputError
        It is cut off, of another form, or a line lacks what it must hold.
    """
    rows = load_jsonl(path)
    head, steps, last = rows[0][1], rows[1:-1], rows[-1][1]
    if head.get("salience") != FORM:
        raise InputError(
            f"the first line says {head.get('salience')!r} and {FORM!r} is expected", file=path.name, line=1
        )
    if last.get("end") != len(steps) or len(rows) < 2:
        raise InputError(
            "the last line, which counts the decisions, is missing or counts others than stand here. The file is not "
            "whole; save it again from the page. Nothing was taken.",
            file=path.name,
            line=rows[-1][0],
        )
    return [_read(row, f"line {number:,}", path.name, str(head.get("by") or "")) for number, row in steps]


def page_case(path: Path) -> str:
    """Return the name of the case that a review page was made for."""
    return str(load_jsonl(path)[0][1].get("case") or "")


def _read(row: Mapping[str, Any], where: str, file: str, by: str) -> Annotation:
    missing = [
        n for n in ("target", "layer", "state", "text", "start", "end", "quote", "kind", "at") if n not in row
    ]
    if missing:
        raise InputError(f"{where}: '{missing[0]}' is missing. Nothing was taken.", file=file)
    change = row.get("change") or {}
    if not isinstance(change, Mapping):
        raise InputError(
            f"{where}: 'change' is {change!r}; an object is expected. Nothing was taken.", file=file
        )
    return Annotation(
        start=take_int(row["start"], "start", file, where), end=take_int(row["end"], "end", file, where),
        quote=str(row["quote"]), kind=str(row["kind"]), sha256=str(row["text"]), layer=str(row["layer"]),
        value=text_or_none(change.get("value")), speaker=text_or_none(change.get("speaker")),
        about=text_or_none(change.get("about")), state=str(row["state"]), by=by, at=str(row["at"]),
        note=str(row.get("note") or ""), same_as=str(change.get("same_as") or ""),
        target=take_int(row["target"], "target", file, where), change=change, where=where,
    )  # fmt: skip
