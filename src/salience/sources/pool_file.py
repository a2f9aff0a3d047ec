"""A pool of persons from whom delegates are drawn by lot: one line a person, known by a number, never by name."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from salience.errors import InputError
from salience.sources.files import hash_file
from salience.sources.person_columns import PRIVATE

PERSON = "person"


@dataclass(frozen=True, slots=True)
class Pool:
    """Who can be drawn.

    Attributes
    ----------
    file, sha256 : str
        The file's name, and the hash of its bytes.
    persons : tuple of str
        Their numbers.
    features : dict of str to tuple of str
        Column by column, one cell a person; empty where it is not known.
    """

    file: str
    sha256: str
    persons: tuple[str, ...]
    features: dict[str, tuple[str, ...]]


def read_pool(path: Path) -> Pool:
    """Read a pool: a column `person` and any others.

    Raises
    ------
    InputError
        It is no CSV in UTF-8, a person is missing or there twice, or a column identifies people.
    """
    sha256 = hash_file(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = _header(path.name, next(reader, []))
            lines = [
                (reader.line_num, [cell.strip() for cell in cells])
                for cells in reader
                if any(cell.strip() for cell in cells)
            ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"this is not a CSV file in UTF-8: {error}", file=path.name) from error
    persons = _persons(path.name, header, lines)
    columns = {
        name: tuple(cells[k] for _, cells in lines)
        for k, name in enumerate(header)
        if name and name != PERSON
    }
    return Pool(path.name, sha256, persons, columns)


def _header(file: str, cells: Sequence[str]) -> list[str]:
    header = ["_".join(cell.strip().lower().split()) for cell in cells]
    if PERSON not in header:
        raise InputError(
            "the column is missing; it holds a number for each person of the pool",
            file=file,
            line=1,
            column=PERSON,
        )
    for name in header:
        if PRIVATE.match(name):
            raise InputError(
                "this column identifies people, and a lottery needs only numbers. Keep the list of who is who apart, "
                "and leave the column out",
                file=file,
                line=1,
                column=name,
            )
        if name and header.count(name) > 1:
            raise InputError("this column is there twice", file=file, line=1, column=name)
    return header


def _persons(file: str, header: list[str], lines: Sequence[tuple[int, list[str]]]) -> tuple[str, ...]:
    """Return the persons' numbers; each line must have one of its own and as many cells as the header."""
    at, seen = header.index(PERSON), dict[str, int]()
    for line, cells in lines:
        if len(cells) != len(header):
            raise InputError(
                f"the line has {len(cells)} cells and the header {len(header)}; a comma in a cell needs quotes",
                file=file,
                line=line,
            )
        if not cells[at]:
            raise InputError(
                "the cell is empty; each person has a number", file=file, line=line, column=PERSON
            )
        if cells[at] in seen:
            raise InputError(
                f"'{cells[at]}' stands on line {seen[cells[at]]} already", file=file, line=line, column=PERSON
            )
        seen[cells[at]] = line
    if not seen:
        raise InputError("the pool has column names and nobody under them", file=file)
    return tuple(seen)
