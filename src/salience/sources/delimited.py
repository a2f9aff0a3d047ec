"""Delimited text, spreadsheets and Parquet as one thing: a table of text columns that DuckDB reads."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from salience.errors import InputError
from salience.record.sql import scalar
from salience.sources.files import Received

# DuckDB gives up a line longer than this and says so in its rejects; memory stays bounded by it.
LONGEST_LINE = 4_000_000
DELIMITERS = ",;\t|"
SAMPLE = 1 << 20
RAW_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text columns in a file.

    Attributes
    ----------
    file : str
        The name the user knows it by.
    path : Path
        UTF-8 text that DuckDB can read.
    columns : tuple of str
        Column names, made unique.
    delimiter : str
        One character.
    skip : int
        Records before the data: 1 for the header, 2 when a row of HXL tags follows it.
    tags : tuple of str
        The HXL tag of each column, or empty.
    first_line : int
        Physical line of the first record, counted from 1.
    lines : int
        Line ends in the file.
    """

    file: str
    path: Path
    columns: tuple[str, ...]
    delimiter: str
    skip: int
    tags: tuple[str, ...]
    first_line: int
    lines: int

    def scan(self) -> str:
        """Return the SQL table function that reads the data rows as text."""
        columns = ", ".join(f"{sql_text(name)}: 'VARCHAR'" for name in self.columns)
        return (
            f"read_csv({sql_text(str(self.path))}, columns={{{columns}}}, auto_detect=false, header=false, "
            f"skip={self.skip}, delim={sql_text(self.delimiter)}, quote='\"', escape='\"', "
            f"strict_mode=true, max_line_size={LONGEST_LINE}, store_rejects=true, rejects_limit=0)"
        )

    def require(self, names: Iterable[str]) -> None:
        """Raise InputError for the first of these columns that the table lacks, with the nearest it has."""
        folded = {column.casefold(): column for column in self.columns}
        for name in names:
            if name.casefold() in folded:
                continue
            near = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.5)
            nearest = f" The nearest it has is '{folded[near[0]]}'." if near else ""
            raise InputError(
                f"the column is missing.{nearest} The file has: {_listed(self.columns)}",
                file=self.file,
                column=name,
            )

    def find(self, *names: str) -> str | None:
        """Return the first of these columns that the table has, whatever its case."""
        folded = {column.casefold(): column for column in self.columns}
        return next((folded[n.casefold()] for n in names if n.casefold() in folded), None)


def open_sheet(received: Received, incoming: Path) -> Sheet:
    """Find the header, the delimiter and the HXL tags of a received table.

    Raises
    ------
    InputError
        No header, or no data row under it.
    """
    path = received.text
    lines = received.lines
    if received.form == "xlsx":
        path, lines = _spreadsheet_to_csv(received, incoming / "sheet.csv")
    elif received.form == "parquet":
        path, lines = _parquet_to_csv(received, incoming / "sheet.csv")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        head = stream.read(SAMPLE)
    delimiter = "," if received.form != "text" else _delimiter_of(head)
    records = list(_records(head, delimiter, 12))
    if not records or not any(cell.strip() for cell in records[0]):
        raise InputError("the first line holds no column names", file=received.name)
    tag_row = next((i for i, r in enumerate(records[:12]) if _is_hxl(r)), None)
    header = records[max(0, (tag_row or 1) - 1)] if tag_row else records[0]
    skip = tag_row + 1 if tag_row is not None else 1
    if len(records) <= skip:
        raise InputError("the table has column names and no row under them", file=received.name)
    width = len(header)
    tags = tuple(_tag(t) for t in (records[tag_row] + [""] * width)[:width]) if tag_row is not None else ()
    if tag_row == 0:
        header = [t or f"column {i + 1}" for i, t in enumerate(tags)]
    return Sheet(received.name, path, _unique(header), delimiter, skip, tags, 1, lines)


def read_rejects(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, int, str, str, str]]:
    """Return the records that could not be split into columns, and forget them.

    Returns
    -------
    list of tuple
        Record number in the file (counted from 1, header included), byte at which it begins, column, reason,
        the record's text.
    """
    found = connection.execute(
        f"""SELECT line, line_byte_position, coalesce(first(column_name), ''), first(error_type),
                  first(error_message), left(first(csv_line), {RAW_LIMIT}), len(first(csv_line))
           FROM reject_errors GROUP BY line, line_byte_position ORDER BY line"""
    ).fetchall()
    connection.execute("DELETE FROM reject_errors")
    connection.execute("DELETE FROM reject_scans")
    return [
        (line, byte, column, _reject_reason(kind, message, text or ""), text or "")
        for line, byte, column, kind, message, text, _ in found
    ]


def sql_text(text: str) -> str:
    """Quote a text for SQL."""
    return "'" + text.replace("'", "''") + "'"


def sql_name(name: str) -> str:
    """Quote a column's name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def locate_records(sheet: Sheet, wanted: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    """Find physical lines and texts of records.

    Parameters
    ----------
    sheet : Sheet
        The table.
    wanted : sequence of int
        Record numbers in the file, counted from 1 with the header, ascending and distinct.

    Yields
    ------
    tuple
        Record number, physical line (from 1), and the record's text cut to 20,000 characters.
    """
    targets = iter(wanted)
    target = next(targets, None)
    record, begin, open_quote = 0, 1, False
    parts: list[str] = []
    with sheet.path.open(encoding="utf-8-sig", newline="\n", errors="replace") as stream:
        for number, line in enumerate(stream, start=1):
            if target is None:
                return
            if not open_quote:
                record, begin, parts = record + 1, number, []
            if record == target and len(parts) < 400:
                parts.append(line[:RAW_LIMIT])
            # A record ends with the first line end at which all quotation marks are closed; doubled ones cancel.
            open_quote ^= line.count('"') % 2 == 1
            if record == target and not open_quote:
                yield record, begin, "".join(parts)[:RAW_LIMIT].rstrip("\r\n")
                target = next(targets, None)
    if open_quote and record == target:
        yield record, begin, "".join(parts)[:RAW_LIMIT].rstrip("\r\n")


def split_record(sheet: Sheet, text: str) -> dict[str, str]:
    """Return one record's cells by column name; empty ones left out."""
    cells = next(iter(csv.reader(io.StringIO(text), delimiter=sheet.delimiter)), [])
    return {name: cell for name, cell in zip(sheet.columns, cells, strict=False) if cell}


def _reject_reason(kind: str, message: str, text: str) -> str:
    if kind == "MISSING COLUMNS":
        return f"the row has too few columns ({message.split(': ', 1)[-1]})"
    if kind == "TOO MANY COLUMNS":
        return f"the row has too many columns ({message.split(': ', 1)[-1]})"
    if kind == "UNQUOTED VALUE":
        lines = text.count("\n")
        swallowed = f"; it swallows the next {lines:,} lines" if lines > 1 else ""
        return f"a quotation mark is opened and not closed where the value ends{swallowed}"
    if kind == "LINE SIZE OVER MAXIMUM":
        return f"the row is longer than {LONGEST_LINE:,} bytes"
    return message.splitlines()[0]


def _delimiter_of(head: str) -> str:
    first = head.splitlines()[0] if head else ""
    return max(DELIMITERS, key=first.count) if any(d in first for d in DELIMITERS) else ","


def _records(text: str, delimiter: str, most: int) -> Iterable[list[str]]:
    csv.field_size_limit(SAMPLE * 2)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    for _, record in zip(range(most), reader, strict=False):
        yield record


def _is_hxl(record: list[str]) -> bool:
    cells = [cell.strip() for cell in record if cell.strip()]
    return bool(cells) and all(c.startswith("#") and c[1:2].isalpha() for c in cells)


def _tag(cell: str) -> str:
    return "".join(cell.split()).lower()


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    unique = []
    for position, name in enumerate(names, start=1):
        clean = name.strip() or f"column {position}"
        seen[clean.casefold()] = seen.get(clean.casefold(), 0) + 1
        count = seen[clean.casefold()]
        unique.append(clean if count == 1 else f"{clean} ({count})")
    return tuple(unique)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:40]) + (" …" if len(names) > 40 else "")


def _spreadsheet_to_csv(received: Received, target: Path) -> tuple[Path, int]:
    import python_calamine

    try:
        rows = python_calamine.CalamineWorkbook.from_path(str(received.raw)).get_sheet_by_index(0).to_python()
    except (python_calamine.CalamineError, OSError) as error:
        raise InputError(f"the spreadsheet cannot be read: {error}", file=received.name) from error
    if not rows:
        raise InputError("the first sheet is empty", file=received.name)
    with target.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerows([_cell_text(cell) for cell in row] for row in rows)
    return target, len(rows)


def _cell_text(cell: object) -> str:
    """Write a whole number without a decimal point, a date as ISO, a line break as a space."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split("\n")) if cell is not None else ""


def _parquet_to_csv(received: Received, target: Path) -> tuple[Path, int]:
    with duckdb.connect() as connection:
        source = f"read_parquet({sql_text(str(received.raw))})"
        try:
            connection.execute(f"COPY (FROM {source}) TO {sql_text(str(target))} (FORMAT csv, HEADER)")
            count = scalar(connection, f"SELECT count(*) FROM {source}")
        except duckdb.Error as error:
            raise InputError(f"the Parquet file cannot be read: {error}", file=received.name) from error
    return target, int(count) + 1
