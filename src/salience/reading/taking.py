"""Annotations that people made elsewhere, taken into the record as their decisions: all of a file, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from salience.errors import InputError
from salience.reading.exchange import read_annotations
from salience.reading.exchange.cas import xml_safe
from salience.reading.exchange.model import Annotation
from salience.reading.exchange.page import page_case
from salience.reading.keeping import MENTION, STATEMENT
from salience.reading.review import MENTION_KINDS, STATEMENT_KINDS, Item, find_items, layer_of, saw
from salience.record.decisions import (
    EDITABLE,
    STATES,
    Decision,
    add_decisions,
    decision_rows,
    find_fault,
    last_by_person,
)
from salience.record.ids import stable_id
from salience.record.store import Record
from salience.record.texts import canonical_text, text_sha256

SHOWN = 60


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file of decisions.

    Attributes
    ----------
    form : str
        Its format.
    annotations : int
        Annotations in it that a person made.
    decisions : int
        Decisions added to the record.
    known : int
        Decisions that the record held already.
    new_spans : int
        Places that no suggestion covers, added as marked by a person.
    left_out : int
        Suggestions rejected because a complete file leaves them out.
    people : tuple of str
        Who decided.
    """

    form: str
    annotations: int
    decisions: int
    known: int
    new_spans: int
    left_out: int
    people: tuple[str, ...]


def take_file(
    record: Record,
    path: Path,
    by: str = "",
    *,
    case: str = "",
    form: str | None = None,
    complete: bool = False,
) -> Taken:
    """Take a file of annotations or decisions into the record.

    Parameters
    ----------
    record : Record
        Open for writing.
    path : Path
    by : str
        Who made it; needed when the file does not say.
    case : str
        The case's name: a file saved by the review page of another case is refused.
    form : str, optional
        The format; recognised when left out.
    complete : bool
        The person looked at every suggestion of the file's texts: what the file leaves out is rejected.

    Returns
    -------
    Taken

    Raises
    ------
    InputError, RecordError
        The file is cut off or of another case, nobody is named, a text is not in the record, a span does not hold its
        quote, a state, kind or id is not known. Nothing was taken.
    """
    chosen, found = read_annotations(path, form)
    if chosen == "page":
        _require_case(path, case)
    found = [_named(one, by, path.name) for one in found]
    placed = _place(record, found, path.name)
    items = {item.id: item for item in find_items(record, texts=sorted({text for _, text, _ in placed}))}
    made, rows = _decide_all(placed, items, path.name)
    left = _left_out(items, placed, made, path.name) if complete else []
    fresh = _unknown(record, [*made, *left])
    added = add_decisions(record, fresh, lambda connection: _add_spans(connection, rows)) if fresh else 0
    known, people = len(made) + len(left) - added, tuple(sorted({d.by for d in made}))
    return Taken(chosen, len(found), added, known, len(rows), len(left), people)


def _require_case(path: Path, case: str) -> None:
    told = page_case(path)
    if told != case:
        raise InputError(
            f"these decisions were made in the review page of the case {told!r}; this case is {case!r}. "
            "Nothing was taken.",
            file=path.name,
            line=1,
        )


def _named(one: Annotation, by: str, file: str) -> Annotation:
    """Return the annotation with the name of who made it."""
    given, told = " ".join(by.split()), " ".join(one.by.split())
    if not given and not told:
        raise InputError(
            "nobody is named as having decided this; say --by NAME. Nothing was taken.", file=file
        )
    if given and told and given != told:
        raise InputError(
            f"{one.where}: the file says that {told!r} decided and --by says {given!r}. Leave --by out to take the "
            "file's names. Nothing was taken.",
            file=file,
        )
    if one.state not in STATES:
        raise InputError(
            f"{one.where}: {one.state!r} is no state; there are {', '.join(STATES)}. Nothing was taken.",
            file=file,
        )
    return replace(one, by=told or given)


def _place(record: Record, found: Sequence[Annotation], file: str) -> list[tuple[Annotation, str, str]]:
    """Return each annotation with the hash of its text and what stands there in our text.

    Raises
    ------
    InputError
        A text is not in the record, or a span does not hold its quote; how many, and the first.
    """
    hashes = [one.sha256 or text_sha256(canonical_text(one.content or "")) for one in found]
    held = record.rows(
        "SELECT sha256, content FROM text WHERE sha256 IN (SELECT unnest(?))", [sorted(set(hashes))]
    )
    contents = {row["sha256"]: row["content"] for row in held}
    placed, faults = [], []
    for one, sha in zip(found, hashes, strict=True):
        fault = _misplaced(one, contents.get(sha))
        if fault:
            faults.append(f"{one.where}: {fault}")
        else:
            placed.append((one, sha, contents[sha][one.start : one.end]))
    if faults:
        count = (
            f"{len(faults):,} of {len(found):,} annotations do not fit the record; the first: "
            if len(found) > 1
            else ""
        )
        raise InputError(f"{count}{faults[0]}. Nothing was taken.", file=file)
    return placed


def _misplaced(one: Annotation, content: str | None) -> str | None:
    """Return why an annotation does not fit our text; None when it does."""
    if content is None:
        start = f" (it begins {one.content[:SHOWN]!r})" if one.content else ""
        return f"its text{start} is not in this record; add it first with salience add, or use the file's own case"
    if not 0 <= one.start < one.end <= len(content):
        return f"the span {one.start}–{one.end} lies outside its text of {len(content):,} characters"
    stands = content[one.start : one.end]
    told = one.quote if one.quote is not None else (one.content or "")[one.start : one.end]
    if stands == told or (one.content is None and xml_safe(stands) == told):
        return None
    return (
        f"it says that {told[:SHOWN]!r} stands at {one.start}–{one.end}, where the record has {stands[:SHOWN]!r}; "
        "the places were counted in another text"
    )


def _decide_all(
    placed: Sequence[tuple[Annotation, str, str]], items: Mapping[int, Item], file: str
) -> tuple[list[Decision], dict[int, tuple[str, dict[str, Any]]]]:
    """Return the decisions that annotations make, and rows for places that nothing in the record covers.

    Raises
    ------
    InputError
        One person says two things of one place in a file that holds no steps, only what stands.
    """
    statements: dict[tuple[str, int, int], list[Item]] = {}
    for item in items.values():
        if item.layer == "statement":
            statements.setdefault((item.text, item.start, item.end), []).append(item)
    made: list[Decision] = []
    rows: dict[int, tuple[str, dict[str, Any]]] = {}
    first: dict[tuple[str, int], Annotation] = {}
    for one, text, quote in placed:
        same_place = statements.get((text, one.start, one.end), [])
        decision, row = _decide(one, text, quote, items, same_place, file)
        before = first.setdefault((one.by, decision.target), one)
        if one.change is None and _sense(before) != _sense(one):
            raise InputError(
                f"{before.where} and {one.where} say different things of {quote[:SHOWN]!r} at {one.start}–{one.end}, "
                f"both by {one.by}: {before.kind}, {before.state} and {one.kind}, {one.state}. Keep one. "
                "Nothing was taken.",
                file=file,
            )
        if one.change is not None or before is one:
            made.append(decision)
        if row is not None:
            rows.setdefault(decision.target, row)
    return made, rows


def _sense(one: Annotation) -> tuple[str | None, ...]:
    return (one.kind, one.value, one.speaker, one.about, one.state, one.same_as)


def _decide(
    one: Annotation, text: str, quote: str, items: Mapping[int, Item], same_place: Sequence[Item], file: str
) -> tuple[Decision, tuple[str, dict[str, Any]] | None]:
    """Return the decision an annotation makes, and the row of a span that nothing in the record covers."""
    if one.kind not in (*MENTION_KINDS, *STATEMENT_KINDS):
        kinds = ", ".join((*MENTION_KINDS, *STATEMENT_KINDS))
        raise InputError(
            f"{one.where}: '{one.kind}' is no kind; there are {kinds}. Nothing was taken.", file=file
        )
    layer = one.layer or layer_of(one.kind)
    target = _target(one, layer, text, items, same_place)
    if target is None:
        raise InputError(
            f"{one.where}: no suggestion has the id {one.target}, and none of this kind can stand at "
            f"{one.start}–{one.end}. Nothing was taken.",
            file=file,
        )
    item = items.get(target)
    if one.change is not None:
        change: dict[str, Any] = dict(one.change)
        state = one.state
    else:
        change = _changes(one, item) if one.state in ("accepted", "edited") else {}
        # An annotation that says otherwise than the reading is an edit, whatever its file calls it.
        state = ("edited" if change else "accepted") if one.state in ("accepted", "edited") else one.state
        if one.state == "same-as":
            change = {"same_as": one.same_as or one.value or "", **_changes(one, item)}
    if item is not None and "saw" not in change:
        change["saw"] = saw(item)
    decision = Decision(target, layer, state, one.by, change, one.at, one.note)
    if fault := find_fault(decision):
        raise InputError(f"{one.where}: {fault}. Nothing was taken.", file=file)
    if item is not None or state not in ("accepted", "edited", "same-as") or one.change is not None:
        return decision, None
    return decision, (layer, _new_row(target, layer, one, text, quote))


def _target(
    one: Annotation, layer: str, text: str, items: Mapping[int, Item], same_place: Sequence[Item]
) -> int | None:
    """Return the row that an annotation is about: the one of its id, else of its place and kind.

    None when its id names no row that can stand at its place.
    """
    if layer == "mention":
        place = stable_id("mention", text, one.start, one.end)
        return place if one.target in (None, place) else None
    if one.target is not None:
        # The kind may have been edited since the id was made.
        could = {stable_id("statement", text, one.start, one.end, kind) for kind in STATEMENT_KINDS}
        return one.target if one.target in could else None
    place = stable_id("statement", text, one.start, one.end, one.kind)
    edited = next((item.id for item in same_place if item.told("kind") == one.kind), place)
    return place if place in items else edited


def _changes(one: Annotation, item: Item | None) -> dict[str, Any]:
    """Return what an annotation says otherwise than the reading."""
    if item is None:
        return {}
    told = {"kind": one.kind, "value": one.value, "speaker": one.speaker, "about": one.about}
    return {n: told[n] for n in EDITABLE if told[n] is not None and told[n] != (getattr(item, n) or None)}


def _new_row(target: int, layer: str, one: Annotation, text: str, quote: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": target, "text": text, "start": one.start, "end": one.end, "quote": quote, "kind": one.kind,
        "value": one.value or quote, "how": "person", "confidence": 1.0,
    }  # fmt: skip
    extra = (
        {"notes": None}
        if layer == "mention"
        else {"speaker": one.speaker, "about": one.about, "detail": "{}"}
    )
    return row | extra


def _left_out(
    items: Mapping[int, Item],
    placed: Sequence[tuple[Annotation, str, str]],
    made: Sequence[Decision],
    file: str,
) -> list[Decision]:
    """Return rejections of what people left out of the texts that they annotated."""
    looked = {(one.by, text) for one, text, _ in placed}
    told = {(d.by, d.target) for d in made}
    layers = {d.layer for d in made}
    return [
        Decision(item.id, item.layer, "rejected", by, {"saw": saw(item)}, note=f"left out of {file}")
        for by, text in sorted(looked)
        for item in items.values()
        if item.text == text and item.layer in layers and (by, item.id) not in told
    ]


def _unknown(record: Record, made: Sequence[Decision]) -> list[Decision]:
    """Return the decisions that say something else than the record holds as their maker's last, or have a time."""
    last = last_by_person(decision_rows(record))
    fresh = []
    for one in made:
        row = last.get((one.target, one.by))
        if row and not one.at and (row["state"], _plain(row["change"])) == (one.state, _plain(one.change)):
            continue
        fresh.append(one)
    return fresh


def _plain(change: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in change.items() if name != "saw"}


def _add_spans(connection: duckdb.DuckDBPyConnection, rows: Mapping[int, tuple[str, dict[str, Any]]]) -> None:
    for table, schema in (("mention", MENTION), ("statement", STATEMENT)):
        new = [row for layer, row in rows.values() if layer == table]
        connection.register("marked", pa.Table.from_pylist(new, schema=schema))
        connection.execute(f"INSERT INTO {table} SELECT * FROM marked")
        connection.unregister("marked")
