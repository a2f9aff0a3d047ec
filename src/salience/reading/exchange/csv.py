"""Annotations as a table that a spreadsheet opens, without running anything in it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from salience.errors import InputError
from salience.reading.exchange.model import Annotation, Bundle, Files, take_int, text_or_none

COLUMNS = ("id", "text", "start", "end", "quote", "before", "after", "layer", "kind", "value", "speaker", "about",
           "state", "by", "at", "note", "same_as", "how", "confidence")  # fmt: skip
NEEDED = ("text", "start", "end", "quote", "kind")
AROUND = 32
# What a spreadsheet takes for the beginning of a formula gets an apostrophe; so does what looks so guarded already.
FORMULA = re.compile(r"^'*[=+\-@\t\r]")


def write_csv(bundle: Bundle) -> Files:
    """Return one row an annotation, for everybody who decided about it; UTF-8 with the mark that Excel looks for."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for _, content, told in bundle.by_text():
        for one in told:
            before, after = (
                content[max(0, one.start - AROUND) : one.start],
                content[one.end : one.end + AROUND],
            )
            # Words before the digits keep a spreadsheet from rounding them.
            row = (
                f"{one.layer}-{one.target}", one.sha256, one.start, one.end, one.quote, before, after, one.layer,
                one.kind, one.value, one.speaker, one.about, one.state, one.by, one.at, one.note, one.same_as, one.how,
                one.confidence,
            )  # fmt: skip
            writer.writerow([_guard(cell) if isinstance(cell, str) else cell for cell in row])
    return Files(
        b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8", "surrogatepass"), len(bundle.annotations)
    )


def read_csv(path: Path) -> list[Annotation]:
    """Read such a table; `text, start, end, quote, kind` must be there, the rest may be missing.

    Raises
    ------
    InputError
        A column is missing, a row is cut off, or a place is no number.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"the file is not UTF-8 (byte {error.start:,}); save it as “CSV UTF-8”. Nothing was taken.",
            file=path.name,
        ) from error
    # In many countries spreadsheets part columns by semicolons.
    first = text.split("\n", 1)[0]
    parts = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=parts, strict=True)
    found: list[Annotation] = []
    try:
        header = next(reader)
        missing = [name for name in NEEDED if name not in header]
        if missing:
            raise InputError(
                f"the column {missing[0]} is missing; needed are {', '.join(NEEDED)}", file=path.name
            )
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise InputError(
                    f"{len(cells)} cells stand here and {len(header)} are expected; the file may be cut off. "
                    "Nothing was taken.",
                    file=path.name,
                    line=reader.line_num,
                )
            row = {name: _unguard(cell) for name, cell in zip(header, cells, strict=True)}
            found.append(_read(row, f"line {reader.line_num:,}", path.name))
    except csv.Error as error:
        raise InputError(
            f"this row cannot be read ({error}); the file may be cut off. Nothing was taken.",
            file=path.name,
            line=reader.line_num,
        ) from error
    return [one for one in found if one.state != "suggested"]


def _read(row: dict[str, str], where: str, file: str) -> Annotation:
    return Annotation(
        start=take_int(row["start"], "start", file, where), end=take_int(row["end"], "end", file, where),
        quote=row["quote"], kind=row["kind"], sha256=row["text"], layer=text_or_none(row.get("layer")),
        value=text_or_none(row.get("value")), speaker=text_or_none(row.get("speaker")),
        about=text_or_none(row.get("about")),
        state=row.get("state") or "accepted", by=row.get("by", ""), at=row.get("at", ""), note=row.get("note", ""),
        same_as=row.get("same_as", ""), target=_own_id(row.get("id", ""), file, where), where=where,
    )  # fmt: skip


def _own_id(told: str, file: str, where: str) -> int | None:
    digits = told.partition("-")[2]
    return take_int(digits, "id", file, where) if digits else None


def _guard(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell


def _unguard(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
