"""The case's places, and by which name the record calls an area that its sources spell in many ways."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb

from salience.record.events import refresh_events
from salience.record.ids import stable_id
from salience.record.landscape import CASE_TABLES

ADMIN1 = "admin1"
# Words that say what sort of area it is, not which. Sources add them or leave them out.
_SORTS = frozenset(
    {
        "province", "provincial", "governorate", "region", "state", "district", "oblast", "county", "prefecture",
        "department", "velayat", "velayati", "wilayat", "wilaya", "viloyati", "welayat", "ولایت", "استان", "محافظه",
    }
)  # fmt: skip
# Letters that Arabic, Dari and Pashto keyboards write in different ways.
_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ې": "ی", "ك": "ک", "ګ": "گ", "ڼ": "ن", "ړ": "ر", "ة": "ه"})


@dataclass(frozen=True, slots=True)
class PlaceEntry:
    """An area or town of the case: its name, what else it is called, where it lies and how many live there."""

    name: str
    line: int
    level: str = ADMIN1
    country: str | None = None
    code: str | None = None
    dari: str | None = None
    pashto: str | None = None
    spellings: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    population: float | None = None
    year: int | None = None
    source: str | None = None

    @property
    def called(self) -> tuple[str, ...]:
        """Every name that it goes by, its own first."""
        names = (self.name, self.dari, self.pashto, *self.spellings)
        return tuple(dict.fromkeys(name for name in names if name))


def plain_place(name: str) -> str:
    """Reduce an area's name to what tells it from others.

    Case, accents, punctuation and words such as "province" go; letters that keyboards write differently become one.

    Parameters
    ----------
    name : str
        "Hirat province", "Herāt", "ولايت هرات".
    """
    letters = unicodedata.normalize("NFKD", name).translate(_LETTERS).casefold()
    bare = "".join(c for c in letters if unicodedata.category(c) != "Mn").translate(_LETTERS)
    words = re.findall(r"[^\W_]+", bare)
    return "".join(word for word in words if word not in _SORTS) or "".join(words)


def match_places(places: Iterable[PlaceEntry], spellings: Iterable[str]) -> dict[str, str]:
    """Return the case's name for each spelling of a first-level area that it knows."""
    known = {plain_place(called): p.name for p in places if p.level == ADMIN1 for called in p.called}
    return {s: known[plain_place(s)] for s in spellings if plain_place(s) in known}


def settle_places(connection: duckdb.DuckDBPyConnection, places: Sequence[PlaceEntry]) -> bool:
    """Make the places what the case says, and let events follow; accounts keep what their sources wrote.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Inside a transaction.
    places : sequence of PlaceEntry

    Returns
    -------
    bool
        Whether anything changed.
    """
    rows = sorted(
        (stable_id("place", p.level, p.name), CASE_TABLES, p.line, p.name, p.level, p.country, p.code, p.dari, p.pashto,
         "|".join(p.spellings) or None, p.latitude, p.longitude, p.population, p.year, p.source)
        for p in places
    )  # fmt: skip
    changed = connection.execute("FROM place ORDER BY id").fetchall() != rows
    if changed:
        connection.execute("DELETE FROM place")
        if rows:
            connection.executemany(f"INSERT INTO place VALUES ({', '.join('?' * len(rows[0]))})", rows)
    if not rows and not changed:
        return False
    written = connection.execute("SELECT DISTINCT admin1 FROM account WHERE admin1 IS NOT NULL").fetchall()
    wanted = sorted(match_places(places, (row[0] for row in written)).items())
    if connection.execute("FROM place_name ORDER BY spelling").fetchall() == wanted:
        return changed
    connection.execute("DELETE FROM place_name")
    if wanted:
        connection.executemany("INSERT INTO place_name VALUES (?, ?)", wanted)
    refresh_events(connection)
    return True


def unknown_areas(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return spellings of first-level areas that no place of the case goes by, the most frequent first."""
    found = connection.execute(
        """SELECT admin1 FROM account WHERE admin1 IS NOT NULL AND admin1 NOT IN (SELECT spelling FROM place_name)
           AND EXISTS (SELECT 1 FROM place WHERE level = 'admin1') GROUP BY admin1 ORDER BY count(*) DESC, admin1"""
    ).fetchall()
    return [row[0] for row in found]
