"""`actors.csv`, `issues.csv`, `positions.csv` and `relations.csv` of a case: who wants what, and how they stand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from salience.errors import InputError
from salience.record.landscape import ActorEntry, IssueEntry, LandscapeEntries, PositionEntry, RelationEntry
from salience.sources.case_tables import Row, nearest, read_case_table

ACTORS, ISSUES, POSITIONS, RELATIONS = "actors.csv", "issues.csv", "positions.csv", "relations.csv"
ENDS = ("low", "best", "high")
QUANTITIES = ("constituency", "capability", "legitimacy")
ACTOR_COLUMNS = (
    "name", "kind", "since", "until", "part_of", *(f"{q}_{e}" for q in QUANTITIES for e in ENDS), "source",
)  # fmt: skip
ISSUE_COLUMNS = ("issue", "meaning_0", "meaning_100", "two_poles", "reference")
POSITION_COLUMNS = (
    "actor", "issue", *ENDS, *(f"salience_{e}" for e in ENDS), *(f"capability_{e}" for e in ENDS),
    "source", "coder", "date",
)  # fmt: skip
RELATION_COLUMNS = ("actor", "other", "kind", "since", "until", "source")
# Headings that people write for the same thing.
OTHER_NAMES = {
    "actor": "name", "constituency": "constituency_best", "capability": "capability_best",
    "legitimacy": "legitimacy_best",
}  # fmt: skip
ISSUE_NAMES = {
    "name": "issue", "low": "meaning_0", "high": "meaning_100", "meaning_of_0": "meaning_0",
    "meaning_of_100": "meaning_100",
}  # fmt: skip
POSITION_NAMES = {
    "name": "actor", "position": "best", "salience": "salience_best", "capability": "capability_best",
    "statement": "source", "statement_id": "source",
}  # fmt: skip
RELATION_NAMES = {"from": "actor", "to": "other", "a": "actor", "b": "other", "relation": "kind"}


def read_landscape_files(folder: Path) -> LandscapeEntries:
    """Read the landscape tables that a case folder holds; what is not there is empty.

    Raises
    ------
    InputError
        A value is not as it must be, a name is not known in the other tables, or actors are parts of each other in a
        circle; with file, line and column.
    """
    actors = _read_actors(folder)
    issues = _read_issues(folder)
    positions = _read_positions(folder, [a.name for a in actors], [i.name for i in issues])
    relations = _read_relations(folder, [a.name for a in actors])
    return LandscapeEntries(actors, issues, positions, relations)


def _read(
    folder: Path, file: str, columns: Sequence[str], required: Sequence[str], names: dict[str, str]
) -> list[Row]:
    path = folder / file
    return read_case_table(path, columns, required, names) if path.is_file() else []


def _read_actors(folder: Path) -> list[ActorEntry]:
    rows = _read(folder, ACTORS, ACTOR_COLUMNS, ("name",), OTHER_NAMES)
    seen: dict[str, int] = {}
    entries = []
    for row in rows:
        name = row.cells["name"]
        if name in seen:
            raise row.fault("name", f"'{name}' stands on line {seen[name]} already")
        seen[name] = row.line
        since, until = row.day("since"), row.day("until")
        if since and until and until < since:
            raise row.fault("until", f"{until} is before {since}")
        entries.append(
            ActorEntry(
                name, row.line, row.text("kind"), since, until, row.text("part_of"),
                row.triple("constituency", 0.0, 1.0), row.triple("capability", 0.0, float("inf")),
                row.triple("legitimacy", 0.0, 1.0), row.text("source"),
            )
        )  # fmt: skip
    _require_tree({row.cells["name"]: row for row in rows})
    able = [a.capability for a in entries if a.capability]
    if able and not sum(c[2] for c in able) > 0:
        raise InputError(
            "the capabilities sum to 0: nobody can do anything", file=ACTORS, column="capability_best"
        )
    return entries


def _require_tree(rows: dict[str, Row]) -> None:
    """Raise InputError where a part belongs to an unknown actor, or in a circle to itself."""
    for name, row in rows.items():
        way, above = [name], row.text("part_of")
        while above:
            if above not in rows:
                raise rows[way[-1]].fault("part_of", nearest(above, rows, "actor"))
            if above in way:
                raise row.fault("part_of", f"a circle: {' is part of '.join([*way, above])}")
            way.append(above)
            above = rows[above].text("part_of")


def _read_issues(folder: Path) -> list[IssueEntry]:
    seen: dict[str, int] = {}
    entries = []
    for row in _read(folder, ISSUES, ISSUE_COLUMNS, ("issue",), ISSUE_NAMES):
        name = row.cells["issue"]
        if name in seen:
            raise row.fault("issue", f"'{name}' stands on line {seen[name]} already")
        seen[name] = row.line
        poles = (row.text("two_poles") or "no").lower()
        if poles not in ("yes", "no", "true", "false", "1", "0"):
            raise row.fault("two_poles", f"'{poles}' is neither yes nor no")
        entries.append(
            IssueEntry(name, row.line, row.text("meaning_0"), row.text("meaning_100"), poles in ("yes", "true", "1"),
                       row.number("reference", 0.0, 100.0))
        )  # fmt: skip
    return entries


def _read_positions(folder: Path, actors: Sequence[str], issues: Sequence[str]) -> list[PositionEntry]:
    entries = []
    said: dict[tuple[str, str, str | None], int] = {}
    for row in _read(folder, POSITIONS, POSITION_COLUMNS, ("actor", "issue"), POSITION_NAMES):
        actor, issue = row.cells["actor"], row.cells["issue"]
        if actor not in actors:
            raise row.fault("actor", nearest(actor, actors, "actor") + f" ({ACTORS} lists them)")
        if issue not in issues:
            raise row.fault("issue", nearest(issue, issues, "issue") + f" ({ISSUES} lists them)")
        key = (actor, issue, row.text("coder"))
        if key in said:
            raise row.fault(
                "actor", f"'{actor}' on '{issue}' stands on line {said[key]} already, by the same coder"
            )
        said[key] = row.line
        entries.append(
            PositionEntry(
                actor, issue, row.line, row.triple("", 0.0, 100.0), row.triple("salience", 0.0, 1.0),
                row.triple("capability", 0.0, float("inf")), row.text("source"), row.text("coder"), row.day("date"),
            )
        )  # fmt: skip
    return entries


def _read_relations(folder: Path, actors: Sequence[str]) -> list[RelationEntry]:
    entries = []
    for row in _read(folder, RELATIONS, RELATION_COLUMNS, ("actor", "other", "kind"), RELATION_NAMES):
        for column in ("actor", "other"):
            if row.cells[column] not in actors:
                raise row.fault(
                    column, nearest(row.cells[column], actors, "actor") + f" ({ACTORS} lists them)"
                )
        entries.append(
            RelationEntry(row.cells["actor"], row.cells["other"], row.cells["kind"], row.line, row.day("since"),
                          row.day("until"), row.text("source"))
        )  # fmt: skip
    return entries
