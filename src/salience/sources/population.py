"""The case's own population.csv: which share of whom is of which group, and who says so. Wrong lines stop it."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from dataclasses import astuple, dataclass
from pathlib import Path

import duckdb

from salience.errors import InputError
from salience.record.ids import stable_id
from salience.record.names import normalise_name
from salience.record.store import Record
from salience.sources.files import Progress, hash_file, receive_file
from salience.sources.load import Imported, workplace

COLUMNS = ("group", "place", "year", "share_low", "share_best", "share_high", "source", "denominator", "persons", "sex",
           "age")  # fmt: skip
NEEDED = ("group", "share_best", "source")
OTHER_HEADINGS = {"share": "share_best", "low": "share_low", "best": "share_best", "high": "share_high",
                  "admin1": "place", "population": "persons"}  # fmt: skip
RESIDENTS = "residents"
# Shares are rounded; so much over 1 in one place is rounding.
ROUNDING = 0.02


@dataclass(frozen=True, slots=True)
class Share:
    """One line: a group's share of one population."""

    line: int
    denominator: str
    group: str
    sex: str | None
    age: str | None
    place: str | None
    year: int | None
    low: float
    best: float
    high: float
    persons: float | None
    source: str


def import_population(
    record: Record,
    path: Path,
    raw_folder: Path,
    *,
    progress: Progress = lambda stage, share: None,
) -> Imported:
    """Take a population table into the record; a later file of the same name takes the place of the earlier.

    Raises
    ------
    InputError
        A column is missing, a share is over 1 or out of order, shares of one place sum to more than 1, or two lines say
        different things; nothing was changed.
    """
    shares = read_population(path)
    sha256 = hash_file(path)
    origin = stable_id("origin", sha256, "population", path.name)
    if record.rows("SELECT 1 FROM origin WHERE id = ?", [origin]):
        return Imported(path.name, "population", len(shares), len(shares), 0, True, 0, 0)
    with workplace(raw_folder, record) as incoming:
        receive_file(path, raw_folder, incoming, progress)
        with record.transaction() as connection:
            _replace(connection, origin, path.name, sha256, shares)
    return Imported(path.name, "population", len(shares), len(shares), 0, False, len(shares), 0)


def read_population(path: Path) -> list[Share]:
    """Read a population table; raise InputError with line and column of what cannot be."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            header = [
                OTHER_HEADINGS.get(h.strip().casefold(), h.strip().casefold())
                for h in reader.fieldnames or ()
            ]
            _require_columns(header, path.name)
            reader.fieldnames = header
            lines = [
                (reader.line_num, row)
                for row in reader
                if any((v or "").strip() for v in row.values() if isinstance(v, str))
            ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"this is not a CSV file in UTF-8: {error}", file=path.name) from error
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror}", file=path.name) from error
    shares = [_read_line(row, line, path.name) for line, row in lines]
    if not shares:
        raise InputError("the table has column names and no row under them", file=path.name)
    _require_agreement(shares, path.name)
    _require_sums(shares, path.name)
    return shares


def _require_columns(header: list[str], file: str) -> None:
    for name in NEEDED:
        if name not in header:
            raise InputError(
                f"the column is missing; expected {', '.join(COLUMNS)}, of which {', '.join(NEEDED)} are needed. "
                "Every share needs a source",
                file=file, line=1, column=name,
            )  # fmt: skip
    for name in header:
        if name and name not in COLUMNS:
            raise InputError(f"this column is not known; known are {', '.join(COLUMNS)}", file=file, line=1,
                             column=name)  # fmt: skip


def _read_line(row: dict[str, str | None], line: int, file: str) -> Share:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    for name in ("group", "source"):
        if not cells[name]:
            raise InputError(f"the line names no {name}", file=file, line=line, column=name)
    best = _share(cells["share_best"], "share_best", line, file)
    low = _share(cells["share_low"], "share_low", line, file) if cells["share_low"] else best
    high = _share(cells["share_high"], "share_high", line, file) if cells["share_high"] else best
    if not low <= best <= high:
        raise InputError(
            f"the shares run {low:g}, {best:g}, {high:g}; expected low <= best <= high", file=file, line=line,
            column="share_low" if low > best else "share_high",
        )  # fmt: skip
    return Share(
        line, cells["denominator"].casefold() or RESIDENTS, cells["group"], cells["sex"] or None, cells["age"] or None,
        cells["place"] or None, _year(cells["year"], line, file), low, best, high,
        _persons(cells["persons"], line, file), cells["source"],
    )  # fmt: skip


def _share(text: str, column: str, line: int, file: str) -> float:
    percent = text.endswith("%")
    try:
        value = float(text.rstrip("% ").replace(",", ".")) / (100 if percent else 1)
    except ValueError as error:
        raise InputError(f"'{text}' is no share; expected 0 to 1, or per cent with the sign", file=file, line=line,
                         column=column) from error  # fmt: skip
    if not 0 < value < 1:
        hint = f" If {text} per cent is meant, write {text} %." if value >= 1 else ""
        raise InputError(
            f"'{text}' is no share of a population that can be compared; expected over 0 and under 1.{hint}",
            file=file, line=line, column=column,
        )  # fmt: skip
    return value


def _year(text: str, line: int, file: str) -> int | None:
    if not text:
        return None
    if not text.isdigit() or not 1500 <= int(text) <= 2199:
        raise InputError(f"'{text}' is no year", file=file, line=line, column="year")
    return int(text)


def _persons(text: str, line: int, file: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text.replace(",", "").replace(" ", ""))
    except ValueError:
        value = -1.0
    if value <= 0:
        raise InputError(f"'{text}' is no number of persons; expected how many live in the place, over 0", file=file,
                         line=line, column="persons")  # fmt: skip
    return value


def _key(share: Share) -> tuple[object, ...]:
    return (share.denominator, normalise_name(share.place or "all"), share.year)


def _require_agreement(shares: list[Share], file: str) -> None:
    """No two lines may speak of one group, place, year and denominator, nor give a place two numbers of persons."""
    seen: dict[tuple[object, ...], int] = {}
    persons: dict[tuple[object, ...], Share] = {}
    for share in shares:
        key = (*_key(share), normalise_name(share.group), share.sex, share.age)
        if key in seen:
            raise InputError(f"line {seen[key]} says this of the same group, place, year and denominator", file=file,
                             line=share.line, column="group")  # fmt: skip
        seen[key] = share.line
        if share.persons is None:
            continue
        before = persons.setdefault(_key(share), share)
        if before.persons != share.persons:
            raise InputError(
                f"this place has {share.persons:g} persons here and {before.persons:g} on line {before.line}; the "
                "number is of all groups together", file=file, line=share.line, column="persons",
            )  # fmt: skip


def _require_sums(shares: list[Share], file: str) -> None:
    """Refuse groups that are more than all of their place."""
    sums: dict[tuple[object, ...], list[Share]] = defaultdict(list)
    for share in shares:
        kind = (share.sex is not None, share.age is not None)
        sums[(*_key(share), kind)].append(share)
    for members in sums.values():
        total = sum(share.best for share in members)
        if total > 1 + ROUNDING:
            place = members[0].place or "the whole area"
            raise InputError(
                f"the shares of {place} ({members[0].denominator}) sum to {total:.3g}; expected 1 or less. Shares are "
                "of all persons of the place, also where they are by sex or age",
                file=file, line=members[-1].line, column="share_best",
            )  # fmt: skip


def _replace(
    connection: duckdb.DuckDBPyConnection, origin: int, file: str, sha256: str, shares: list[Share]
) -> None:
    earlier = "SELECT id FROM origin WHERE importer = 'population' AND file = ?"
    connection.execute(f"DELETE FROM population WHERE origin IN ({earlier})", [file])
    connection.execute("DELETE FROM origin WHERE importer = 'population' AND file = ?", [file])
    connection.executemany(
        f"INSERT INTO population VALUES ({', '.join('?' * 13)})",
        [(origin, *astuple(share)) for share in shares],
    )
    sources = "; ".join(sorted({share.source for share in shares}))
    connection.execute(
        "INSERT INTO origin VALUES (?, ?, ?, 'population', ?, '', ?, now() AT TIME ZONE 'UTC', ?, ?, 0, ?)",
        [origin, file, sha256, Path(file).stem, sources, len(shares), len(shares), json.dumps({})],
    )
