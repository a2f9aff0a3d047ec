"""Every label that accounts use for a side, as an actor of its own until somebody says that two are one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from salience.record.ids import sql_id, stable_id

# Who is said to use a label that a case's own list gives.
CASE = "aliases.csv"

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


@dataclass(frozen=True, slots=True)
class ActorRule:
    """One line of a case's `aliases.csv`: a label, whom it stands for, and when."""

    label: str
    actor: str
    kind: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def settle_actors(connection: duckdb.DuckDBPyConnection, rules: Sequence[ActorRule]) -> None:
    """Make the labels that the case itself gives what `aliases.csv` says; those of accounts stay.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Inside a transaction.
    rules : sequence of ActorRule
        The case's `aliases.csv`.
    """
    wanted = sorted(
        {
            (stable_id("alias", CASE, r.label, r.actor, r.valid_from), stable_id("actor", r.actor), r.label,
             _script(r.label), CASE, r.valid_from, r.valid_to)
            for r in rules
        },
        key=lambda row: row[0],
    )  # fmt: skip
    kinds = {r.actor: r.kind for r in rules if r.kind}
    actors = {stable_id("actor", r.actor): r.actor for r in rules}
    known = connection.execute("FROM alias WHERE used_by = ? ORDER BY id", [CASE]).fetchall()
    told = dict(connection.execute("SELECT name, kind FROM actor").fetchall())
    if known == wanted and all(told.get(name) == kinds.get(name, told.get(name)) for name in actors.values()):
        return
    connection.execute("DELETE FROM alias WHERE used_by = ?", [CASE])
    connection.execute(
        "DELETE FROM actor WHERE id NOT IN (SELECT actor FROM alias) AND name NOT IN (SELECT label FROM alias)"
    )
    present = {row[0] for row in connection.execute("SELECT id FROM actor").fetchall()}
    new = [
        (number, name, kinds.get(name)) for number, name in sorted(actors.items()) if number not in present
    ]
    if new:
        connection.executemany("INSERT INTO actor VALUES (?, ?, ?)", new)
    for name, kind in kinds.items():
        connection.execute("UPDATE actor SET kind = ? WHERE name = ?", [kind, name])
    if wanted:
        connection.executemany("INSERT INTO alias VALUES (?, ?, ?, ?, ?, ?, ?)", wanted)


def _script(label: str) -> str | None:
    for low, high, code in (
        ("\u0600", "\u06ff", "Arab"),
        ("\u0400", "\u04ff", "Cyrl"),
        ("\u1000", "\u109f", "Mymr"),
    ):
        if any(low <= c <= high for c in label):
            return code
    return "Latn" if any(c.isascii() and c.isalpha() for c in label) else None
