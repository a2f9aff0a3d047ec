"""`seats.csv`, `weights.csv` and `attributes.csv`: who is invited, who stands for how many, what quotas ask for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from salience.record.seating import AttributeEntry, SeatEntry, SeatingEntries, WeightEntry
from salience.sources.case_tables import Row, nearest, read_case_table
from salience.sources.landscape_files import ACTOR_COLUMNS, ACTORS, OTHER_NAMES

SEATS, WEIGHTS, ATTRIBUTES = "seats.csv", "weights.csv", "attributes.csv"
SEAT_COLUMNS = ("list", "actor", "condition", "source")
WEIGHT_COLUMNS = ("actor", "weighting", "low", "best", "high", "source")
ATTRIBUTE_COLUMNS = ("actor", "attribute", "value", "source")
AS_INVITED = "as invited"


def read_seating_files(folder: Path) -> SeatingEntries:
    """Read what a case folder holds of these tables; what is not there is empty.

    Raises
    ------
    InputError
        A value is not as it must be, or an actor is not in actors.csv; with file, line and column.
    """
    if not any((folder / file).is_file() for file in (SEATS, WEIGHTS, ATTRIBUTES)):
        return SeatingEntries()
    path = folder / ACTORS
    known = (
        [row.cells["name"] for row in read_case_table(path, ACTOR_COLUMNS, ("name",), OTHER_NAMES)]
        if path.is_file() else []
    )  # fmt: skip
    return SeatingEntries(_attributes(folder, known), _weights(folder, known), _seats(folder, known))


def _rows(
    folder: Path, file: str, columns: Sequence[str], required: Sequence[str], known: Sequence[str]
) -> list[Row]:
    path = folder / file
    other = {"name": "actor", "constituency": "actor", "weight": "best"}
    rows = read_case_table(path, columns, required, other) if path.is_file() else []
    for row in rows:
        if row.cells["actor"] not in known:
            words = nearest(row.cells["actor"], known, "actor") if known else "there are no actors yet"
            raise row.fault("actor", f"{words} ({ACTORS} lists them)")
    return rows


def _once(row: Row, key: tuple[str, ...], seen: dict[tuple[str, ...], int]) -> None:
    if key in seen:
        raise row.fault("actor", f"'{key[-1]}' stands on line {seen[key]} already")
    seen[key] = row.line


def _attributes(folder: Path, known: Sequence[str]) -> list[AttributeEntry]:
    seen: dict[tuple[str, ...], int] = {}
    entries = []
    for row in _rows(folder, ATTRIBUTES, ATTRIBUTE_COLUMNS, ("actor", "attribute", "value"), known):
        cells = row.cells
        _once(row, (cells["attribute"], cells["actor"]), seen)
        entries.append(
            AttributeEntry(cells["actor"], cells["attribute"], cells["value"], row.line, row.text("source"))
        )
    return entries


def _weights(folder: Path, known: Sequence[str]) -> list[WeightEntry]:
    seen: dict[tuple[str, ...], int] = {}
    entries = []
    for row in _rows(folder, WEIGHTS, WEIGHT_COLUMNS, ("actor", "weighting"), known):
        cells = row.cells
        _once(row, (cells["weighting"], cells["actor"]), seen)
        weight = row.triple("", 0.0, 1.0)
        if weight is None:
            raise row.fault("best", "no weight. Leave out the line if it is unknown")
        entries.append(WeightEntry(cells["actor"], cells["weighting"], weight, row.line, row.text("source")))
    return entries


def _seats(folder: Path, known: Sequence[str]) -> list[SeatEntry]:
    seen: dict[tuple[str, ...], int] = {}
    entries = []
    for row in _rows(folder, SEATS, SEAT_COLUMNS, ("actor",), known):
        name = row.text("list") or AS_INVITED
        _once(row, (name, row.cells["actor"]), seen)
        entries.append(
            SeatEntry(name, row.cells["actor"], row.line, row.text("condition"), row.text("source"))
        )
    return entries
