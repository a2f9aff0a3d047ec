"""What is kept to be searched: texts, headlines, notes and places, folded once; derived, and never told by anybody.

Looking for a word is then looking for one string in another, many times faster than a pattern that knows of every
accent; a page over a million events or a hundred thousand texts has no time for more.
"""

from __future__ import annotations

import duckdb

from salience.record.folding import sql_folded, sql_folded_text
from salience.record.ids import SEPARATOR

# What each table holds, with places for who told what of the events that are meant, and for a condition on them.
_EVENTS = f"""SELECT id, {sql_folded("words")} AS words FROM (
    SELECT id, string_agg(words, '{SEPARATOR}') AS words FROM (
        SELECT e.id, concat_ws('{SEPARATOR}', e.place, e.admin1, e.admin2) AS words FROM event e WHERE e.id {{within}}
        UNION ALL SELECT t.event, a.text FROM {{told}} t JOIN account a ON a.id = t.id WHERE a.text IS NOT NULL
    ) GROUP BY id)"""
# With the event beside the headline, no join of millions stands between a word and its events.
_HEADLINES = f"""SELECT r.id, t.event, {sql_folded("r.title")} AS words FROM (
    SELECT DISTINCT report, event FROM {{told}} o WHERE report IS NOT NULL
    ) t JOIN report r ON r.id = t.report WHERE r.title IS NOT NULL"""
_OF_NO_EVENT = f"""SELECT id, NULL::BIGINT AS event, {sql_folded("title")} AS words FROM report
    WHERE title IS NOT NULL AND id NOT IN (SELECT report FROM account WHERE report IS NOT NULL)"""
_TEXTS = f"SELECT sha256, {sql_folded_text('content')} AS words FROM text WHERE sha256 {{within}}"
_ALL = "IS NOT NULL"
_TOLD = "(SELECT l.event, a.id, a.report FROM link l JOIN account a ON a.id = l.account)"
WORDS = {
    "event_words": _EVENTS.format(within=_ALL, told=_TOLD),
    "headline_words": f"{_HEADLINES.format(told=_TOLD)} UNION ALL {_OF_NO_EVENT}",
    "text_words": _TEXTS.format(within=_ALL),
}


def index_events(connection: duckdb.DuckDBPyConnection, ours: str | None = None, told: str = _TOLD) -> None:
    """Fold the places and notes of events anew, and the headlines of their reports.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Inside the transaction that refreshes `event`, after it.
    ours : str, optional
        A query of the ids of the events that changed; all when None.
    told : str
        Who told of them: a table with `event`, `id` (of the account) and `report`, for these events alone.
    """
    within = f"IN ({ours})" if ours else _ALL
    for table, key, query in (("event_words", "id", _EVENTS), ("headline_words", "event", _HEADLINES)):
        connection.execute(f"DELETE FROM {table} WHERE {key} {within}")
        connection.execute(f"INSERT INTO {table} {query.format(within=within, told=told)}")


def index_texts(connection: duckdb.DuckDBPyConnection) -> None:
    """Fold new texts and headlines of reports that tell of no event; inside the transaction that adds them."""
    new = "NOT IN (SELECT sha256 FROM text_words)"
    connection.execute(f"INSERT INTO text_words {_TEXTS.format(within=new)}")
    connection.execute(
        f"INSERT INTO headline_words {_OF_NO_EVENT} AND id NOT IN (SELECT id FROM headline_words)"
    )


def words_of(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return the table to search, or the query that gives the same where a record is too old to have it."""
    there = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = ? AND NOT temporary", [table]
    ).fetchall()
    return table if there else f"({WORDS[table]})"
