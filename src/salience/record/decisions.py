"""What people decided about suggestions: rows that are only added, each holding the hash of the one before.

The chain shows that a row was changed, moved or taken out. `decisions.jsonl` beside the record holds the same rows, one
a line, so that decisions outlive a record that is made anew from its raw files, and missing last rows are noticed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from salience.errors import RecordError

if TYPE_CHECKING:
    import duckdb

    from salience.record.store import Record

# "suggested" takes an earlier decision back; it is a row like any other.
STATES = ("accepted", "edited", "rejected", "unsure", "same-as", "suggested")
LAYERS = ("mention", "statement")
EDITABLE = ("kind", "value", "about", "speaker")
COLUMNS = ("number", "target", "layer", "state", "change", "by", "at", "note", "previous", "hash")
TYPES = {"number": pa.int64(), "target": pa.int64()}
LOG = "decisions.jsonl"
LONGEST_NOTE, LONGEST_NAME = 2_000, 200


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person decided about one suggestion.

    Attributes
    ----------
    target : int
        mention.id or statement.id.
    layer : str
        "mention" or "statement".
    state : str
        One of `STATES`.
    by : str
        Who decided, in the name they gave.
    change : mapping
        What an edit changes (kind, value, about, speaker); "same_as" with whom it is the same as; "saw" with what the
        reading said when it was decided.
    at : str
        ISO 8601, UTC; now when empty.
    note : str
        Why.
    """

    target: int
    layer: str
    state: str
    by: str
    change: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""
    note: str = ""


def add_decisions(
    record: Record, made: Sequence[Decision], also: Callable[[duckdb.DuckDBPyConnection], None] | None = None
) -> int:
    """Add decisions to the record's chain, all of them or none; those it holds already are not added again.

    Parameters
    ----------
    record : Record
        Open for writing.
    made : sequence of Decision
        In the order in which they were made.
    also : callable, optional
        What else belongs to the same transaction, such as rows for what a person marked by hand.

    Returns
    -------
    int
        Rows added.

    Raises
    ------
    RecordError
        A state, layer, name, time or change is not as it must be; the chain is broken; the disk fails.
    """
    for one in made:
        if fault := find_fault(one):
            raise RecordError(f"decision about {one.target}: {fault}. Nothing was taken.")
    both = _both(record)
    if both.problems:
        raise RecordError(f"{both.problems[0]}. Nothing was taken.")
    _fill(record, both)
    before = max(both.rows, both.kept, key=len)
    known = {_same(row) for row in before}
    last = before[-1] if before else {"number": 0, "hash": ""}
    rows: list[dict[str, Any]] = []
    for one in made:
        row = _row(one, last)
        # Only a decision that came from a file has a time of its own and can be met twice.
        if one.at and _same(row) in known:
            continue
        known.add(_same(row))
        rows.append(row)
        last = row
    if rows or also:
        _insert(record, rows, also)
        _append(log_of(record), rows)
    return len(rows)


def undo_decision(record: Record, target: int, layer: str, by: str, note: str = "") -> Decision:
    """Return the decision that puts back what a person had decided before their last decision about a suggestion.

    Raises
    ------
    RecordError
        They decided nothing about it.
    """
    own = [row for row in decision_rows(record) if row["target"] == target and row["by"] == by]
    if not own:
        raise RecordError(f"{by} decided nothing about {target}; there is nothing to undo")
    told = note or f"undoes decision {own[-1]['number']}"
    if len(own) == 1:
        return Decision(target, layer, "suggested", by, note=told)
    return Decision(target, layer, own[-2]["state"], by, json.loads(own[-2]["change"] or "{}"), note=told)


def decision_rows(record: Record) -> list[dict[str, Any]]:
    """Return all decisions in the order in which they were made."""
    return record.rows("FROM decision ORDER BY number")


def standing(rows: Iterable[Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Return for each suggestion the decision that stands: the last one that its maker did not take back.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of the table `decision`, in any order.

    Returns
    -------
    dict
        Row by target, `change` read as JSON. Suggestions whose decisions were all taken back are left out.
    """
    by_person = last_by_person(rows)
    found: dict[int, dict[str, Any]] = {}
    for (target, _), row in by_person.items():
        if target not in found or row["number"] > found[target]["number"]:
            found[target] = row
    return found


def last_by_person(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[int, str], dict[str, Any]]:
    """Return each person's last decision about each suggestion, where they did not take it back."""
    last: dict[tuple[int, str], Mapping[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["number"]):
        last[row["target"], row["by"]] = row
    return {
        key: {**row, "change": json.loads(row["change"] or "{}")}
        for key, row in last.items()
        if row["state"] != "suggested"
    }


def broken_links(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with a chain of decisions, in plain sentences; empty when it is whole."""
    problems: list[str] = []
    previous = ""
    for place, row in enumerate(rows, start=1):
        if row["number"] != place:
            problems.append(
                f"the chain of decisions is broken: decision {place} is missing, {row['number']} stands in its place"
            )
            break
        if row["previous"] != previous or row["hash"] != hash_of(row):
            problems.append(
                f"the chain of decisions is broken at decision {place} (by {row['by']}, {row['at']}): it was changed "
                f"after it was made. {LOG} or a backup of the case holds what was decided"
            )
            break
        previous = row["hash"]
    return problems


def hash_of(row: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a decision with the hash of the one before."""
    parts = [str(row[name]) if row[name] is not None else "" for name in COLUMNS if name != "hash"]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def count_orphans(record: Record) -> int:
    """Return how many suggestions were decided that the present reading no longer makes."""
    return int(
        record.rows(
            """SELECT count(DISTINCT target) AS n FROM decision
               WHERE target NOT IN (SELECT id FROM mention UNION ALL SELECT id FROM statement)"""
        )[0]["n"]
    )


def find_fault(one: Decision) -> str | None:
    """Return what is wrong with a decision, or None."""
    if one.state not in STATES:
        return f"'{one.state}' is no state; there are {', '.join(STATES)}"
    if one.layer not in LAYERS:
        return f"'{one.layer}' is no layer; there are mention and statement"
    if not one.by.strip():
        return "nobody is named as having decided it; give a name"
    if len(one.by) > LONGEST_NAME or len(one.note) > LONGEST_NOTE:
        return f"the name is longer than {LONGEST_NAME} or the note longer than {LONGEST_NOTE:,} characters"
    if one.at and not _is_time(one.at):
        return f"'{one.at}' is no time in ISO 8601, such as 2024-02-24T09:30:00Z"
    return _fault_of_change(one)


def _fault_of_change(one: Decision) -> str | None:
    unknown = set(one.change) - {*EDITABLE, "same_as", "saw"}
    if unknown:
        return f"'{min(unknown)}' cannot be changed; {', '.join(EDITABLE)} can"
    if any(not isinstance(one.change[name], str) for name in (*EDITABLE, "same_as") if name in one.change):
        return "what is changed must be text"
    if one.state == "edited" and not any(name in one.change for name in EDITABLE):
        return "it is edited, but nothing is changed; change kind, value, about or speaker"
    if one.state == "same-as" and not str(one.change.get("same_as", "")).strip():
        return "it is the same as somebody, but nobody is named"
    return None


def log_of(record: Record) -> Path:
    """Return where the decisions of a record are also kept."""
    return record.path.with_name(LOG)


def settle_log(record: Record) -> int:
    """Let the record and `decisions.jsonl` hold the same decisions; return how many were taken from the file.

    Whichever is longer fills the other, if the shorter is its beginning. Where they part, neither is touched:
    `check_log` says so.
    """
    both = _both(record)
    if not both.problems:
        _fill(record, both)
        return max(0, len(both.kept) - len(both.rows))
    return 0


def check_log(record: Record) -> list[str]:
    """Return what is wrong with the decisions, in plain sentences: a broken chain, or a file that tells otherwise."""
    both = _both(record)
    if not both.problems and len(both.kept) > len(both.rows):
        return [
            f"the record lacks the last {len(both.kept) - len(both.rows)} decisions that {LOG} holds; "
            "`salience run` takes them back"
        ]
    return both.problems


@dataclass(frozen=True, slots=True)
class _Both:
    """The decisions as the record and as the file hold them, and why they cannot be made the same."""

    rows: list[dict[str, Any]]
    kept: list[dict[str, Any]]
    problems: list[str]


def _both(record: Record) -> _Both:
    rows = decision_rows(record)
    try:
        kept = read_log(log_of(record))
    except RecordError as error:
        return _Both(rows, [], broken_links(rows) or [str(error)])
    place = next(
        (n for n, (one, other) in enumerate(zip(rows, kept, strict=False), start=1) if one != other), None
    )
    problems = broken_links(max(rows, kept, key=len)) if place is None else broken_links(rows)
    if place is not None and not problems:
        problems = [
            f"{LOG} and the record tell different decisions from number {place} on; keep both, and ask who changed one"
        ]
    return _Both(rows, kept, problems)


def _fill(record: Record, both: _Both) -> None:
    """Give the shorter of the two what the longer has more."""
    if len(both.kept) > len(both.rows):
        _insert(record, both.kept[len(both.rows) :])
    elif len(both.rows) > len(both.kept):
        _append(log_of(record), both.rows[len(both.kept) :])


def read_log(path: Path) -> list[dict[str, Any]]:
    """Return the decisions that the file holds; none when there is no file.

    Raises
    ------
    RecordError
        A line is not as it was written, with its number.
    """
    if not path.is_file():
        return []
    rows = []
    # A last line without its end was being written when the machine stopped; the record holds it and writes it again.
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            rows.append({name: row[name] for name in COLUMNS} | {"target": int(row["target"])})
        except (ValueError, KeyError, TypeError) as error:
            raise RecordError(
                f"{path.name}, line {number:,}: this is no decision as it was written ({error}). "
                "Put a backup of the file back."
            ) from error
    return rows


def _append(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add decisions to the end of the file; whole lines are never written again."""
    lines = [
        json.dumps({**row, "target": str(row["target"])}, ensure_ascii=False, sort_keys=True) + "\n"
        for row in rows
    ]
    try:
        path.touch()
        with path.open("r+b") as stream:
            stream.truncate(path.read_bytes().rfind(b"\n") + 1)
            stream.seek(0, os.SEEK_END)
            stream.write("".join(lines).encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise RecordError(
            f"cannot write {path}: {error.strerror}. The record holds the decisions."
        ) from error


def _row(one: Decision, last: Mapping[str, Any]) -> dict[str, Any]:
    change = json.dumps(dict(one.change), ensure_ascii=False, sort_keys=True) if one.change else None
    row = {
        "number": last["number"] + 1, "target": one.target, "layer": one.layer, "state": one.state, "change": change,
        "by": " ".join(one.by.split()), "at": one.at or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "note": one.note.strip() or None, "previous": last["hash"],
    }  # fmt: skip
    return row | {"hash": hash_of(row)}


def _same(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("target", "layer", "state", "change", "by", "at", "note"))


def _insert(
    record: Record,
    rows: Sequence[Mapping[str, Any]],
    also: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
) -> None:
    with record.transaction() as connection:
        if also:
            also(connection)
        if rows:
            table = pa.table(
                {
                    name: pa.array([row[name] for row in rows], TYPES.get(name, pa.string()))
                    for name in COLUMNS
                }
            )
            connection.register("made_now", table)
            connection.execute("INSERT INTO decision FROM made_now")
            connection.unregister("made_now")


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return "T" in text
