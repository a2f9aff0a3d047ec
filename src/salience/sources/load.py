"""One file into the record, in one transaction: staged, judged, told as accounts, summed up as events."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

from salience.errors import InputError, RecordError
from salience.record.actors import register_actors
from salience.record.events import refresh_events
from salience.record.ids import stable_id
from salience.record.source_names import SourceRule, register_spellings
from salience.record.sql import scalar
from salience.record.store import Record, duckdb_errors, explain_failure
from salience.sources.accounts import insert_accounts, insert_tellers, stage_rows, stage_tellers
from salience.sources.acled import describe_acled
from salience.sources.delimited import Sheet, open_sheet
from salience.sources.faults import Fault, find_bad_rows, find_faults, record_faults
from salience.sources.files import Progress, Received, hash_file, receive_file
from salience.sources.mapped import describe_table, read_mapping
from salience.sources.telling import Telling
from salience.sources.ucdp import describe_ucdp

MEMORY_LIMIT = "1400MB"
IMPORTERS = ("ucdp", "acled", "table")
STAGED = ("staged", "teller", "bad_row")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file.

    Attributes
    ----------
    file, importer : str
        Its name, and what read it.
    read, kept, set_aside : int
        Records; read = kept + set_aside.
    already : bool
        The record held this very file before; nothing was changed.
    accounts, events : int
        Accounts that this import added, and events that they tell of.
    notes : dict
        How many rows were set aside and values emptied, by rule.
    """

    file: str
    importer: str
    read: int
    kept: int
    set_aside: int
    already: bool
    accounts: int
    events: int
    notes: dict[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data."""
        return asdict(self)


def import_file(
    record: Record,
    path: Path,
    raw_folder: Path,
    *,
    importer: str | None = None,
    mapping: Path | None = None,
    rules: Sequence[SourceRule] = (),
    progress: Progress = lambda stage, share: None,
) -> Imported:
    """Take one file into the record: all of it or nothing.

    Parameters
    ----------
    record : Record
        Open for writing.
    path : Path
        The file.
    raw_folder : Path
        Where files are kept by content hash; made when missing.
    importer : {"ucdp", "acled", "table"}, optional
        Recognised from the columns when None.
    mapping : Path, optional
        The mapping of a `table`.
    rules : sequence of SourceRule
        The case's `sources.csv`.
    progress : callable
        Called with a stage and the share done.

    Returns
    -------
    Imported
        The counts; `already` when the record holds this very file.

    Raises
    ------
    InputError, RecordError
        The file cannot be taken, or the record not be written; nothing was changed.
    """
    if importer is not None and importer not in IMPORTERS:
        raise InputError(f"'{importer}' is no importer; there are {', '.join(IMPORTERS)}", file=path.name)
    if before := _already(record, path, mapping):
        return before
    with workplace(raw_folder, record) as incoming, _bounded_memory(record):
        received = receive_file(path, raw_folder, incoming, progress)
        sheet = open_sheet(received, incoming)
        telling = _describe(sheet, importer, mapping)
        origin = _origin_id(received.sha256, mapping)
        progress("sorting rows", 0.1)
        try:
            with duckdb_errors(record.path):
                staged, faults = _stage(record.connection, sheet, telling, origin)
            if staged == 0 and not faults:
                raise InputError("the table has column names and no row under them", file=sheet.file)
            progress("writing accounts", 0.5)
            # Rows were counted in their order; from here on order is nothing, and parallel writing is faster.
            record.connection.execute("SET preserve_insertion_order = false")
            with record.transaction() as connection:
                return _write(connection, origin, received, sheet, telling, staged, faults, rules, progress)
        finally:
            record.connection.execute("RESET preserve_insertion_order")
            _drop_staged(record.connection)


def _stage(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, telling: Telling, origin: int
) -> tuple[int, list[Fault]]:
    """Read and judge the rows in temporary tables, outside the transaction: there, rowid counts the rows."""
    staged = stage_rows(connection, sheet, telling, origin)
    find_bad_rows(connection, telling)
    stage_tellers(connection, telling)
    return staged, find_faults(connection, sheet, telling)


def _write(
    connection: duckdb.DuckDBPyConnection,
    origin: int,
    received: Received,
    sheet: Sheet,
    telling: Telling,
    staged: int,
    faults: Sequence[Fault],
    rules: Sequence[SourceRule],
    progress: Progress,
) -> Imported:
    notes = record_faults(connection, sheet, origin, faults)
    set_aside = len({fault.record for fault in faults if fault.scope == "row"})
    read = staged + sum(1 for fault in faults if fault.text is not None)
    _insert_origin(connection, origin, received, telling, (read, read - set_aside, set_aside), notes)
    register_spellings(connection, _spellings(connection, telling), rules)
    insert_accounts(connection, telling, origin)
    insert_tellers(connection, origin)
    _drop_staged(connection)
    register_actors(connection, origin, telling.dataset)
    progress("summing up events", 0.8)
    refresh_events(connection, origin)
    progress("summing up events", 1.0)
    accounts = scalar(connection, f"SELECT count(*) FROM account WHERE origin = {origin:d}")
    full = scalar(connection, f"SELECT count(*) FROM account WHERE origin = {origin:d} AND told <> 'named'")
    if full != read - set_aside:
        raise RecordError(
            f"{sheet.file}: {read:,} rows read, {set_aside:,} set aside, but {full:,} kept. This is a fault of the "
            "program; nothing was changed. Please report it with the file's header."
        )
    events = scalar(connection, f"SELECT count(DISTINCT event) FROM link WHERE run = {origin:d}")
    return Imported(sheet.file, telling.importer, read, full, set_aside, False, accounts, events, notes)


def _already(record: Record, path: Path, mapping: Path | None) -> Imported | None:
    """Return what became of the file when it was imported before; a record without imports spares the look."""
    sha256 = hash_file(path) if scalar(record.connection, "SELECT 1 FROM origin LIMIT 1") else ""
    origin = _origin_id(sha256, mapping)
    rows = record.rows(
        "SELECT importer, rows_read, rows_kept, rows_set_aside, summary FROM origin WHERE id = ?", [origin]
    )
    if not rows:
        return None
    row = rows[0]
    events = record.rows("SELECT count(DISTINCT event) AS n FROM link WHERE run = ?", [origin])[0]["n"]
    notes = json.loads(row["summary"])
    return Imported(
        path.name,
        row["importer"],
        row["rows_read"],
        row["rows_kept"],
        row["rows_set_aside"],
        True,
        0,
        events,
        notes,
    )


def _origin_id(sha256: str, mapping: Path | None) -> int:
    """Name an import by the file's content and, as it decides what the rows mean, the mapping's."""
    return stable_id("origin", sha256, hash_file(mapping) if mapping else "")


@contextmanager
def _bounded_memory(record: Record) -> Iterator[None]:
    """Let an import spill to disk rather than fill a laptop's memory."""
    record.connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    try:
        yield
    finally:
        record.connection.execute("RESET memory_limit")


@contextmanager
def workplace(raw_folder: Path, record: Record) -> Iterator[Path]:
    """Give a folder for unpacked text, without what a killed import may have left; the record's lock guards it."""
    incoming = raw_folder / ".incoming"
    try:
        shutil.rmtree(incoming, ignore_errors=True)
        incoming.mkdir(parents=True)
        yield incoming
    except OSError as error:
        raise RecordError(explain_failure(record.path, str(error))) from error
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def _describe(sheet: Sheet, importer: str | None, mapping: Path | None) -> Telling:
    chosen = importer or _recognise(sheet, mapping)
    if chosen == "ucdp":
        return describe_ucdp(sheet)
    if chosen == "acled":
        return describe_acled(sheet)
    return describe_table(sheet, read_mapping(mapping) if mapping else None)


def _recognise(sheet: Sheet, mapping: Path | None) -> str:
    if mapping is None and sheet.find("type_of_violence") and sheet.find("side_a"):
        return "ucdp"
    if mapping is None and sheet.find("event_id_cnty"):
        return "acled"
    return "table"


def _insert_origin(
    connection: duckdb.DuckDBPyConnection,
    origin: int,
    received: Received,
    telling: Telling,
    counts: tuple[int, int, int],
    notes: dict[str, int],
) -> None:
    connection.execute(
        """INSERT INTO origin VALUES (?, ?, ?, ?, ?, ?, ?, now() AT TIME ZONE 'UTC', ?, ?, ?, ?)""",
        [
            origin,
            received.name,
            received.sha256,
            telling.importer,
            telling.dataset,
            telling.licence,
            telling.citation,
            *counts,
            json.dumps(notes, ensure_ascii=False),
        ],
    )


def _spellings(connection: duckdb.DuckDBPyConnection, telling: Telling) -> dict[str, str | None]:
    """Return each name that speaks in the staged rows, with the kind that the importer declares for it."""
    names: dict[str, str | None] = {
        row[0]: None for row in connection.execute("SELECT DISTINCT name FROM teller ORDER BY 1").fetchall()
    }
    if telling.speaker:
        names[telling.speaker] = telling.speaker_kind
    else:
        speakers = connection.execute(
            "SELECT DISTINCT speaker FROM staged WHERE speaker IS NOT NULL ORDER BY 1"
        )
        names |= {row[0]: None for row in speakers.fetchall()}
    return names


def _drop_staged(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        for table in STAGED:
            connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
    except duckdb.Error:
        return  # the connection is lost, and temporary tables with it
