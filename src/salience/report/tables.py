"""Tables as CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from salience.errors import RecordError
from salience.questions.answer import Answer, Cell

# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_tables(folder: Path, answer: Answer) -> list[Path]:
    """Write every table of an answer whole, one CSV file each; return the files.

    Raises
    ------
    RecordError
        The folder cannot be written.
    """
    return [
        write_csv(folder / f"{table.name}.csv", [c.name for c in table.columns], table.rows)
        for table in answer.tables
    ]


def write_csv(path: Path, names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Path:
    """Write one CSV file in UTF-8, whole or not at all; text that looks like a formula gets an apostrophe."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        with part.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow([guard_cell(name) for name in names])
            writer.writerows([guard_cell(cell) for cell in row] for row in rows)
        part.replace(path)
    except OSError as error:
        raise RecordError(f"cannot write {path}: {error.strerror}") from error
    return path


def guard_cell(cell: Cell) -> Cell:
    """Put an apostrophe before text that a spreadsheet would run; numbers stay as they are."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return "'" + cell
    return cell
