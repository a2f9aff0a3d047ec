"""A table of persons, or of counts by group, into the record: whole or not at all, without who they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb

from salience.errors import InputError
from salience.record.ids import sql_id, stable_id
from salience.record.source_names import SourceRule, register_spellings
from salience.record.sql import scalar
from salience.record.store import Record, duckdb_errors
from salience.sources.delimited import Sheet, open_sheet, sql_name, sql_text
from salience.sources.faults import Fault, record_faults, record_number, rejected_rows
from salience.sources.files import Progress, hash_file, receive_file
from salience.sources.load import Imported, workplace
from salience.sources.person_columns import (
    HEADINGS,
    PersonsMap,
    read_persons_map,
    refuse_guessed,
    refuse_private,
)

# Words that say that a thing is not known; compared without case.
UNKNOWN = ("unknown", "unk", "not stated", "not known", "unspecified", "n/a", "na", "none", "null", "?", "-", "–", ".",
           "نامعلوم", "غير معروف", "неизвестно")  # fmt: skip
NOBODY = "source not stated"
_DAY = "CASE WHEN try_cast(left(t, 10) AS DATE) BETWEEN DATE '1500-01-01' AND DATE '2199-12-31' " \
       "THEN try_cast(left(t, 10) AS DATE) END"  # fmt: skip
_WHOLE = (
    "CASE WHEN try_cast(t AS DOUBLE) BETWEEN 0 AND 100000000 AND try_cast(t AS DOUBLE) = floor(try_cast(t AS DOUBLE)) "
    "THEN try_cast(t AS DOUBLE)::BIGINT END"
)


def import_persons(
    record: Record,
    path: Path,
    raw_folder: Path,
    *,
    mapping: Path | None = None,
    rules: Sequence[SourceRule] = (),
    guessed: bool = False,
    progress: Progress = lambda stage, share: None,
) -> Imported:
    """Take a table of persons, or of counts by group, into the record.

    Parameters
    ----------
    record : Record
        Open for writing.
    path : Path
        CSV, XLSX or Parquet; columns as in `HEADINGS`, of which group is needed.
    raw_folder : Path
        Where files are kept by content hash.
    mapping : Path, optional
        Which column holds what, where headings differ.
    rules : sequence of SourceRule
        The case's `sources.csv`.
    guessed : bool
        The case declares that groups were guessed.
    progress : callable
        Called with a stage and the share done.

    Raises
    ------
    InputError
        It identifies private persons, its groups were guessed and the case does not say so, or it names no group;
        nothing was changed.
    """
    sha256 = hash_file(path)
    told = read_persons_map(mapping)
    origin = stable_id("origin", sha256, hash_file(mapping) if mapping else "", "guessed" if guessed else "")
    if before := _already(record, origin, path):
        return before
    with workplace(raw_folder, record) as incoming:
        # What identifies people is refused before a copy of it is kept.
        received = receive_file(path, incoming, incoming, progress)
        sheet = open_sheet(received, incoming)
        refuse_private(sheet.columns, path.name)
        found = refuse_guessed(sheet.columns, path.name, declared=guessed)
        columns = _columns(sheet, told, found)
        is_guess = columns["group_name"] in found
        kept = raw_folder / received.raw.name
        with duckdb_errors(record.path):
            faults = _stage(record.connection, sheet, columns, told, origin)
        try:
            with record.transaction() as connection:
                done = _write(connection, origin, sheet, faults, sha256, rules, is_guess)
                received.raw.replace(kept)
        finally:
            record.connection.execute("DROP TABLE IF EXISTS temp.staged_person")
    return done


def _already(record: Record, origin: int, path: Path) -> Imported | None:
    rows = record.rows(
        "SELECT rows_read, rows_kept, rows_set_aside, summary FROM origin WHERE id = ?", [origin]
    )
    if not rows:
        return None
    row = rows[0]
    return Imported(path.name, "persons", row["rows_read"], row["rows_kept"], row["rows_set_aside"], True, 0, 0,
                    json.loads(row["summary"]))  # fmt: skip


def _columns(sheet: Sheet, told: PersonsMap, guessed: Sequence[str]) -> dict[str, str]:
    """Return the file's column for each of the record's that it has."""
    sheet.require(told.columns.values())
    found = {name: sheet.find(column) or column for name, column in told.columns.items()}
    for name, headings in HEADINGS.items():
        column = sheet.find(*headings)
        if name not in found and name not in told.constants and column is not None:
            found[name] = column
    if "group_name" not in found:
        hint = ' Name the declared column in a mapping (--map): [columns] group = "…".' if guessed else ""
        raise InputError(
            f"no column says which group a person is of; expected one called {', '.join(HEADINGS['group_name'])}."
            f"{hint} The file has: {', '.join(sheet.columns)}",
            file=sheet.file,
            line=1,
            column="group",
        )
    return found


def _stage(
    connection: duckdb.DuckDBPyConnection,
    sheet: Sheet,
    columns: dict[str, str],
    told: PersonsMap,
    origin: int,
) -> list[Fault]:
    """Read the rows as text, type them, and return what is wrong with them."""
    connection.execute(f"CREATE OR REPLACE TEMP MACRO person_day(t) AS {_DAY}")
    connection.execute(f"CREATE OR REPLACE TEMP MACRO person_count(t) AS {_WHOLE}")
    words = ", ".join(sql_text(word) for word in UNKNOWN)
    connection.execute(
        f"CREATE OR REPLACE TEMP MACRO stated(t) AS CASE WHEN lower(trim(t)) NOT IN ('', {words}) THEN trim(t) END"
    )
    parts = []
    for name in HEADINGS:
        if name in columns:
            parts.append(f"nullif(trim({sql_name(columns[name])}), '') AS {name}")
        else:
            parts.append(
                f"{sql_text(told.constants[name])} AS {name}"
                if name in told.constants
                else f"NULL::VARCHAR AS {name}"
            )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE staged_person AS SELECT {', '.join(parts)} FROM {sheet.scan()}"
    )
    connection.execute("ALTER TABLE staged_person ADD COLUMN id BIGINT")
    connection.execute("UPDATE staged_person SET native_id = 'row ' || (rowid + 1) WHERE native_id IS NULL")
    connection.execute(f"UPDATE staged_person SET id = {sql_id(str(origin), 'native_id', 'rowid')}")
    connection.execute("ALTER TABLE staged_person ADD COLUMN bad BOOLEAN DEFAULT false")
    return _find_faults(connection, sheet, columns)


def _find_faults(connection: duckdb.DuckDBPyConnection, sheet: Sheet, columns: dict[str, str]) -> list[Fault]:
    """Set aside rows whose number or day cannot be."""
    faults = rejected_rows(connection)
    passed = [fault.record for fault in faults]
    rules = []
    if "count" in columns:
        rules.append(("count", "count IS NULL", "the row has no number of persons; write 0 for none"))
        rules.append(("count", "try_cast(count AS DOUBLE) < 0", "a number of persons cannot be negative"))
        rules.append(("count", "person_count(count) IS NULL", "this is not a whole number of persons"))
    if "date" in columns:
        rules.append(("date", "stated(date) IS NOT NULL AND person_day(date) IS NULL",
                      "this is not a day that can be; expected YYYY-MM-DD"))  # fmt: skip
    for name, condition, reason in rules:
        rows = connection.execute(
            f"SELECT rowid, {name} FROM staged_person WHERE NOT bad AND ({condition}) ORDER BY rowid"
        ).fetchall()
        faults += [
            Fault(record_number(row, sheet, passed), "row", columns[name], value, reason)
            for row, value in rows
        ]
        connection.execute(f"UPDATE staged_person SET bad = true WHERE NOT bad AND ({condition})")
    return sorted(faults, key=lambda fault: fault.record)


def _write(
    connection: duckdb.DuckDBPyConnection,
    origin: int,
    sheet: Sheet,
    faults: Sequence[Fault],
    sha256: str,
    rules: Sequence[SourceRule],
    guessed: bool,
) -> Imported:
    kept = int(scalar(connection, "SELECT count(*) FROM staged_person WHERE NOT bad"))
    if kept == 0:
        raise InputError("no row of this table can be taken; " + (faults[0].reason if faults else "it is empty"),
                         file=sheet.file)  # fmt: skip
    notes = record_faults(connection, sheet, origin, faults)
    names = connection.execute(
        "SELECT DISTINCT coalesce(stated(source), ?) FROM staged_person ORDER BY 1", [NOBODY]
    )
    register_spellings(connection, dict.fromkeys(row[0] for row in names.fetchall()), rules)
    unnamed = int(
        scalar(connection, "SELECT count(*) FROM staged_person WHERE NOT bad AND stated(group_name) IS NULL")
    )
    if unnamed:
        notes["rows that name no group"] = unnamed
    connection.execute(
        f"""INSERT INTO person
            SELECT p.id, {origin:d}, p.native_id, a.source, a.id, person_day(p.date), stated(p.place),
                   stated(p.group_name), stated(p.sex), stated(p.age), stated(p.kind),
                   stated(p.incident), coalesce(person_count(p.count), 1), {guessed}
            FROM staged_person p JOIN source_alias a ON a.spelling = coalesce(stated(p.source), {sql_text(NOBODY)})
            WHERE NOT p.bad ORDER BY p.rowid"""
    )
    read = kept + len(faults)
    connection.execute(
        "INSERT INTO origin VALUES (?, ?, ?, 'persons', ?, '', '', now() AT TIME ZONE 'UTC', ?, ?, ?, ?)",
        [origin, sheet.file, sha256, Path(sheet.file).stem, read, kept, len(faults),
         json.dumps(notes, ensure_ascii=False)],
    )  # fmt: skip
    persons = int(scalar(connection, f"SELECT coalesce(sum(count), 0) FROM person WHERE origin = {origin:d}"))
    return Imported(sheet.file, "persons", read, kept, len(faults), False, persons, 0, notes)
