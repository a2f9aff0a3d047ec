"""What the landscape page shows: who wants what by whose account, and a trial with other numbers beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from salience.app.desk import Desk
from salience.case_file import check_params
from salience.errors import QuestionError
from salience.methods.intervals import wilson
from salience.questions.answer import Cell, Table
from salience.questions.landscape.edit import KINDS, Kind, Stated, Triple, edit_landscape
from salience.questions.landscape.find import IssueFound, Span
from salience.questions.landscape.inputs import Landscape, read_landscape
from salience.questions.landscape.params import LandscapeParams
from salience.questions.options.params import OptionsParams
from salience.questions.options.trial import DRAWS, Trial, choose_issues, see_state
from salience.record.citations import read_citations
from salience.record.store import Record

MOST_INPUTS, MOST_ASKED, LEAST_SHARE = 8, 8, 0.01


@dataclass(frozen=True, slots=True)
class Slider:
    """One kind of number with its three ends, as the form has them."""

    kind: Kind
    triple: Triple
    stated: Triple | None
    most: float
    step: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A number as it is and in the trial; None where it cannot be had."""

    issue: str
    now: IssueFound | None
    tried: IssueFound | None
    outcome_now: Span | None
    outcome_tried: Span | None
    moves: Span | None
    chance_now: Span | None
    chance_tried: Span | None
    outside_now: tuple[str, ...]
    outside_tried: tuple[str, ...]


def read_land(desk: Desk, record: Record) -> Landscape:
    """Return the landscape of the record, read once for each state of it."""
    return desk.keep("landscape", lambda: read_landscape(record), by_decisions=False)


def place_of(rows: Sequence[Mapping[str, Any]], wanted: int | None) -> int | None:
    """Return the place of the row with that id; the first without one, None when there is none of it."""
    if wanted is None:
        return 0 if rows else None
    return next((k for k, row in enumerate(rows) if row["id"] == wanted), None)


def first_stated(land: Landscape, issue: int) -> int:
    """Return an actor to begin with: the one that weighs most on the issue."""
    weight = np.nan_to_num(land.salience[:, issue, 1] * land.capability[:, issue, 1])
    known = np.isfinite(land.position[:, issue, 1])
    return int(np.where(known, weight, -1.0).argmax())


def list_sliders(land: Landscape, stated: Stated, given: Mapping[Kind, Triple]) -> list[Slider]:
    """Return the sliders, at what was given or else at what is stated."""
    top = np.nanmax(land.capability) if np.isfinite(land.capability).any() else 1.0
    top = float(max(top, *(given.get("capability") or stated.triples["capability"]), 1e-6))
    most: dict[Kind, float] = {"position": 100.0, "salience": 1.0, "capability": _round_up(2.0 * top)}
    steps: dict[Kind, float] = {"position": 1.0, "salience": 0.01, "capability": most["capability"] / 200.0}
    return [
        Slider(
            kind, given.get(kind) or stated.triples[kind], stated.triples[kind] if stated.known else None, most[kind],
            steps[kind],
        )
        for kind in KINDS
    ]  # fmt: skip


def run_trial(
    desk: Desk, land: Landscape, actor: int, issue: int, given: Mapping[Kind, Triple]
) -> tuple[Trial, list[Pair]]:
    """Return the case as it is beside the trial, the edited issue first; without numbers both are as it is.

    Raises
    ------
    QuestionError
        The numbers given are out of order.
    """
    tried = edit_landscape(land, actor, issue, given) if given else land
    params, keep = _params(desk), choose_issues(land, issue)
    now = desk.keep(
        "landscape as it is", lambda: see_state(land.only(keep), *params), keep.tobytes(), by_decisions=False
    )
    found = Trial(now, see_state(tried.only(keep), *params) if given else now, params[0].level)
    name = land.issue_names[issue]
    order = [name, *(each for each in land.only(keep).issue_names if each != name)]
    return found, [_pair(found, each, land.names) for each in order]


def list_hinges(trial: Trial, issue: str) -> list[dict[str, Any]]:
    """Return the inputs that an issue's outcome hinges on, the largest share first."""
    hinges, outcomes = trial.tried.hinges, list(trial.tried.outcomes)
    if hinges is None or issue not in outcomes:
        return []
    k, indices = outcomes.index(issue), hinges.indices
    shares = indices.total[:, k]
    if not np.isfinite(shares).all():
        return []
    order = [int(g) for g in np.argsort(-shares, kind="stable")[:MOST_INPUTS] if shares[g] > LEAST_SHARE]
    return [
        {
            "actor": hinges.groups[g][0],
            "kind": hinges.groups[g][1],
            "share": Span(*_ends(indices, g, k)),
        }
        for g in order
    ]


def _ends(indices: Any, group: int, issue: int) -> tuple[float, float, float]:
    told = (indices.total, indices.total_low, indices.total_high)
    value, low, high = (float(np.clip(each[group, issue], 0.0, 1.0)) for each in told)
    return value, low, high


def list_positions(record: Record, land: Landscape, issue: int) -> list[dict[str, Any]]:
    """Return the positions on an issue as the record has them, each number with its source; the silent actors last."""
    rows = record.rows(
        """SELECT p.*, s.name AS name, s.capability_low AS own_low, s.capability_best AS own_best,
                  s.capability_high AS own_high, s.source AS own_source, o.file AS file
           FROM position p JOIN (SELECT DISTINCT ON (id) * FROM stakeholder ORDER BY id, origin, line) s
                ON s.id = p.actor
           LEFT JOIN origin o ON o.id = p.origin
           WHERE p.issue = ? ORDER BY p.origin, p.line, p.id""",
        [land.issues[issue]["id"]],
    )
    shown = [_say_position(row) for row in rows]
    spoke = {row["actor"] for row in rows if row["best"] is not None}
    silent = [{"name": a["name"], "id": a["id"], "silent": True} for a in land.actors if a["id"] not in spoke]
    return [row for row in shown if row["position"]] + silent


def list_actors(land: Landscape) -> list[dict[str, Any]]:
    """Return the actors with what is stated of their standing and by whom."""
    known = np.isfinite(land.position[..., 1]).sum(axis=1)
    return [
        {
            "name": actor["name"],
            "id": actor["id"],
            "kind": actor["kind"],
            "issues": int(known[k]),
            **{
                name: _cell(actor, f"{name}_", actor["source"], name)
                for name in ("constituency", "capability", "legitimacy")
            },
        }
        for k, actor in enumerate(land.actors)
    ]


def list_relations(record: Record, land: Landscape) -> list[dict[str, Any]]:
    """Return the relations between actors, with who says so."""
    at = {actor["id"]: actor["name"] for actor in land.actors}
    rows = record.rows('SELECT * FROM "relation" ORDER BY origin, line, id')
    return [
        {**row, "name": at[row["actor"]], "to": at[row["other"]]}
        for row in rows
        if row["actor"] in at and row["other"] in at
    ]


def as_records(table: Table | None, most: int) -> list[dict[str, Cell]]:
    """Return the first rows of a kept answer's table, by the names of its columns."""
    return [] if table is None else table.to_records()[:most]


def _params(desk: Desk) -> tuple[LandscapeParams, OptionsParams]:
    given = desk.case.file.given
    of_landscape = check_params("landscape", given("landscape"), "landscape")
    of_options = check_params("options", given("options"), "options")
    if not isinstance(of_landscape, LandscapeParams) or not isinstance(of_options, OptionsParams):
        raise QuestionError("the parameters of landscape and options are not theirs")
    return of_landscape, of_options


def _pair(trial: Trial, issue: str, names: Sequence[str]) -> Pair:
    now, tried = trial.now.issues.get(issue), trial.tried.issues.get(issue)
    return Pair(
        issue, now, tried, trial.outcome(issue, tried=False), trial.outcome(issue, tried=True), trial.moves(issue),
        _chance(now, trial.level), _chance(tried, trial.level), _outside(now, names), _outside(tried, names),
    )  # fmt: skip


def _chance(found: IssueFound | None, level: float) -> Span | None:
    """Return the chance of consensus with the interval that so few draws give it (Wilson 1927)."""
    if found is None:
        return None
    ends = wilson(round(found.chance * DRAWS), DRAWS, level)
    return Span(found.chance, float(ends.low), float(ends.high))


def _outside(found: IssueFound | None, names: Sequence[str]) -> tuple[str, ...]:
    """Name who stands outside in most draws."""
    if found is None:
        return ()
    return tuple(names[int(i)] for i in np.flatnonzero(np.nan_to_num(found.outside) > 0.5))


def _say_position(row: Mapping[str, Any]) -> dict[str, Any]:
    otherwise = row["source"] or row["file"]
    capability = _cell(row, "capability_", otherwise, "capability")
    return {
        "name": row["name"],
        "id": row["actor"],
        "silent": False,
        "coder": row["coder"],
        "position": _cell(row, "", otherwise, "position"),
        "salience": _cell(row, "salience_", otherwise, "salience"),
        "capability": capability or _cell(row, "own_", row["own_source"], "capability"),
        "own": capability is None,
    }


def _cell(row: Mapping[str, Any], prefix: str, source: str | None, about: str) -> dict[str, Any] | None:
    """Return one number with who says so; None where nobody does."""
    low, best, high = (row[f"{prefix}{end}"] for end in ("low", "best", "high"))
    if best is None:
        return None
    cited = [each for each in read_citations(source) if each.about in (None, about)]
    said = "; ".join(
        each.source if each.start is None else f"{each.source} [{each.start}:{each.end}]" for each in cited
    )
    return {"low": low, "best": best, "high": high, "source": said}


def _round_up(value: float) -> float:
    """Round a scale's end up to 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= value * (1 - 1e-9)))
