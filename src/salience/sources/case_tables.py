"""The tables that a person writes in a case folder, read line by line with errors that name the place."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from salience.errors import InputError

# What spreadsheets and survey programs write for "no answer"; as numbers they would be read as values.
SENTINELS = frozenset(
    {-999.0, -99.0, -98.0, -97.0, -9.0, -8.0, -7.0, -1.0, 99.9, 888.0, 998.0, 999.0, 9999.0, 99999.0}
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of such a table."""

    file: str
    line: int
    cells: Mapping[str, str]

    def fault(self, column: str, message: str) -> InputError:
        """Return the error that says where something is wrong."""
        return InputError(message, file=self.file, line=self.line, column=column)

    def text(self, column: str) -> str | None:
        """Return a cell's text; None when it is empty."""
        return self.cells.get(column) or None

    def day(self, column: str) -> date | None:
        """Return a day, from YYYY-MM-DD."""
        cell = self.cells.get(column)
        if not cell:
            return None
        try:
            return date.fromisoformat(cell)
        except ValueError as error:
            raise self.fault(column, f"'{cell}' is no day; expected YYYY-MM-DD or nothing") from error

    def number(self, column: str, least: float, most: float) -> float | None:
        """Return a number between two bounds; None when the cell is empty."""
        cell = self.cells.get(column)
        if not cell:
            return None
        try:
            value = float(cell)
        except ValueError as error:
            raise self.fault(column, f"'{cell}' is no number. Leave it empty if unknown") from error
        if least <= value <= most:
            return value
        if value in SENTINELS:
            raise self.fault(
                column, f"{cell} looks like a code for a missing value. Leave the cell empty instead"
            )
        hint = ""
        if most == 1.0 and 1.0 < value <= 100.0:
            hint = f"; a share of {cell} per cent is written {value / 100:g}"
        bound = f"between {least:g} and {most:g}" if most < float("inf") else f"{least:g} or more"
        raise self.fault(column, f"{cell} is out of range; expected {bound}{hint}")

    def triple(self, name: str, least: float, most: float) -> tuple[float, float, float] | None:
        """Return low, best, high from `NAME_low`, `NAME_best`, `NAME_high` (or `low`, `best`, `high` without a name).

        An end that is left out is the best value; a best value that is left out is the middle of the ends.
        """
        columns = [f"{name}_{end}" if name else end for end in ("low", "best", "high")]
        low, best, high = (self.number(column, least, most) for column in columns)
        if best is None and (low is None) != (high is None):
            raise self.fault(columns[1], "one end of an interval without the other and without a best value")
        if best is None and low is not None and high is not None:
            best = 0.5 * (low + high)
        if best is None:
            return None
        low, high = best if low is None else low, best if high is None else high
        if not low <= best <= high:
            raise self.fault(columns[1], f"low {low:g}, best {best:g}, high {high:g} are not in this order")
        return low, best, high


def read_case_table(
    path: Path, columns: Sequence[str], required: Sequence[str], names: Mapping[str, str] | None = None
) -> list[Row]:
    """Read a CSV file of a case; lines without any value are passed over.

    Parameters
    ----------
    path : Path
    columns : sequence of str
        The columns that are known.
    required : sequence of str
        Those that must be there and filled in on every line.
    names : mapping, optional
        Other headings that are taken for a column.

    Raises
    ------
    InputError
        It is no CSV in UTF-8; a column is missing, unknown or there twice; a line has too many cells, or lacks a
        required one.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = [_heading(cell, names or {}) for cell in next(reader, [])]
            _require_columns(path.name, header, columns, required)
            rows = [
                _row(path.name, reader.line_num, header, cells)
                for cells in reader
                if any(c.strip() for c in cells)
            ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"this is not a CSV file in UTF-8: {error}", file=path.name) from error
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror}", file=path.name) from error
    for row in rows:
        for column in required:
            if not row.text(column):
                raise row.fault(column, "the cell is empty, and this column must be filled in")
    return rows


def _heading(cell: str, names: Mapping[str, str]) -> str:
    plain = "_".join(cell.strip().lower().split())
    return names.get(plain, plain)


def _require_columns(
    file: str, header: Sequence[str], columns: Sequence[str], required: Sequence[str]
) -> None:
    for column in required:
        if column not in header:
            raise InputError(
                f"the column is missing; expected {', '.join(columns)}", file=file, line=1, column=column
            )
    for column in header:
        if column and column not in columns:
            near = difflib.get_close_matches(column, list(columns), n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(columns)}"
            raise InputError(f"this column is not known; {hint}", file=file, line=1, column=column)
        if column and header.count(column) > 1:
            raise InputError("this column is there twice", file=file, line=1, column=column)


def _row(file: str, line: int, header: Sequence[str], cells: Sequence[str]) -> Row:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise InputError(
            f"the line has {len(cells)} cells and the header {len(header)}; a comma in a cell needs quotation marks",
            file=file,
            line=line,
        )
    return Row(file, line, {name: cell.strip() for name, cell in zip(header, cells, strict=False) if name})


def nearest(name: str, known: Iterable[str], what: str) -> str:
    """Return the words that say a name is not known, with the nearest one that is."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if near:
        return f"there is no {what} '{name}'; did you mean '{near[0]}'?"
    return f"there is no {what} '{name}'; there are {', '.join(names[:12])}{' …' if len(names) > 12 else ''}"
