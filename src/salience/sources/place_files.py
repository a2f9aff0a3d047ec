"""`places.csv` of a case: its areas and towns, what they are called, where they lie and how many live there."""

from __future__ import annotations

from pathlib import Path

from salience.record.places import ADMIN1, PlaceEntry, plain_place
from salience.sources.case_tables import Row, read_case_table

PLACES = "places.csv"
LEVELS = (ADMIN1, "admin2", "place")
COLUMNS = ("name", "level", "country", "code", "dari", "pashto", "spellings", "latitude", "longitude", "population",
           "year", "source")  # fmt: skip
NAMES = {"lat": "latitude", "lon": "longitude", "iso_3166_2": "code", "aliases": "spellings"}
YEARS = (1500.0, 2199.0)


def read_places(folder: Path) -> list[PlaceEntry]:
    """Read the places that a case folder holds; without the file there are none.

    Raises
    ------
    InputError
        A value is not as it must be, or two first-level areas go by one name; with file, line and column.
    """
    path = folder / PLACES
    if not path.is_file():
        return []
    seen: dict[tuple[str, str], tuple[int, str]] = {}
    entries = []
    for row in read_case_table(path, COLUMNS, ("name",), NAMES):
        entry = _entry(row)
        for called in entry.called:
            line, name = seen.setdefault((entry.level, plain_place(called)), (row.line, entry.name))
            if line != row.line:
                raise row.fault("name", f"'{called}' is what '{name}' on line {line} goes by already")
        entries.append(entry)
    return entries


def _entry(row: Row) -> PlaceEntry:
    level = row.text("level") or ADMIN1
    if level not in LEVELS:
        raise row.fault("level", f"'{level}' is no level; expected {', '.join(LEVELS)} or nothing")
    spellings = tuple(part.strip() for part in (row.text("spellings") or "").split("|") if part.strip())
    latitude, longitude = row.number("latitude", -90.0, 90.0), row.number("longitude", -180.0, 180.0)
    if (latitude is None) != (longitude is None):
        raise row.fault("latitude", "latitude and longitude go together; one is empty")
    year = row.number("year", *YEARS)
    return PlaceEntry(
        row.cells["name"], row.line, level, row.text("country"), row.text("code"), row.text("dari"), row.text("pashto"),
        spellings, latitude, longitude, row.number("population", 0.0, float("inf")),
        int(year) if year is not None else None, row.text("source"),
    )  # fmt: skip
