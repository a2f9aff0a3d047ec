"""What the table page shows: who sits where, and whom a list leaves out, worked out at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from salience.app.desk import Desk
from salience.case_file import check_params
from salience.errors import QuestionError
from salience.methods.seats.limits import Limits, make_limits
from salience.questions.answer import Answer, Table
from salience.questions.landscape.find import Span
from salience.questions.table.audit import AXIOMS, Audit, audit_list, share_weights
from salience.questions.table.inputs import Seating, read_seating
from salience.questions.table.limits import list_refusals, make_rules, quota_value
from salience.questions.table.params import TableParams
from salience.questions.table.words import chance_interval, interval, list_outside, say_group
from salience.record.store import Record

DRAWS, MOST_PROPOSED = 300, 12
TRIED = "as tried here"


@dataclass(frozen=True, slots=True)
class Room:
    """Everything that lists are judged by; the same for every list."""

    seating: Seating
    params: TableParams
    limits: Limits
    # Why proposals keep no limits, if what is asked of them cannot all be kept.
    conflict: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One list, judged.

    Attributes
    ----------
    name : str
    members : tuple of int
        Places among the candidates.
    audit : Audit or None
        Under the main weighting; None of an empty list.
    without : Span
        Share of the weight without anyone.
    rival : list of (weighting, Span)
        The same under the other weightings.
    outside : list of str
        Who has nobody there, the heaviest first.
    tests : list of (axiom, holds, share of draws in which it fails as Span)
    short : list of (axiom, sentence)
        Groups that are left short.
    broken : list of str
        Who on the list will not sit with whom.
    quotas : list of (quota, value, kept)
    """

    name: str
    members: tuple[int, ...]
    audit: Audit | None
    without: Span
    rival: list[tuple[str, Span]]
    outside: list[str]
    tests: list[tuple[str, bool, Span]]
    short: list[tuple[str, str]]
    broken: list[str]
    quotas: list[tuple[str, float, bool]]


def read_room(desk: Desk, record: Record) -> Room:
    """Read weights, mandates and lists, once for each state of the case.

    Raises
    ------
    NothingToAskError
        There are no actors, or none with a weight.
    QuestionError
        The case's tables do not fit together.
    """

    def read() -> Room:
        params = check_params("table", desk.case.file.given("table"), "table")
        if not isinstance(params, TableParams):
            raise QuestionError("the parameters of the table question are not its own")
        usual = params.model_copy(update={"choose": "table", "draws": min(params.draws, DRAWS)})
        seating = read_seating(record, usual, 0)
        try:
            return Room(seating, usual, make_rules(seating, usual), "")
        except QuestionError as error:
            return Room(seating, usual, make_limits(len(seating.names), []), str(error))

    return desk.keep("room", read, by_decisions=False)


def judge_list(room: Room, name: str, members: tuple[int, ...]) -> Judged:
    """Judge a list: whom it leaves out, which tests it fails, who on it will not sit with whom."""
    seating, level = room.seating, room.params.level
    if not members:
        nothing = Span(1.0, 1.0, 1.0)
        return Judged(name, (), None, nothing, [], list(seating.voter_names), [], [], [], [])
    first, *others = (
        audit_list(seating, name, members, weighting, room.limits) for weighting in seating.weights
    )
    return Judged(
        name, members, first, _without(first, level), [(a.weighting, _without(a, level)) for a in others],
        list_outside(first, seating), _tests(first, level),
        [(group.axiom, say_group(group, first, seating, level)) for group in first.groups],
        _broken(seating, members), _quotas(room, members),
    )  # fmt: skip


def find_members(seating: Seating, ids: Sequence[int]) -> tuple[int, ...]:
    """Return the candidates with these ids of actors; others are passed over."""
    wanted = set(ids)
    return tuple(j for j, c in enumerate(seating.candidates) if seating.land.actors[c]["id"] in wanted)


def read_terms(record: Record, name: str) -> dict[int, dict[str, Any]]:
    """Return, by actor, on what condition it is on a list and who says so."""
    rows = record.rows("SELECT * FROM seat WHERE list = ? ORDER BY origin, line, id", [name])
    return {row["actor"]: row for row in reversed(rows)}


def list_candidates(
    room: Room,
    tried: Judged,
    beside: Judged | None,
    answer: Answer | None,
    terms: Mapping[int, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Return who can be seated, by whom each is recognised, and where it sits, `terms` being those of the list."""
    seating = room.seating
    firm = _firmness(answer)
    listed = seating.attributes.get("listed", {})
    found = []
    for j, c in enumerate(seating.candidates):
        name = seating.names[j]
        by = [v for v in range(len(seating.voters)) if seating.approvals[v, j]]
        actor = seating.land.actors[c]
        found.append(
            {
                "id": actor["id"],
                "name": name,
                "kind": actor["kind"],
                "condition": terms.get(actor["id"], {}).get("condition"),
                "source": terms.get(actor["id"], {}).get("source"),
                "seated": j in tried.members,
                "invited": beside is not None and j in beside.members,
                "by": [(seating.voter_names[v], bool(seating.inferred[v])) for v in by],
                "listed": listed.get(name, "").lower() in ("yes", "true", "1"),
                "firm": firm.get(name),
            }
        )
    return found


def list_constituencies(room: Room, tried: Judged, beside: Judged | None) -> list[dict[str, Any]]:
    """Return every constituency with its weight, and by whom it is represented on either list; the heaviest first."""
    seating, level = room.seating, room.params.level
    drawn = share_weights(seating, seating.main)
    best = np.nan_to_num(seating.weights[seating.main])
    best = best / best.sum()
    found = []
    for v in (int(v) for v in np.argsort(-best, kind="stable")):
        found.append(
            {
                "name": seating.voter_names[v],
                "weight": Span(float(best[v]), *interval(drawn[:, v], level)),
                "unsourced": bool(seating.unsourced[v]),
                "inferred": bool(seating.inferred[v]),
                "silent": not seating.approvals[v].any(),
                "tried": _by_whom(seating, v, tried),
                "beside": _by_whom(seating, v, beside) if beside is not None else [],
                "outside": _outside_in(tried, v, level),
            }
        )
    return found


def list_proposals(seating: Seating, answer: Answer | None) -> list[dict[str, Any]]:
    """Return the lists that the kept answer proposes, each with the ids of whom it seats."""
    table = _find(answer, "proposals")
    if table is None:
        return []
    found: dict[tuple[int, ...], dict[str, Any]] = {}
    for row in table.to_records():
        members = read_names(str(row["list"]), seating.names)
        if members is None:
            continue
        key = tuple(sorted(members))
        if key not in found:
            ids = [seating.land.actors[seating.candidates[j]]["id"] for j in key]
            found[key] = {"names": [seating.names[j] for j in key], "ids": ids, "rules": []}
        said = f"{row['rule']}, {row['weighting']}"
        if said not in found[key]["rules"]:
            found[key]["rules"].append(said)
    return list(found.values())[:MOST_PROPOSED]


def read_names(text: str, names: Sequence[str]) -> tuple[int, ...] | None:
    """Take a list of names apart that are joined by commas and may hold commas; None where one is not known."""
    if not text:
        return ()
    for j in sorted(range(len(names)), key=lambda j: -len(names[j])):
        if text == names[j]:
            return (j,)
        if text.startswith(f"{names[j]}, "):
            rest = read_names(text[len(names[j]) + 2 :], names)
            if rest is not None:
                return (j, *rest)
    return None


def _without(audit: Audit, level: float) -> Span:
    return Span(audit.without, *interval(audit.without_drawn, level))


def _tests(audit: Audit, level: float) -> list[tuple[str, bool, Span]]:
    draws = len(audit.without_drawn)
    return [
        (
            axiom, not audit.fails[axiom],
            Span(audit.fails_drawn[axiom], *chance_interval(audit.fails_drawn[axiom], draws, level)),
        )
        for axiom in AXIOMS
    ]  # fmt: skip


def _broken(seating: Seating, members: Sequence[int]) -> list[str]:
    return [words for words, row, least in list_refusals(seating) if row[list(members)].sum() < least - 1e-9]


def _quotas(room: Room, members: tuple[int, ...]) -> list[tuple[str, float, bool]]:
    found = []
    for quota in room.params.read_quotas():
        if quota.name in room.seating.attributes:
            value = quota_value(room.seating, quota, members)
            kept = value >= quota.number - 1e-9 if quota.at_least else value <= quota.number + 1e-9
            found.append((quota.text, value, bool(kept)))
    return found


def _by_whom(seating: Seating, voter: int, judged: Judged) -> list[str]:
    return [seating.names[j] for j in judged.members if seating.approvals[voter, j]]


def _outside_in(judged: Judged, voter: int, level: float) -> Span:
    if judged.audit is None:
        return Span(1.0, 1.0, 1.0)
    share = float(judged.audit.outside_drawn[voter])
    return Span(share, *chance_interval(share, len(judged.audit.without_drawn), level))


def _firmness(answer: Answer | None) -> dict[str, Mapping[str, Any]]:
    """Return, by actor, how firm its seat is in the kept answer's proposals under the main weighting."""
    table = _find(answer, "stability")
    found: dict[str, Mapping[str, Any]] = {}
    for row in table.to_records() if table is not None else ():
        found.setdefault(str(row["actor"]), row)
    return found


def _find(answer: Answer | None, name: str) -> Table | None:
    return next((table for table in answer.tables if table.name == name), None) if answer else None
