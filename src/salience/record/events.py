"""The event table: the accounts of each event, summarised by the rule that `schema.toml` states."""

from __future__ import annotations

import duckdb

from salience.record.schema import load_schema

LEAD_FIELDS = (
    "native_id",
    "date_from",
    "date_to",
    "date_precision",
    "place",
    "admin1",
    "admin2",
    "country",
    "latitude",
    "longitude",
    "place_precision",
    "kind",
    "kind_native",
    "side_a",
    "side_b",
    "dyad",
    "deaths_low",
    "deaths_best",
    "deaths_high",
    "deaths_civilians",
    "summary_event",
    "sources_stated",
)

# The lead account of an event is the full account with the lowest rank; ties go to the newest import, then the id.
RANK = """(CASE WHEN s.kind = 'dataset' THEN 0 ELSE 100 END
           + 10 * CASE a.date_precision WHEN 'day' THEN 0 WHEN 'days' THEN 1 WHEN 'week' THEN 2 WHEN 'month' THEN 3
                                        WHEN 'year' THEN 4 ELSE 5 END
           + CASE a.place_precision WHEN 'exact' THEN 0 WHEN 'near' THEN 1 WHEN 'admin2' THEN 2 WHEN 'area' THEN 3
                                    WHEN 'admin1' THEN 4 WHEN 'country' THEN 5 ELSE 6 END)"""


def refresh_events(connection: duckdb.DuckDBPyConnection, origin: int | None = None) -> None:
    """Summarise the accounts of events anew.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Inside a transaction.
    origin : int, optional
        Only the events that this import tells of; all when None.
    """
    touched = ""
    if origin is None:
        connection.execute("DELETE FROM event")
    else:
        touched = f"WHERE l.event IN (SELECT event FROM link WHERE run = {origin:d})"
        connection.execute(f"DELETE FROM event WHERE id IN (SELECT event FROM link WHERE run = {origin:d})")
    fields = ", ".join(f"a.{name}" for name in LEAD_FIELDS)
    columns = ", ".join(load_schema()["event"].column_names)
    connection.execute(
        f"""
        INSERT INTO event BY NAME
        WITH told AS (
            SELECT l.event, a.*, s.kind AS source_kind, {RANK} AS rank, o.imported_at
            FROM link l JOIN account a ON a.id = l.account JOIN source s ON s.id = a.source
                        JOIN origin o ON o.id = a.origin
            {touched}
        ), summed AS (
            SELECT event,
                   arg_min(id, {{'rank': rank, 'age': -epoch(imported_at), 'id': id}}) FILTER (told = 'full') AS lead,
                   count(*)::INTEGER AS accounts,
                   count(DISTINCT report)::INTEGER AS reports,
                   count(DISTINCT source) FILTER (source_kind IS DISTINCT FROM 'dataset')::INTEGER AS sources,
                   bool_or(sources_listed) AS sources_listed,
                   min(deaths_best) AS deaths_told_min,
                   max(deaths_best) AS deaths_told_max
            FROM told GROUP BY event
        ), described AS (
            SELECT s.event AS id, s.* EXCLUDE (event), {fields}
            FROM summed s JOIN account a ON a.id = s.lead
        )
        SELECT {columns} FROM described ORDER BY date_from, id
        """
    )
