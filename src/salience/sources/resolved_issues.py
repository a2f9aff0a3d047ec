"""Resolved issues: what actors wanted, how much they cared, and what came of it; one line an actor and issue."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from salience.errors import InputError
from salience.sources.case_tables import Row, read_case_table

COLUMNS = ("proposal", "issue", "actor", "position", "salience", "capability", "reference_point", "outcome")
REQUIRED = ("proposal", "issue", "actor", "outcome")
NAMES = {"reference": "reference_point", "status_quo": "reference_point"}


@dataclass(frozen=True, slots=True)
class ResolvedIssue:
    """An issue whose outcome is known; `held` is actor to (position, salience, capability)."""

    proposal: str
    issue: str
    line: int
    outcome: float
    reference: float | None
    held: dict[str, tuple[float, float, float]]


def read_resolved(path: Path) -> list[ResolvedIssue]:
    """Read a file of resolved issues.

    Raises
    ------
    InputError
        With file, line and column: an unknown or missing column, an outcome that is missing or stated twice, a code
        for a missing value, a value outside its scale, an actor twice on one issue, an issue on which nobody cares.
    """
    if not path.is_file():
        raise InputError("there is no such file", file=str(path))
    rows = read_case_table(path, COLUMNS, REQUIRED, NAMES)
    if not rows:
        raise InputError("it holds no resolved issues", file=path.name)
    for column in ("position", "salience"):
        if column not in rows[0].cells:
            raise InputError(
                f"the column is missing; expected {', '.join(COLUMNS)}", file=path.name, line=1, column=column
            )
    found: dict[str, ResolvedIssue] = {}
    lines: dict[tuple[str, str], int] = {}
    for row in rows:
        _take(row, found, lines)
    for issue in found.values():
        if not sum(s * c for _, s, c in issue.held.values()) > 0:
            raise InputError(
                f"on issue '{issue.issue}' nobody has a position with salience and capability above 0",
                file=path.name, line=issue.line, column="salience",
            )  # fmt: skip
    return list(found.values())


def _take(row: Row, found: dict[str, ResolvedIssue], lines: dict[tuple[str, str], int]) -> None:
    proposal, name, actor = (row.cells[c] for c in ("proposal", "issue", "actor"))
    outcome, reference = row.number("outcome", 0.0, 100.0), row.number("reference_point", 0.0, 100.0)
    assert outcome is not None
    issue = found.setdefault(name, ResolvedIssue(proposal, name, row.line, outcome, reference, {}))
    for column, here, before in (
        ("proposal", proposal, issue.proposal),
        ("outcome", outcome, issue.outcome),
        ("reference_point", reference, issue.reference),
    ):
        if here != before:
            raise row.fault(
                column,
                f"issue '{name}' has {column} {_say(here)} here and {_say(before)} on line {issue.line}",
            )
    if (name, actor) in lines:
        raise row.fault("actor", f"'{actor}' on issue '{name}' stands on line {lines[name, actor]} already")
    lines[name, actor] = row.line
    position, salience = row.number("position", 0.0, 100.0), row.number("salience", 0.0, 1.0)
    capability = row.number("capability", 0.0, float("inf"))
    if position is None:
        return
    if salience is None:
        raise row.fault(
            "salience", "the cell is empty beside a position; write how much the actor cares, 0 to 1"
        )
    issue.held[actor] = (position, salience, 1.0 if capability is None else capability)


def _say(value: object) -> str:
    return "nothing" if value is None else f"{value:g}" if isinstance(value, float) else f"'{value}'"
