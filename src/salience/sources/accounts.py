"""From a file's rows to accounts: staged as text, typed, and written with their reports, links and actors."""

from __future__ import annotations

import duckdb

from salience.record.ids import sql_id
from salience.record.sql import scalar
from salience.sources.delimited import Sheet, sql_text
from salience.sources.telling import DEATHS, OTHERS, TEXTS, Telling

# What is kept as text too, so that an impossible value can be shown as it was found.
RAW = ("date_from", "date_to", "published", "latitude", "longitude", *DEATHS)
# When a report of an event can have been published, in days from its beginning: a year before, for chronicles
# dated by the period that they cover; fifty years after, for books of the dead.
EARLIEST_REPORT, LATEST_REPORT = -366, 18_263
WRITTEN = (
    "date_precision",
    "place",
    "admin1",
    "admin2",
    "pcode",
    "country",
    "latitude",
    "longitude",
    "place_precision",
    "kind",
    "kind_native",
    "side_a",
    "side_b",
    "dyad",
    *DEATHS,
    "text",
)


def stage_rows(connection: duckdb.DuckDBPyConnection, sheet: Sheet, telling: Telling, origin: int) -> int:
    """Read every row that can be split into the temporary table `staged`; return how many there are.

    Impossible values are emptied here; `find_faults` says which, from the text kept beside them as `raw_…`.
    """
    for macro in _macros(telling):
        connection.execute(macro)
    account, event = _ids(telling, origin)
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE staged AS
            WITH told AS (SELECT {_told_columns(telling)} FROM {sheet.scan()}),
                 typed AS (SELECT *, {_typed_columns()} FROM told)
            SELECT * REPLACE ({_bounded_columns()}), {account} AS account, {event} AS event FROM typed"""
    )
    if "native_id" not in telling.told:
        connection.execute("UPDATE staged SET native_id = 'row ' || (rowid + 1)")
        connection.execute("UPDATE staged SET event_key = coalesce(event_key, native_id)")
        account, event = _ids(telling, origin)
        connection.execute(f"UPDATE staged SET account = {account}, event = {event}")
    return int(scalar(connection, "SELECT count(*) FROM staged"))


def stage_tellers(connection: duckdb.DuckDBPyConnection, telling: Telling) -> None:
    """Unfold the lists of who else told of each event into the temporary table `teller`.

    The same document named twice in one row is one teller. The id of a teller's account is its row's, mixed with
    the report's by exclusive or: both are hashes, and so is that.
    """
    if telling.tellers is None:
        connection.execute(
            """CREATE OR REPLACE TEMP TABLE teller (row BIGINT, native_id VARCHAR, listed BOOLEAN, event BIGINT,
               name VARCHAR, title VARCHAR, raw_published VARCHAR, published DATE, report BIGINT, account BIGINT)"""
        )
        return
    untitled = ("CASE WHEN title IS NULL THEN native_id END", "CASE WHEN title IS NULL THEN k END")
    report = sql_id("'report'", "name", "published", "title", *untitled)
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE teller AS
            WITH unfolded AS (
                SELECT rowid AS row, native_id, listed, event, account, date_from,
                       generate_subscripts(teller_names, 1) AS k,
                       unnest(teller_names) AS name, unnest(teller_dates) AS day, unnest(teller_titles) AS title
                FROM staged {_without_bad_rows(connection)}
            ), named AS (
                SELECT row, k, native_id, listed, event, account, trim(name) AS name, nullif(trim(title), '') AS title,
                       nullif(trim(day), '') AS raw_published, report_day(day, date_from) AS published
                FROM unfolded WHERE trim(name) <> ''
            ), reported AS (SELECT *, {report} AS report FROM named)
            SELECT * EXCLUDE (k) REPLACE (xor(account, report) AS account) FROM reported"""
    )
    connection.execute(
        """DELETE FROM teller WHERE rowid IN (
               SELECT t.rowid FROM teller t JOIN (
                   SELECT account, min(rowid) AS first FROM teller GROUP BY account HAVING count(*) > 1
               ) twice ON twice.account = t.account AND t.rowid > twice.first)"""
    )


def insert_accounts(connection: duckdb.DuckDBPyConnection, telling: Telling, origin: int) -> None:
    """Write the rows' own accounts, their reports and their links; `bad_row` is left out."""
    fields = ", ".join(f"s.{name}" for name in WRITTEN)
    report = sql_id("'report'", "s.speaker", "s.published", "coalesce(s.title, s.url)")
    good = f"(SELECT * FROM staged {_without_bad_rows(connection)})"
    connection.execute(
        f"""INSERT INTO account BY NAME
            SELECT s.account AS id, {origin:d} AS origin, s.native_id, a.source, a.id AS alias,
                   CASE WHEN coalesce(s.title, s.url) IS NOT NULL THEN {report} END AS report,
                   {sql_text(telling.kept_as)} AS told, s.published, s.date_from, s.date_to, {fields},
                   s.summary_event = 'true' AS summary_event, whole_number(s.sources_stated) AS sources_stated,
                   s.listed AS sources_listed
            FROM {good} s JOIN source_alias a ON a.spelling = s.speaker"""
    )
    if "title" in telling.told or "url" in telling.told:
        connection.execute(
            f"""INSERT INTO report BY NAME
                SELECT {report} AS id, {origin:d} AS origin, any_value(a.source) AS source, any_value(a.id) AS alias,
                       any_value(s.published) AS published, any_value(s.title) AS title,
                       any_value(s.language) AS language, any_value(s.url) AS url
                FROM {good} s JOIN source_alias a ON a.spelling = s.speaker
                WHERE coalesce(s.title, s.url) IS NOT NULL AND {report} NOT IN (SELECT id FROM report)
                GROUP BY 1"""
        )
    connection.execute(f"INSERT INTO link SELECT account, event, 1.0, {origin:d} FROM {good}")


def insert_tellers(connection: duckdb.DuckDBPyConnection, origin: int) -> None:
    """Write the accounts of sources that a row only names, with their reports and links."""
    connection.execute(
        f"""INSERT INTO report BY NAME
            SELECT t.report AS id, {origin:d} AS origin, any_value(a.source) AS source, any_value(a.id) AS alias,
                   any_value(t.published) AS published, any_value(t.title) AS title
            FROM teller t JOIN source_alias a ON a.spelling = t.name
            WHERE t.report NOT IN (SELECT id FROM report)
            GROUP BY t.report"""
    )
    connection.execute(
        f"""INSERT INTO account BY NAME
            SELECT t.account AS id, {origin:d} AS origin, t.native_id, a.source, a.id AS alias, t.report,
                   'named' AS told, t.published, t.listed AS sources_listed
            FROM teller t JOIN source_alias a ON a.spelling = t.name"""
    )
    connection.execute(f"INSERT INTO link SELECT account, event, 1.0, {origin:d} FROM teller")


def _ids(telling: Telling, origin: int) -> tuple[str, str]:
    """Return the SQL of the ids of a row's own account and of its event."""
    return sql_id(str(origin), "native_id"), sql_id("'event'", sql_text(telling.dataset), "event_key")


def _without_bad_rows(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the condition that leaves bad rows out, or nothing when there are none: it spares a join."""
    bad = scalar(connection, "SELECT 1 FROM bad_row LIMIT 1")
    return "WHERE rowid NOT IN (SELECT row FROM bad_row)" if bad else ""


def _told_columns(telling: Telling) -> str:
    told = telling.told
    missing = "NULL::VARCHAR"
    native = told["native_id"].sql if "native_id" in told else missing
    columns = {
        "native_id": native,
        "event_key": f"coalesce({told['event'].sql}, {native})" if "event" in told else native,
        "speaker": told["speaker"].sql if "speaker" in told else sql_text(telling.speaker or ""),
    }
    columns |= {name: told[name].sql if name in told else missing for name in (*TEXTS, *OTHERS)}
    columns |= {f"raw_{name}": told[name].sql if name in told else missing for name in RAW}
    if telling.tellers:
        columns["teller_names"] = telling.tellers.names
        columns["teller_dates"] = telling.tellers.dates
        columns["teller_titles"] = telling.tellers.titles
    columns["listed"] = telling.sources_listed
    return ", ".join(f"{sql} AS {name}" for name, sql in columns.items())


def _macros(telling: Telling) -> list[str]:
    number = "try_cast(t AS DOUBLE)"
    day = "try_cast(left(t, 10) AS DATE)"
    if telling.date_formats:
        day = f"try_strptime(t, [{', '.join(sql_text(f) for f in telling.date_formats)}])::DATE"
    iso = "try_cast(left(trim(t), 10) AS DATE)"
    earliest, latest = f"since + ({EARLIEST_REPORT})", f"since + {LATEST_REPORT}"
    return [
        f"""CREATE OR REPLACE TEMP MACRO whole_number(t) AS
            CASE WHEN {number} BETWEEN 0 AND 100000000 AND {number} = floor({number}) THEN {number}::INTEGER END""",
        f"CREATE OR REPLACE TEMP MACRO degrees(t, most) AS CASE WHEN abs({number}) <= most THEN {number} END",
        f"""CREATE OR REPLACE TEMP MACRO a_day(t) AS
            CASE WHEN {day} BETWEEN DATE '1500-01-01' AND DATE '2199-12-31' THEN {day} END""",
        f"""CREATE OR REPLACE TEMP MACRO report_day(t, since) AS
            CASE WHEN {iso} BETWEEN {earliest} AND {latest} THEN {iso} END""",
    ]


def _typed_columns() -> str:
    typed = {name: f"a_day(raw_{name})" for name in ("date_from", "date_to", "published")}
    typed |= {"latitude": "degrees(raw_latitude, 90)", "longitude": "degrees(raw_longitude, 180)"}
    typed |= {name: f"whole_number(raw_{name})" for name in DEATHS}
    return ", ".join(f"{sql} AS {name}" for name, sql in typed.items())


def _bounded_columns() -> str:
    """Empty what contradicts its own row: the best figure stands, a bound on its wrong side does not."""
    bounded = {
        "date_to": "CASE WHEN date_to < date_from THEN NULL ELSE date_to END",
        "latitude": "CASE WHEN longitude IS NULL THEN NULL ELSE latitude END",
        "longitude": "CASE WHEN latitude IS NULL THEN NULL ELSE longitude END",
        "deaths_low": "CASE WHEN deaths_low > deaths_best THEN NULL ELSE deaths_low END",
        "deaths_high": "CASE WHEN deaths_high < coalesce(deaths_best, deaths_low) THEN NULL ELSE deaths_high END",
    }
    return ", ".join(f"{sql} AS {name}" for name, sql in bounded.items())
