"""The tab-separated text format of exchange models: lines that begin with #A, #P, #M and #D.

`#A actor`, `#P issue meaning`, `#M issue value` (a value that the issue can have: the lowest and the highest give its
scale), `#D actor issue position salience power`; `#/` begins a remark, `#O` names the whole. Cells may be quoted.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from salience.errors import InputError
from salience.record.ids import stable_id
from salience.record.landscape import ActorEntry, IssueEntry, LandscapeEntries, PositionEntry, write_landscape
from salience.record.store import Record, duckdb_errors
from salience.sources.case_tables import Row, nearest
from salience.sources.files import hash_file
from salience.sources.load import Imported

CELLS = {"A": 2, "P": 2, "M": 3, "D": 6}


@dataclass(slots=True)
class _Draft:
    """What the lines have said so far, and what was wrong with them."""

    actors: dict[str, ActorEntry] = field(default_factory=dict)
    issues: dict[str, IssueEntry] = field(default_factory=dict)
    values: dict[str, list[float]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    faults: list[InputError] = field(default_factory=list)


def import_negotiation(record: Record, path: Path, raw_folder: Path) -> Imported:
    """Take such a file into the record's landscape: all of it or nothing.

    Raises
    ------
    InputError
        One or more lines are wrong; all are listed, and nothing was changed.
    """
    sha256 = hash_file(path)
    origin = stable_id("origin", sha256, "negotiation")
    before = record.rows("SELECT rows_read FROM origin WHERE id = ?", [origin])
    if before:
        rows = before[0]["rows_read"]
        return Imported(path.name, "negotiation", rows, rows, 0, True, 0, 0, {})
    entries = read_negotiation(path)
    raw_folder.mkdir(parents=True, exist_ok=True)
    kept = raw_folder / (sha256 + path.suffix.lower())
    if not kept.exists():
        part = raw_folder / f".{sha256}.part"
        shutil.copyfile(path, part)
        part.replace(kept)
    rows = len(entries.positions)
    notes = {"actors": len(entries.actors), "issues": len(entries.issues)}
    with duckdb_errors(record.path), record.transaction() as connection:
        connection.execute(
            "INSERT INTO origin VALUES (?, ?, ?, 'negotiation', ?, '', '', now() AT TIME ZONE 'UTC', ?, ?, 0, ?)",
            [origin, path.name, sha256, path.stem, rows, rows, json.dumps(notes)],
        )
        write_landscape(connection, entries, origin)
    return Imported(path.name, "negotiation", rows, rows, 0, False, 0, 0, notes)


def read_negotiation(path: Path) -> LandscapeEntries:
    """Read the file.

    Raises
    ------
    InputError
        With every line that is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"this is not text in UTF-8: {error}", file=path.name) from error
    draft = _Draft()
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [cell.strip().strip("'\"").strip() for cell in line.split("\t")]
        mark = cells[0].removeprefix("#").upper()
        if not line.strip() or mark in ("/", "O", "") or mark.startswith("/"):
            continue
        try:
            _take_line(path.name, number, mark, cells, draft)
        except InputError as error:
            draft.faults.append(error)
    positions = [entry for row in draft.rows if (entry := _position(row, draft)) is not None]
    if draft.faults:
        _raise_all(path.name, draft.faults)
    if not positions:
        raise InputError("it holds no #D lines: nobody wants anything", file=path.name)
    return LandscapeEntries(tuple(draft.actors.values()), tuple(draft.issues.values()), tuple(positions))


def _take_line(file: str, number: int, mark: str, cells: list[str], draft: _Draft) -> None:
    if mark not in CELLS:
        raise InputError(
            f"the line begins with '{cells[0]}'; expected #A, #P, #M, #D or #/", file=file, line=number
        )
    if len(cells) < CELLS[mark] or not cells[1]:
        raise InputError(
            f"a #{mark} line needs {CELLS[mark]} cells parted by tabs; found {len(cells)}",
            file=file,
            line=number,
        )
    row = Row(
        file,
        number,
        dict(zip(("mark", "actor", "issue", "position", "salience", "power"), cells, strict=False)),
    )
    name = cells[1]
    if mark == "A":
        draft.actors.setdefault(name, ActorEntry(name, number, source=file))
    elif mark == "P":
        meaning = next((c for c in cells[2:] if c and c != name), None)
        draft.issues.setdefault(name, IssueEntry(name, number, meaning_100=meaning))
    elif mark == "M":
        if name not in draft.issues:
            raise row.fault("issue", nearest(name, draft.issues, "issue") + " (a #P line must name it first)")
        value = Row(file, number, {"value": cells[2]}).number("value", float("-inf"), float("inf"))
        if value is not None:
            draft.values.setdefault(name, []).append(value)
    else:
        draft.rows.append(row)


def _position(row: Row, draft: _Draft) -> PositionEntry | None:
    """Check one #D line, every cell of it, and bring its position to the scale of 0 to 100."""
    wrong: list[InputError] = []
    actor, issue = row.cells["actor"], row.cells["issue"]
    if actor not in draft.actors:
        wrong.append(row.fault("actor", nearest(actor, draft.actors, "actor") + " (an #A line must name it)"))
    if issue not in draft.issues:
        wrong.append(row.fault("issue", nearest(issue, draft.issues, "issue") + " (a #P line must name it)"))
    values = draft.values.get(issue, [0.0, 100.0])
    low, high = min(values), max(values)
    if high <= low:
        low, high = 0.0, 100.0
    found: dict[str, float] = {}
    for column, least, most in (
        ("position", low, high),
        ("salience", 0.0, 1.0),
        ("power", 0.0, float("inf")),
    ):
        try:
            value = row.number(column, least, most)
            if value is None:
                raise row.fault(column, "the cell is empty")
            found[column] = value
        except InputError as error:
            wrong.append(error)
    if wrong:
        draft.faults += wrong
        return None
    place = 100.0 * (found["position"] - low) / (high - low)
    return PositionEntry(
        actor, issue, row.line, (place,) * 3, (found["salience"],) * 3, (found["power"],) * 3, source=row.file
    )


def _raise_all(file: str, faults: list[InputError], most: int = 20) -> None:
    faults = sorted(faults, key=lambda fault: fault.line or 0)
    if len(faults) == 1:
        raise faults[0]
    told = [
        f"line {f.line}" + (f", column {f.column}" if f.column else "") + f": {f.reason}"
        for f in faults[:most]
    ]
    more = f"\n  and {len(faults) - most} more" if len(faults) > most else ""
    raise InputError(
        f"{len(faults)} lines are wrong, and nothing was taken:\n  " + "\n  ".join(told) + more, file=file
    )
