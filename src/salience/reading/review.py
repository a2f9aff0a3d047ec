"""What waits for a person's decision: suggestions in order of doubt, and what was decided."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from salience.errors import InputError
from salience.record.decisions import (
    EDITABLE,
    STATES,
    Decision,
    add_decisions,
    count_orphans,
    decision_rows,
    last_by_person,
    standing,
    undo_decision,
)
from salience.record.store import Record

MENTION_KINDS = ("organisation", "person", "place", "population", "unnamed", "other")
STATEMENT_KINDS = ("label", "quote", "attribution", "figure", "demand", "claim", "event")
SUGGESTIONS = """
    SELECT id, 'mention' AS layer, text, start, "end", quote, kind, value, NULL::VARCHAR AS speaker,
           NULL::VARCHAR AS about, how, confidence, notes FROM mention
    UNION ALL
    SELECT id, 'statement', text, start, "end", quote, kind, value, speaker, about, how, confidence, NULL FROM statement
"""
SAW = " || '\x1f' || ".join(f"coalesce(s.{name}, '')" for name in EDITABLE)
OUTDATED = f"(d.saw IS NOT NULL AND d.saw <> {SAW})"
READ = (
    "id", "layer", "text", "start", "end", "quote", "kind", "value", "speaker", "about", "how", "confidence", "notes",
)  # fmt: skip
DECIDED = pa.schema(
    [(name, pa.string()) for name in ("state", "by", "at", "note", "change", "saw")]
    + [("target", pa.int64())]
)


@dataclass(frozen=True, slots=True)
class Item:
    """One suggestion with the decision that stands about it.

    Attributes
    ----------
    id, layer
        Row of the record: mention.id or statement.id.
    text : str
        SHA-256 of the kept text; `start` and `end` count its code points.
    kind, value, speaker, about, how, confidence, notes
        As the reading says, before any edit.
    state : str
        "suggested" while nobody decided.
    by, at, note, change
        Of the decision that stands.
    outdated : bool
        The reading says something else now than when it was decided.
    """

    id: int
    layer: str
    text: str
    start: int
    end: int
    quote: str
    kind: str
    value: str | None
    speaker: str | None
    about: str | None
    how: str
    confidence: float
    notes: str | None
    state: str = "suggested"
    by: str = ""
    at: str = ""
    note: str = ""
    change: Mapping[str, Any] = field(default_factory=dict)
    outdated: bool = False

    def told(self, name: str) -> str | None:
        """Return what holds for kind, value, speaker or about: the edit, else what the reading says."""
        found = self.change.get(name, getattr(self, name))
        return str(found) if found is not None else None


def layer_of(kind: str) -> str:
    """Return the layer that a kind belongs to.

    Raises
    ------
    InputError
        There is no such kind.
    """
    if kind in MENTION_KINDS:
        return "mention"
    if kind in STATEMENT_KINDS:
        return "statement"
    raise InputError(f"'{kind}' is no kind; there are {', '.join((*MENTION_KINDS, *STATEMENT_KINDS))}")


def find_items(
    record: Record,
    *,
    kinds: Sequence[str] = (),
    states: Sequence[str] = (),
    ids: Sequence[int] | None = None,
    texts: Sequence[str] | None = None,
    outdated: bool = False,
    most: int | None = None,
    skip: int = 0,
) -> list[Item]:
    """Return suggestions, the most doubtful first.

    First those whose reading changed after they were decided, then what somebody was unsure of, then what nobody
    decided, then the rest; within each, what carries a warning and what is least often right comes first.

    Parameters
    ----------
    record : Record
    kinds, states, ids, texts : sequence, optional
        Only these.
    outdated : bool
        Beside `states`, also those whose reading changed after they were decided.
    most : int, optional
        No more than so many.
    skip : int
        Leave out so many of the first.
    """
    limit = f"LIMIT {int(most)} OFFSET {int(skip)}" if most is not None else ""
    rows = _rows_of(
        record,
        f"""SELECT s.*, d.* EXCLUDE (target), {OUTDATED} AS outdated,
                   CASE WHEN outdated THEN 0 WHEN d.state = 'unsure' THEN 1 WHEN d.state IS NULL THEN 2
                        ELSE 3 END AS rank""",
        f"""ORDER BY rank, s.confidence - CASE WHEN s.notes IS NULL THEN 0 ELSE 0.3 END, s.text, s.start, s.id
            {limit}""",
        _wheres(kinds, states, ids, texts, outdated),
    )
    return [_item(row) for row in rows]


def count_items(
    record: Record, *, kinds: Sequence[str] = (), states: Sequence[str] = (), outdated: bool = False
) -> int:
    """Return how many suggestions `find_items` gives."""
    wheres = _wheres(kinds, states, None, None, outdated)
    return int(_rows_of(record, "SELECT count(*) AS n", "", wheres)[0]["n"])


def _wheres(
    kinds: Sequence[str],
    states: Sequence[str],
    ids: Sequence[int] | None,
    texts: Sequence[str] | None,
    outdated: bool,
) -> list[tuple[str, list[Any]]]:
    """Return conditions on a suggestion, each with the list that its place stands for."""
    for kind in kinds:
        layer_of(kind)
    for state in states:
        if state not in STATES:
            raise InputError(f"'{state}' is no state; there are {', '.join(STATES)}")
    given = "IN (SELECT unnest(?))"
    also = f" OR {OUTDATED}" if outdated else ""
    wanted: list[tuple[str, list[Any]]] = []
    wanted += [(f"s.kind {given}", list(kinds))] if kinds else []
    wanted += [(f"(coalesce(d.state, 'suggested') {given}{also})", list(states))] if states else []
    wanted += [(f"s.id {given}", list(ids))] if ids is not None else []
    wanted += [(f"s.text {given}", list(texts))] if texts is not None else []
    return wanted


def _rows_of(
    record: Record, select: str, order: str, wheres: list[tuple[str, list[Any]]]
) -> list[dict[str, Any]]:
    record.connection.register("decided_now", _decided_table(record))
    try:
        return record.rows(
            f"""{select} FROM ({SUGGESTIONS}) s LEFT JOIN decided_now d ON d.target = s.id
                WHERE {" AND ".join(("true", *(condition for condition, _ in wheres)))} {order}""",
            [values for _, values in wheres],
        )
    finally:
        record.connection.unregister("decided_now")


def saw(item: Item) -> dict[str, str]:
    """Return what a person saw when deciding, to notice when a new reading says something else."""
    return {name: str(getattr(item, name) or "") for name in EDITABLE}


def _decided_table(record: Record) -> pa.Table:
    rows = [
        {
            "target": target, "state": row["state"], "by": row["by"], "at": row["at"], "note": row["note"] or "",
            "change": json.dumps(row["change"]),
            "saw": "\x1f".join(row["change"]["saw"].get(n, "") for n in EDITABLE) if "saw" in row["change"] else None,
        }
        for target, row in standing(decision_rows(record)).items()
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=DECIDED)


def _item(row: Mapping[str, Any]) -> Item:
    told = {name: row[name] for name in READ}
    if row["state"] is None:
        return Item(**told)
    return Item(
        **told, state=row["state"], by=row["by"], at=row["at"], note=row["note"], change=json.loads(row["change"]),
        outdated=bool(row["outdated"]),
    )  # fmt: skip


def find_ids(record: Record, words: Sequence[str]) -> list[tuple[int, str]]:
    """Return id and layer of suggestions named by their ids, or by a beginning that only one of them has.

    Raises
    ------
    InputError
        None or several begin so.
    """
    found = []
    for word in words:
        if not word.isascii() or not word.isdigit():
            raise InputError(f"'{word}' is no id; `salience review CASE --list` shows them")
        rows = record.rows(
            f"SELECT id, layer FROM ({SUGGESTIONS}) WHERE id::VARCHAR = ? OR starts_with(id::VARCHAR, ?) LIMIT 3",
            [word, word],
        )
        exact = [row for row in rows if str(row["id"]) == word]
        if len(exact or rows) != 1:
            told = (
                "several suggestions begin so; give more of the id" if rows else "no suggestion has this id"
            )
            raise InputError(
                f"{word}: {told}. `salience review CASE --list` shows the ids. Nothing was taken."
            )
        row = (exact or rows)[0]
        found.append((row["id"], row["layer"]))
    return found


def decide_all(record: Record, decided: Mapping[str, Sequence[str]], by: str, note: str = "") -> int:
    """Decide about some suggestions, all or none; "undo" puts back what this person had decided before.

    Parameters
    ----------
    record : Record
        Open for writing.
    decided : mapping
        Ids, or their beginnings, by state.
    by, note : str
        Who decides, and why.

    Returns
    -------
    int
        Decisions added.

    Raises
    ------
    InputError, RecordError
        An id is not known, is given two states, or nobody is named; nothing was taken.
    """
    if not by.strip():
        raise InputError("nobody is named as deciding; say --by NAME. Nothing was taken.")
    made: dict[int, Decision] = {}
    for state, words in decided.items():
        found = find_ids(record, words)
        items = {item.id: item for item in find_items(record, ids=[number for number, _ in found])}
        for number, layer in found:
            if number in made:
                raise InputError(f"{number} is given twice; nothing was taken")
            made[number] = (
                undo_decision(record, number, layer, by, note)
                if state == "undo"
                else Decision(number, layer, state, by, {"saw": saw(items[number])}, note=note)
            )
    return add_decisions(record, list(made.values()))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far review has come.

    Attributes
    ----------
    kinds : list of dict
        For each layer and kind: how many suggestions are in each state; `all` counts those that a question asked of all
        rows uses (not rejected), `accepted_only` those that one asked of accepted rows uses.
    people : list of (str, int)
        Who decided about how many suggestions.
    decisions : int
        Rows of the chain.
    orphans : int
        Decided suggestions that the present reading no longer makes.
    outdated : int
        Decided suggestions of which the reading says something else now.
    """

    kinds: list[dict[str, Any]]
    people: list[tuple[str, int]]
    decisions: int
    orphans: int
    outdated: int


def count_progress(record: Record) -> Progress:
    """Count suggestions by kind and state, and who decided."""
    rows = decision_rows(record)
    people: dict[str, int] = {}
    for _, by in last_by_person(rows):
        people[by] = people.get(by, 0) + 1
    record.connection.register("decided_now", _decided_table(record))
    try:
        kinds = record.rows(
            f"""SELECT s.layer, s.kind, count(*) AS suggestions,
                       count(*) FILTER (d.state IS NULL) AS suggested,
                       count(*) FILTER (d.state = 'accepted') AS accepted,
                       count(*) FILTER (d.state = 'edited') AS edited,
                       count(*) FILTER (d.state = 'same-as') AS same_as,
                       count(*) FILTER (d.state = 'rejected') AS rejected,
                       count(*) FILTER (d.state = 'unsure') AS unsure,
                       count(*) FILTER (d.state IS DISTINCT FROM 'rejected') AS "all",
                       count(*) FILTER (d.state IN ('accepted', 'edited', 'same-as')) AS accepted_only,
                       count(*) FILTER (d.saw <> {SAW}) AS outdated
                FROM ({SUGGESTIONS}) s LEFT JOIN decided_now d ON d.target = s.id
                GROUP BY ALL ORDER BY 1, 3 DESC, 2"""
        )
    finally:
        record.connection.unregister("decided_now")
    outdated = sum(row.pop("outdated") for row in kinds)
    return Progress(kinds, sorted(people.items()), len(rows), count_orphans(record), outdated)
