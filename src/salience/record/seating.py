"""Who is on which list, how many people stand behind whom, and what else is said of actors, as rows of the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from salience.record.ids import stable_id
from salience.record.landscape import Triple


@dataclass(frozen=True, slots=True)
class AttributeEntry:
    """One attribute of an actor."""

    actor: str
    name: str
    value: str
    line: int
    source: str | None = None


@dataclass(frozen=True, slots=True)
class WeightEntry:
    """What a constituency weighs under one weighting."""

    actor: str
    weighting: str
    weight: Triple
    line: int
    source: str | None = None


@dataclass(frozen=True, slots=True)
class SeatEntry:
    """One seat of a list."""

    list: str
    actor: str
    line: int
    condition: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class SeatingEntries:
    """All of one origin's entries."""

    attributes: Sequence[AttributeEntry] = ()
    weights: Sequence[WeightEntry] = ()
    seats: Sequence[SeatEntry] = ()


def write_seating(connection: duckdb.DuckDBPyConnection, entries: SeatingEntries, origin: int) -> bool:
    """Make one origin's rows what these entries say, inside a transaction; return whether anything changed."""
    rows: dict[str, list[tuple[Any, ...]]] = {
        "attribute": [
            (
                stable_id("attribute", origin, a.line),
                origin,
                a.line,
                stable_id("actor", a.actor),
                a.name,
                a.value,
                a.source,
            )
            for a in entries.attributes
        ],
        "weight": [
            (
                stable_id("weight", origin, w.line),
                origin,
                w.line,
                stable_id("actor", w.actor),
                w.weighting,
                *w.weight,
                w.source,
            )
            for w in entries.weights
        ],
        "seat": [
            (
                stable_id("seat", origin, s.line),
                origin,
                s.line,
                s.list,
                stable_id("actor", s.actor),
                s.condition,
                s.source,
            )
            for s in entries.seats
        ],
    }
    changed = False
    for table, wanted in rows.items():
        known = connection.execute(f"FROM {table} WHERE origin = ? ORDER BY line", [origin]).fetchall()
        if known == sorted(wanted, key=lambda row: row[2]):
            continue
        changed = True
        connection.execute(f"DELETE FROM {table} WHERE origin = ?", [origin])
        if wanted:
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(wanted[0]))})", wanted)
    return changed
