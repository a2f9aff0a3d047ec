"""Every label that accounts use for a side, as an actor of its own until somebody says that two are one."""

from __future__ import annotations

import duckdb

from salience.record.ids import sql_id

# Unicode blocks are enough to say in which script a label stands; ISO 15924 codes.
SCRIPT = r"""CASE WHEN regexp_matches(label, '[\x{0600}-\x{06FF}\x{0750}-\x{077F}]') THEN 'Arab'
                  WHEN regexp_matches(label, '[\x{0400}-\x{04FF}]') THEN 'Cyrl'
                  WHEN regexp_matches(label, '[\x{1000}-\x{109F}]') THEN 'Mymr'
                  WHEN regexp_matches(label, '[A-Za-z]') THEN 'Latn' END"""


def register_actors(connection: duckdb.DuckDBPyConnection, origin: int, dataset: str) -> None:
    """Add the labels of one import's sides to `actor` and `alias`.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Inside a transaction.
    origin : int
        The import.
    dataset : str
        Whose labels they are.
    """
    used_by = "'" + dataset.replace("'", "''") + "'"
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE new_label AS
            SELECT DISTINCT label FROM (
                SELECT side_a AS label FROM account WHERE origin = {origin:d}
                UNION ALL SELECT side_b FROM account WHERE origin = {origin:d}
            ) WHERE label IS NOT NULL"""
    )
    connection.execute(
        f"""INSERT INTO actor
            SELECT {sql_id("'actor'", "label")} AS id, label,
                   CASE WHEN lower(label) LIKE 'civilians%' THEN 'civilians'
                        WHEN lower(label) LIKE 'government of %' OR lower(label) LIKE 'military forces of %'
                        THEN 'state' END
            FROM new_label WHERE {sql_id("'actor'", "label")} NOT IN (SELECT id FROM actor)"""
    )
    connection.execute(
        f"""INSERT INTO alias
            SELECT {sql_id("'alias'", used_by, "label")} AS id, {sql_id("'actor'", "label")}, label, {SCRIPT},
                   {used_by}, NULL, NULL
            FROM new_label WHERE {sql_id("'alias'", used_by, "label")} NOT IN (SELECT id FROM alias)"""
    )
    connection.execute("DROP TABLE temp.new_label")
