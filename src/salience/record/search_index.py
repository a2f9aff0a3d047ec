"""What is kept to be searched: texts, headlines, notes and places, folded once; derived, and never told by anybody.

Looking for a word is then looking for one string in another, many times faster than a pattern that knows of every
accent; a page over a million events or a hundred thousand texts has no time for more.
"""

from __future__ import annotations

import duckdb

from salience.record.folding import sql_folded, sql_folded_text
from salience.record.ids import SEPARATOR

# Each table's key, and the query of what is in it, with a place for a condition on that key.
_EVENTS = f"""SELECT id, {sql_folded("words")} AS words FROM (
    SELECT id, string_agg(words, '{SEPARATOR}') AS words FROM (
        SELECT e.id, concat_ws('{SEPARATOR}', e.place, e.admin1, e.admin2) AS words FROM event e WHERE e.id {{within}}
        UNION ALL SELECT l.event, a.text FROM link l JOIN account a ON a.id = l.account
        WHERE a.text IS NOT NULL AND l.event {{within}}
    ) GROUP BY id)"""
_REPORTS = f"SELECT id, {sql_folded('title')} AS words FROM report WHERE title IS NOT NULL AND id {{within}}"
_TEXTS = f"SELECT sha256, {sql_folded_text('content')} AS words FROM text WHERE sha256 {{within}}"
WORDS = {"event_words": ("id", _EVENTS), "report_words": ("id", _REPORTS), "text_words": ("sha256", _TEXTS)}
ALL = "IS NOT NULL"


def index_events(connection: duckdb.DuckDBPyConnection, ours: str | None = None) -> None:
    """Fold the places and notes of events anew, and the headlines of new reports.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Inside the transaction that refreshes `event`, after it.
    ours : str, optional
        A query of the ids of the events that changed; all when None.
    """
    within = f"IN ({ours})" if ours else ALL
    connection.execute(f"DELETE FROM event_words WHERE id {within}")
    connection.execute(f"INSERT INTO event_words {_EVENTS.format(within=within)}")
    _add_new(connection, "report_words")


def index_texts(connection: duckdb.DuckDBPyConnection) -> None:
    """Fold new texts and the headlines of new reports; inside the transaction that adds them."""
    _add_new(connection, "text_words")
    _add_new(connection, "report_words")


def words_of(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return the table to search, or the query that gives the same where a record is too old to have it."""
    there = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = ? AND NOT temporary", [table]
    ).fetchall()
    return table if there else f"({WORDS[table][1].format(within=ALL)})"


def _add_new(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    key, query = WORDS[table]
    connection.execute(f"INSERT INTO {table} {query.format(within=f'NOT IN (SELECT {key} FROM {table})')}")
