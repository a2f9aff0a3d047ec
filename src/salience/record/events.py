"""The event table: the accounts of each event, summarised by the rule that `schema.toml` states."""

from __future__ import annotations

import duckdb

from salience.record.schema import load_schema
from salience.record.search_index import index_events
from salience.record.sql import scalar

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
    ours = None
    if origin is None:
        touched = "link"
        connection.execute("DELETE FROM event")
        connection.execute("DELETE FROM telling")
    else:
        ours = f"SELECT event FROM link WHERE run = {origin:d}"
        shared = scalar(
            connection, f"SELECT 1 FROM link WHERE run <> {origin:d} AND event IN ({ours}) LIMIT 1"
        )
        touched = f"(FROM link WHERE event IN ({ours}))" if shared else f"(FROM link WHERE run = {origin:d})"
        if shared:
            connection.execute(f"DELETE FROM telling WHERE event IN ({ours})")
        connection.execute(f"DELETE FROM event WHERE id IN ({ours})")
    # One step a table: as one query, the same takes twice as long.
    for name, query in _STEPS.items():
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS {query.format(touched=touched, rank=RANK)}"
        )
    fields = ", ".join(
        "coalesce(area.place, a.admin1) AS admin1" if name == "admin1" else f"a.{name}"
        for name in LEAD_FIELDS
    )
    columns = ", ".join(load_schema()["event"].column_names)
    connection.execute(
        f"""INSERT INTO event BY NAME
            SELECT {columns} FROM (
                SELECT s.event AS id, s.* EXCLUDE (event, lead), coalesce(ranked.lead, s.lead) AS lead,
                       coalesce(source_count.sources, 0) AS sources,
                       coalesce(report_count.reports, 0) AS reports, {fields}
                FROM summed s LEFT JOIN ranked ON ranked.event = s.event
                     JOIN account a ON a.id = coalesce(ranked.lead, s.lead)
                     LEFT JOIN place_name area ON area.spelling = a.admin1
                     LEFT JOIN source_count ON source_count.event = s.event
                     LEFT JOIN report_count ON report_count.event = s.event
            )"""
    )
    connection.execute("INSERT INTO telling FROM told_by")
    index_events(connection, ours, "temp.told_of")
    for name in _STEPS:
        connection.execute(f"DROP TABLE temp.{name}")


def fill_telling(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the table `telling` of a record that was made before there was one; inside a transaction."""
    connection.execute(f"INSERT INTO telling {TELLING}")


# What the table `telling` holds, from accounts and links: for records that have no such table.
TELLING = """SELECT l.event, a.source, bool_or(a.told <> 'figures') AS covers
             FROM link l JOIN account a ON a.id = l.account GROUP BY ALL"""

_STEPS = {
    "told_of": """SELECT l.event, a.id, a.told = 'full' AS whole, a.told <> 'figures' AS covers,
                         a.source, a.report, a.sources_listed, a.deaths_best
                  FROM {touched} l JOIN account a ON a.id = l.account""",
    "summed": """SELECT event, count(*)::INTEGER AS accounts, bool_or(sources_listed) AS sources_listed,
                        min(deaths_best) FILTER (covers) AS deaths_told_min,
                        max(deaths_best) FILTER (covers) AS deaths_told_max,
                        coalesce(min(id) FILTER (whole), min(id)) AS lead
                 FROM told_of GROUP BY event""",
    "told_by": "SELECT event, source, bool_or(covers) AS covers FROM told_of GROUP BY ALL",
    "source_count": """SELECT event, count(*)::INTEGER AS sources FROM told_by
                       WHERE covers AND source NOT IN (SELECT id FROM source WHERE kind = 'dataset')
                       GROUP BY event""",
    "report_count": """SELECT event, count(*)::INTEGER AS reports FROM (
                           SELECT event, report FROM told_of WHERE covers AND report IS NOT NULL GROUP BY ALL
                       ) GROUP BY event""",
    # Most events have one full account, which needs no ranking.
    "ranked": """SELECT t.event, arg_min(a.id, {{'rank': {rank}, 'age': -epoch(o.imported_at), 'id': a.id}}) AS lead
                 FROM told_of t JOIN account a ON a.id = t.id JOIN source s ON s.id = a.source
                      JOIN origin o ON o.id = a.origin
                 WHERE t.whole AND t.event IN (SELECT event FROM told_of WHERE whole GROUP BY event HAVING count(*) > 1)
                 GROUP BY t.event""",
}
