"""The review queue behind its page: which suggestions, what was decided about them, and a decision taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, Field

from salience.app.desk import Desk
from salience.errors import InputError
from salience.reading.review import MENTION_KINDS, STATEMENT_KINDS, Item, count_items, find_items, saw
from salience.record.decisions import LONGEST_NAME, LONGEST_NOTE, Decision, add_decisions, last_by_person
from salience.record.restricted import BLOCK
from salience.record.store import Record
from salience.record.undo import UNDOES, undo_last
from salience.report.review_page import known_names, page_items

KINDS = "|".join((*MENTION_KINDS, *STATEMENT_KINDS))
# Which states each view of the queue shows; "open" also shows those whose reading changed since they were decided.
VIEWS: Mapping[str, tuple[str, ...]] = {
    "open": ("suggested",),
    "unsure": ("unsure",),
    "decided": ("accepted", "edited", "rejected", "same-as"),
    "all": (),
}
A_PAGE = 10
NAMES_OFFERED = 500
LARGEST_ID = 2**63 - 1


class Place(BaseModel):
    """Where in the queue a person is; all of it stands in the address."""

    by: str = Field("", max_length=LONGEST_NAME)
    kind: str = Field("", pattern=f"^({KINDS})?$")
    show: Literal["open", "unsure", "decided", "all"] = "open"
    page: int = Field(1, ge=1, le=1_000_000)


class Sent(Place):
    """A decision as its form sends it, and where to go on."""

    id: int = Field(ge=0, le=LARGEST_ID)
    decide: Literal["accepted", "rejected", "unsure", "same-as"]
    same_as: str = Field("", max_length=LONGEST_NAME)
    note: str = Field("", max_length=LONGEST_NOTE)
    next: int = Field(0, ge=0, le=LARGEST_ID)


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue.

    Attributes
    ----------
    items : list of dict
        As `report/review_page.py` shows them, each with `history` (decisions about it, the earliest first), `masked`
        (whether its own words are covered) and `next` (the item after it, else the one before, else 0).
    counts : dict
        Suggestions in each view, of the kind that is chosen.
    page, pages : int
    """

    items: list[dict[str, Any]]
    counts: dict[str, int]
    page: int
    pages: int


def read_queue(desk: Desk, record: Record, place: Place) -> Queue:
    """Return the page of the queue at a place; past its end, the last page."""
    kinds = [place.kind] if place.kind else []
    counts = desk.keep("review counts", lambda: _count(record, kinds), place.kind)
    pages = max(1, -(-counts[place.show] // A_PAGE))
    page = min(place.page, pages)
    found = find_items(
        record, kinds=kinds, states=VIEWS[place.show], outdated=place.show == "open", most=A_PAGE,
        skip=(page - 1) * A_PAGE,
    )  # fmt: skip
    items = page_items(record, found, desk.names.cover)
    history = _history(record, [item.id for item in found])
    ids = [item["id"] for item in items]
    for k, item in enumerate(items):
        item["history"] = history.get(int(item["id"]), [])
        item["masked"] = BLOCK in item["quote"]
        item["next"] = ids[k + 1] if k + 1 < len(ids) else ids[k - 1] if k else "0"
        item["same_as"] = item["change"].get("same_as", "")
    return Queue(items, counts, page, pages)


def offered_names(desk: Desk, record: Record) -> list[str]:
    """Return names that a mention may be the same as, without those of private persons."""

    def find() -> list[str]:
        return [name for name in known_names(record) if not desk.names.found_in(name)][:NAMES_OFFERED]

    return desk.keep("review names", find)


def decide(record: Record, sent: Sent) -> int:
    """Add a decision; return its number in the chain. The same decision sent twice by one person is one row.

    Parameters
    ----------
    record : Record
        Open for writing.
    sent : Sent

    Raises
    ------
    LookupError
        There is no such suggestion.
    InputError, RecordError
        It cannot be decided so; nothing was taken.
    """
    items = find_items(record, ids=[sent.id])
    if not items:
        raise LookupError(sent.id)
    item = items[0]
    change: dict[str, Any] = {"saw": saw(item)}
    if sent.decide == "same-as":
        if item.layer != "mention":
            raise InputError("only a name can be the same as another; nothing was taken")
        change["same_as"] = " ".join(sent.same_as.split())
    number = _already(record, item, sent, change)
    return number or _add(record, Decision(item.id, item.layer, sent.decide, sent.by, change, note=sent.note))


def take_back(record: Record, by: str) -> int:
    """Take back a person's last decision; return the number of the row that says so, 0 when there is none."""
    made = undo_last(record, by)
    return _add(record, made) if made else 0


def find_done(record: Record, number: int) -> dict[str, Any] | None:
    """Return a decision by its number, with what it was about, to say what was done."""
    rows = decision_page(record, before=number, most=1)
    return rows[0] if rows and rows[0]["number"] == number else None


def decision_page(record: Record, *, before: int = LARGEST_ID, most: int = 50) -> list[dict[str, Any]]:
    """Return decisions, the latest first, each with the words that it is about and whether it takes another back."""
    rows = record.rows(
        """SELECT d.*, coalesce(m.quote, s.quote) AS quote, coalesce(m.kind, s.kind) AS kind,
                  json_extract_string(d.change, '$.same_as') AS same_as
           FROM (FROM decision WHERE number <= ? ORDER BY number DESC LIMIT ?) d
           LEFT JOIN mention m ON m.id = d.target LEFT JOIN statement s ON s.id = d.target
           ORDER BY d.number DESC""",
        [before, most],
    )
    return [row | {"undoes": _undone(row["note"])} for row in rows]


def count_decisions(record: Record) -> int:
    """Return how many decisions the chain holds."""
    return int(record.rows("SELECT count(*) AS n FROM decision")[0]["n"])


def _count(record: Record, kinds: list[str]) -> dict[str, int]:
    return {
        view: count_items(record, kinds=kinds, states=states, outdated=view == "open")
        for view, states in VIEWS.items()
    }


def _history(record: Record, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    rows = record.rows(
        """SELECT number, target, state, "by", "at", note, json_extract_string(change, '$.same_as') AS same_as
           FROM decision WHERE target IN (SELECT unnest(?)) ORDER BY number""",
        [ids],
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["target"], []).append(row | {"undoes": _undone(row["note"])})
    return found


def _already(record: Record, item: Item, sent: Sent, change: Mapping[str, Any]) -> int:
    """Return the number of this person's decision that says the same already, or 0."""
    rows = record.rows('FROM decision WHERE target = ? AND "by" = ?', [item.id, " ".join(sent.by.split())])
    for row in last_by_person(rows).values():
        if (row["state"], row["change"], row["note"] or "") == (sent.decide, change, sent.note.strip()):
            return int(row["number"])
    return 0


def _add(record: Record, made: Decision) -> int:
    add_decisions(record, [made])
    return int(record.rows("SELECT max(number) AS n FROM decision")[0]["n"])


def _undone(note: str | None) -> int:
    found = UNDOES.fullmatch(note or "")
    return int(found[1]) if found else 0
