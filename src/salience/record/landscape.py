"""Who wants what: actors with their standing, issues, positions and relations, as rows of the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from salience.record.ids import stable_id

Triple = tuple[float, float, float]
# The origin of what stands in the case's own tables, not in an imported file.
CASE_TABLES = 0


@dataclass(frozen=True, slots=True)
class ActorEntry:
    """An actor of the landscape; a quantity that nobody stated is None."""

    name: str
    line: int
    kind: str | None = None
    since: date | None = None
    until: date | None = None
    part_of: str | None = None
    constituency: Triple | None = None
    capability: Triple | None = None
    legitimacy: Triple | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class IssueEntry:
    """An issue with the meaning of its ends, 0 and 100."""

    name: str
    line: int
    meaning_0: str | None = None
    meaning_100: str | None = None
    two_poles: bool = False
    reference: float | None = None


@dataclass(frozen=True, slots=True)
class PositionEntry:
    """What one coder says an actor wants on an issue, how much it cares, and what it can do there."""

    actor: str
    issue: str
    line: int
    position: Triple | None
    salience: Triple | None = None
    capability: Triple | None = None
    source: str | None = None
    coder: str | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class RelationEntry:
    """How one actor stands to another."""

    actor: str
    other: str
    kind: str
    line: int
    since: date | None = None
    until: date | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class LandscapeEntries:
    """All of one origin's entries."""

    actors: Sequence[ActorEntry] = ()
    issues: Sequence[IssueEntry] = ()
    positions: Sequence[PositionEntry] = ()
    relations: Sequence[RelationEntry] = ()


def write_landscape(connection: duckdb.DuckDBPyConnection, entries: LandscapeEntries, origin: int) -> bool:
    """Make one origin's rows what these entries say; return whether anything changed.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Inside a transaction.
    entries : LandscapeEntries
    origin : int
        The import, or `CASE_TABLES`.
    """
    nothing: Triple | tuple[None, None, None] = (None, None, None)
    rows = {
        "stakeholder": [
            (stable_id("actor", a.name), origin, a.line, a.name, a.kind, a.since, a.until, a.part_of,
             *(a.constituency or nothing), *(a.capability or nothing), *(a.legitimacy or nothing), a.source)
            for a in entries.actors
        ],
        "issue": [
            (stable_id("issue", i.name), origin, i.line, i.name, i.meaning_0, i.meaning_100, i.two_poles, i.reference)
            for i in entries.issues
        ],
        "position": [
            (stable_id("position", origin, p.actor, p.issue, p.line), origin, p.line, stable_id("actor", p.actor),
             stable_id("issue", p.issue), *(p.position or nothing), *(p.salience or nothing),
             *(p.capability or nothing), p.source, p.coder, p.day)
            for p in entries.positions
        ],
        "relation": [
            (stable_id("relation", origin, r.line), origin, r.line, stable_id("actor", r.actor),
             stable_id("actor", r.other), r.kind, r.since, r.until, r.source)
            for r in entries.relations
        ],
    }  # fmt: skip
    changed = False
    for table, unsorted in rows.items():
        known = connection.execute(f"FROM {table} WHERE origin = ? ORDER BY line, id", [origin]).fetchall()
        wanted = sorted(unsorted, key=lambda row: (row[2], row[0]))
        if known == wanted:
            continue
        changed = True
        connection.execute(f"DELETE FROM {table} WHERE origin = ?", [origin])
        if wanted:
            marks = ", ".join("?" * len(wanted[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", wanted)
    return changed
