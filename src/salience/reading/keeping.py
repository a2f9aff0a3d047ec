"""The record's texts, read: mentions and statements as rows that a new reading finds again under the same ids."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from salience.reading.language import detect_language
from salience.reading.names import Alias, Matcher
from salience.reading.reader import read
from salience.reading.spans import Reading
from salience.record.ids import stable_id
from salience.record.store import Record
from salience.version import __version__

BATCH = 400
# Raise it when the rules change what is found, so that records are read anew.
RULES = 3
PLACE = (
    ("id", pa.int64()),
    ("text", pa.string()),
    ("start", pa.int32()),
    ("end", pa.int32()),
    ("quote", pa.string()),
)
MENTION = pa.schema(
    [*PLACE, ("kind", pa.string()), ("value", pa.string()), ("how", pa.string()), ("confidence", pa.float64()),
     ("notes", pa.string())]
)  # fmt: skip
STATEMENT = pa.schema(
    [*PLACE, ("kind", pa.string()), ("speaker", pa.string()), ("about", pa.string()), ("value", pa.string()),
     ("how", pa.string()), ("confidence", pa.float64()), ("detail", pa.string())]
)  # fmt: skip


def record_aliases(record: Record) -> list[Alias]:
    """Return the names that a record knows: labels of actors with their dates, and its first-level areas."""
    rows = record.rows(
        """SELECT l.label, a.name, coalesce(a.kind, 'organisation') AS kind, l.valid_from, l.valid_to
           FROM alias l JOIN actor a ON a.id = l.actor ORDER BY l.label, a.name, l.valid_from"""
    )
    aliases = [
        Alias(
            row["label"], row["name"], KINDS.get(row["kind"], row["kind"]), row["valid_from"], row["valid_to"]
        )
        for row in rows
        if row["kind"] != "civilians"
    ]
    areas = record.rows("SELECT DISTINCT admin1 FROM account WHERE length(admin1) > 3 ORDER BY 1")
    return aliases + [Alias(row["admin1"], row["admin1"], "place") for row in areas]


KINDS = {"state": "organisation", "group": "organisation"}


def read_record(
    record: Record,
    roles: Path | None = None,
    progress: Callable[[str, float], None] = lambda stage, share: None,
) -> int:
    """Read every text of a record that was not read with these rules and names yet.

    Parameters
    ----------
    record : Record
        Open for writing.
    roles : Path, optional
        The case's patterns for unnamed actors.
    progress : callable
        Called with a stage and the share done.

    Returns
    -------
    int
        Texts read.
    """
    aliases = record_aliases(record)
    mark = reading_mark(aliases, roles)
    waiting = record.rows("SELECT count(*) AS n FROM text WHERE reading IS DISTINCT FROM ?", [mark])[0]["n"]
    if not waiting:
        return 0
    matcher, done = Matcher(aliases), 0
    while batch := _next_texts(record, mark):
        readings = [
            (
                sha,
                language or detect_language(content).code,
                read(content, matcher, day, language, roles=roles),
            )
            for sha, content, language, day in batch
        ]
        with record.transaction() as connection:
            _replace(connection, readings, mark)
        done += len(batch)
        progress(f"reading texts ({done:,} of {waiting:,})", done / waiting)
    return done


def reading_mark(aliases: Sequence[Alias], roles: Path | None) -> str:
    """Return what names a reading: the program, its rules, and the names and patterns it knew."""
    known = "\n".join(sorted(repr(alias) for alias in aliases))
    patterns = roles.read_text(encoding="utf-8") if roles else ""
    digest = hashlib.sha256(f"{known}\x1f{patterns}".encode()).hexdigest()[:12]
    return f"{__version__}.{RULES}.{digest}"


def _next_texts(record: Record, mark: str) -> list[tuple[str, str, str | None, date | None]]:
    """Return some texts still to be read, each with the earliest day on which it was published."""
    return record.connection.execute(
        """SELECT t.sha256, t.content, any_value(r.language), min(r.published)
           FROM (FROM text WHERE reading IS DISTINCT FROM ? ORDER BY sha256 LIMIT ?) t
           LEFT JOIN report r ON r.sha256 = t.sha256 GROUP BY ALL ORDER BY t.sha256""",
        [mark, BATCH],
    ).fetchall()


def _replace(
    connection: duckdb.DuckDBPyConnection, readings: Sequence[tuple[str, str, Reading]], mark: str
) -> None:
    """Put what was read in place of an earlier reading; what people decided stays, by the same ids."""
    hashes = pa.table({"sha": [sha for sha, _, _ in readings], "language": [code for _, code, _ in readings]})
    mentions = [row for sha, _, reading in readings for row in mention_rows(sha, reading)]
    statements = [row for sha, _, reading in readings for row in statement_rows(sha, reading)]
    connection.register("read_now", hashes)
    try:
        for table, rows, schema in (("mention", mentions, MENTION), ("statement", statements, STATEMENT)):
            _leave_to_model(connection, table)
            # What a person added by hand is no reading's to replace, nor is what a model suggested.
            connection.execute(
                f"DELETE FROM {table} WHERE text IN (SELECT sha FROM read_now) AND how NOT IN ('person', 'model')"
            )
            connection.register("rows_read", pa.Table.from_pylist(list(rows), schema=schema))
            _take_over_from_model(connection, table)
            connection.execute(
                f"INSERT INTO {table} SELECT * FROM rows_read WHERE id NOT IN (SELECT id FROM {table})"
            )
            connection.unregister("rows_read")
        connection.execute(
            """UPDATE text SET reading = ?, language = read_now.language
               FROM read_now WHERE text.sha256 = read_now.sha""",
            [mark],
        )
    finally:
        connection.unregister("read_now")


def _leave_to_model(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Before rules read anew: what a model found too becomes the model's own, so that it outlives the rules' row."""
    told = {
        "mention": "kind = regexp_extract(notes, 'model: (\\w+)', 1), value = quote, notes = NULL",
        "statement": """detail = '{"also": "model"}'""",
    }[table]
    marked = {"mention": "notes LIKE '%model: %'", "statement": """detail LIKE '%"also":%'"""}[table]
    connection.execute(
        f"""UPDATE {table} SET how = 'model', confidence = 0.5, {told}
            WHERE text IN (SELECT sha FROM read_now) AND how NOT IN ('person', 'model') AND {marked}"""
    )


def _take_over_from_model(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Where rules find what a model suggested, the row is the rules', with a note that the model found it too."""
    note = {
        "mention": "notes = concat_ws(', ', r.notes, 'model: ' || m.kind)",
        "statement": """speaker = r.speaker, about = r.about,
            detail = json_merge_patch(coalesce(r.detail, '{}')::JSON, '{"also": "model"}'::JSON)::VARCHAR""",
    }[table]
    connection.execute(
        f"""UPDATE {table} AS m SET kind = r.kind, value = r.value, how = r.how, confidence = r.confidence, {note}
            FROM rows_read r WHERE m.id = r.id AND m.how = 'model'"""
    )


def mention_rows(sha: str, reading: Reading) -> Iterator[dict[str, Any]]:
    """Give a reading's mentions as rows of the record."""
    for m in reading.mentions:
        yield {"id": stable_id("mention", sha, m.start, m.end), "text": sha, "start": m.start, "end": m.end,
               "quote": m.text, "kind": m.kind, "value": m.value, "how": m.how, "confidence": m.confidence,
               "notes": ", ".join(m.notes) or None}  # fmt: skip


def statement_rows(sha: str, reading: Reading) -> Iterator[dict[str, Any]]:
    """Give a reading's statements and events as rows of the record."""
    seen: set[int] = set()
    for s in reading.statements:
        number = stable_id("statement", sha, s.start, s.end, s.kind)
        if number in seen:
            continue
        seen.add(number)
        yield {"id": number, "text": sha, "start": s.start, "end": s.end, "quote": s.text, "kind": s.kind,
               "speaker": s.speaker, "about": s.about, "value": s.value, "how": s.how, "confidence": s.confidence,
               "detail": json.dumps(dict(s.detail), ensure_ascii=False, sort_keys=True)}  # fmt: skip
    for e in reading.events:
        detail = {"actor": e.actor, "target": e.target, "when": e.when, "where": e.where, "verb": e.value}
        told = json.dumps({k: v for k, v in detail.items() if v}, ensure_ascii=False, sort_keys=True)
        number = stable_id("statement", sha, e.start, e.end, "event")
        yield {"id": number, "text": sha, "start": e.start, "end": e.end, "quote": e.text, "kind": "event",
               "speaker": None, "about": e.target, "value": e.kind, "how": e.how, "confidence": e.confidence,
               "detail": told}  # fmt: skip
