"""Constituencies with their weights, and whom they recognise: by mandate, or by nearness where none is known.

Three relations are kept apart. A mandate (relations.csv, kind `mandate`: who recognises whom as spokesperson) is an
approval, and so is that an actor with a constituency speaks for itself. Nearness of positions stands in where a
constituency has no mandate on record; it is inferred, counted and said. Whether actors sit together (`refuses`,
`only_without`, `only_with`, `accepts`) is no approval at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from salience.errors import NothingToAskError, QuestionError
from salience.methods.cells import FloatArray
from salience.methods.elicited import draw_elicited
from salience.methods.seats.profile import BoolArray
from salience.questions.frames import Tables
from salience.questions.landscape.inputs import Landscape, read_landscape
from salience.questions.table.params import TableParams
from salience.sources.case_tables import nearest

CONSTITUENCY = "stated constituencies"
PEOPLE = frozenset({"people", "population", "constituency", "community", "public"})
DEFAULT_SIZE = 12


@dataclass(frozen=True, slots=True)
class Seating:
    """What the question is asked of.

    Attributes
    ----------
    land : Landscape
    voters : (voters,) tuple of int
        Actors with a weight.
    candidates : (candidates,) tuple of int
        Actors, or issues of an agenda.
    names, voter_names : tuple of str
        Of the candidates and of the voters.
    mandated : (voters, candidates) bool
        Approvals that somebody stated.
    inferred : (voters,) bool
        Whose approvals come from nearness.
    approvals : (voters, candidates) bool
        At the most likely positions.
    drawn : (draws, voters, candidates) bool
    weights : dict of str to (voters,) float
        The most likely, by weighting; nan where a weighting does not know a voter.
    drawn_weights : dict of str to (draws, voters) float
    unsourced : (voters,) bool
        Whose weight has no source in the main weighting.
    lists : dict of str to tuple of int
        The lists that are judged, as indexes of candidates.
    attributes : dict of str to dict of str to str
        By attribute and actor.
    positions : (draws, actors, issues) float
    size, seed : int
        Seats of a proposal; of the draws.
    """

    land: Landscape
    voters: tuple[int, ...]
    candidates: tuple[int, ...]
    names: tuple[str, ...]
    voter_names: tuple[str, ...]
    mandated: BoolArray
    inferred: BoolArray
    approvals: BoolArray
    drawn: BoolArray
    weights: dict[str, FloatArray]
    drawn_weights: dict[str, FloatArray]
    unsourced: BoolArray
    lists: dict[str, tuple[int, ...]]
    attributes: dict[str, dict[str, str]]
    positions: FloatArray
    size: int
    seed: int

    @property
    def main(self) -> str:
        """The main weighting."""
        return next(iter(self.weights))

    def find(self, names: Sequence[str], where: str) -> tuple[int, ...]:
        """Return candidates by name, or raise QuestionError that names the nearest."""
        for name in names:
            if name not in self.names:
                raise QuestionError(f"{where}: {nearest(name, self.names, 'candidate')}")
        return tuple(self.names.index(name) for name in names)


def read_seating(record: Tables, params: TableParams, seed: int) -> Seating:
    """Read what the question needs.

    Raises
    ------
    NothingToAskError
        There are no actors, or none with a weight.
    QuestionError
        An unknown name or weighting, or nobody approves anyone.
    """
    land = read_landscape(record)
    if not land.actors:
        raise NothingToAskError("the case has no actors; write them in actors.csv (docs/table.md shows how)")
    attributes = _attributes(record, land)
    triples, sources = _weights(record, land, params)
    voters = tuple(int(v) for v in np.flatnonzero(np.isfinite(next(iter(triples.values()))[:, 1])))
    positions = _draw_positions(land, params.draws, seed)
    if params.choose == "agenda":
        candidates = tuple(range(len(land.issues)))
        names = tuple(land.issue_names)
        mandated = np.asarray(np.nan_to_num(land.salience[list(voters), :, 1]) >= params.cares)
        inferred: BoolArray = np.zeros(len(voters), dtype=bool)
        approvals: BoolArray = mandated
        drawn = np.broadcast_to(mandated, (params.draws, *mandated.shape))
    else:
        candidates = _candidates(land, attributes)
        names = tuple(land.names[c] for c in candidates)
        mandated = _mandates(land, voters, candidates)
        known = np.asarray(np.isfinite(land.position[:, :, 1]).any(axis=1))
        inferred = np.asarray(~mandated.any(axis=1) & known[list(voters)] & params.infer)
        approvals = _fill(
            land, land.position[None, :, :, 1], voters, candidates, mandated, inferred, params.near
        )[0]
        drawn = _fill(land, positions, voters, candidates, mandated, inferred, params.near)
    weights = {name: _own_weight(land, t[None, :, 1])[0][list(voters)] for name, t in triples.items()}
    drawn_weights = {}
    for k, (name, t) in enumerate(triples.items()):
        values = draw_elicited(t[:, 0], t[:, 1], t[:, 2], params.draws, seed=seed + 101 + k)
        drawn_weights[name] = _own_weight(land, values)[:, list(voters)]
    _require_approvals(approvals, weights, params)
    lists = _lists(record, land, candidates, names, params)
    first = next((len(members) for members in lists.values()), DEFAULT_SIZE)
    size = params.size or min(first, len(candidates))
    if size > len(candidates):
        raise QuestionError(
            f"{size} seats for {len(candidates)} candidates; size must be {len(candidates)} or less"
        )
    return Seating(
        land, voters, candidates, names, tuple(land.names[v] for v in voters), mandated, inferred, approvals, drawn,
        weights, drawn_weights, ~sources[list(voters)], lists, attributes, positions, size, seed,
    )  # fmt: skip


def _require_approvals(approvals: BoolArray, weights: dict[str, FloatArray], params: TableParams) -> None:
    for k, (name, weight) in enumerate(weights.items()):
        if (approvals.any(axis=1) & (weight > 0)).any():
            continue
        hint = (
            f"; under the weights “{name}” at least: leave them out (weightings)"
            if k or len(weights) > 1
            else ""
        )
        raise QuestionError(
            "nobody approves anyone: no mandate is on record (relations.csv, kind mandate) and no positions are near "
            f"enough (near is {params.near:g}){hint}"
        )


def _rows(record: Tables, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = record.table(table).collect().to_arrow().to_pylist()
    return sorted(rows, key=lambda row: (row["origin"], row["line"], row["id"]))


def _attributes(record: Tables, land: Landscape) -> dict[str, dict[str, str]]:
    at = {row["id"]: str(row["name"]) for row in land.actors}
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in _rows(record, "attribute"):
        if row["actor"] in at:
            found[row["name"]][at[row["actor"]]] = row["value"]
    for actor in land.actors:
        if actor["kind"]:
            found["kind"].setdefault(str(actor["name"]), actor["kind"])
    return dict(found)


def _weights(record: Tables, land: Landscape, params: TableParams) -> tuple[dict[str, FloatArray], BoolArray]:
    """Return (actors, 3) weights by weighting, and whose main weight has a source."""
    at = {row["id"]: k for k, row in enumerate(land.actors)}
    found: dict[str, FloatArray] = {}
    source: dict[str, BoolArray] = {}
    if np.isfinite(land.constituency[:, 1]).any():
        found[CONSTITUENCY] = land.constituency
        source[CONSTITUENCY] = np.array([bool(a["source"]) for a in land.actors])
    for row in _rows(record, "weight"):
        if row["actor"] in at:
            name = row["weighting"]
            found.setdefault(name, np.full((len(at), 3), np.nan))[at[row["actor"]]] = [
                row["low"],
                row["best"],
                row["high"],
            ]
            source.setdefault(name, np.zeros(len(at), dtype=bool))[at[row["actor"]]] = bool(row["source"])
    if not found:
        raise NothingToAskError(
            "no constituency has a weight: fill in constituency_best in actors.csv, or write weights.csv "
            "(actor, weighting, low, best, high, source)"
        )
    chosen = params.weightings or tuple(found)
    for name in chosen:
        if name not in found:
            raise QuestionError(nearest(name, found, "weighting"))
        if not np.nansum(found[name][:, 1]) > 0:
            raise QuestionError(f"the weights of '{name}' sum to 0")
    return {name: found[name] for name in chosen}, source[chosen[0]]


def _own_weight(land: Landscape, values: FloatArray) -> FloatArray:
    """Take from an actor's weight what its parts stand for, so that nobody is counted twice."""
    at = {str(a["name"]): k for k, a in enumerate(land.actors)}
    own = values.copy()
    for k, actor in enumerate(land.actors):
        above = at.get(str(actor["part_of"])) if actor["part_of"] else None
        if above is not None and np.isfinite(values[:, k]).all():
            own[:, above] -= values[:, k]
    return np.maximum(own, 0.0)


def _candidates(land: Landscape, attributes: dict[str, dict[str, str]]) -> tuple[int, ...]:
    said = attributes.get("candidate", {})
    chosen = []
    for k, name in enumerate(land.names):
        word = said.get(name, "").lower()
        people = str(land.actors[k]["kind"] or "").lower() in PEOPLE
        if word in ("yes", "true", "1") or (not people and word not in ("no", "false", "0")):
            chosen.append(k)
    if not chosen:
        raise QuestionError("there are only constituencies and nobody who could be invited")
    return tuple(chosen)


def _mandates(land: Landscape, voters: Sequence[int], candidates: Sequence[int]) -> BoolArray:
    """Let each constituency approve those whom it recognises as spokesperson, and itself where it can be invited."""
    row, column = {v: i for i, v in enumerate(voters)}, {c: j for j, c in enumerate(candidates)}
    found: BoolArray = np.zeros((len(voters), len(candidates)), dtype=bool)
    for v in voters:
        if v in column:
            found[row[v], column[v]] = True
    for giver, spokesperson, kind in land.relations:
        if kind == "mandate" and giver in row and spokesperson in column:
            found[row[giver], column[spokesperson]] = True
    return found


def _draw_positions(land: Landscape, draws: int, seed: int) -> FloatArray:
    flat = land.position.reshape(-1, 3)
    if not len(flat):
        return np.zeros((draws, *land.position.shape[:2]))
    return draw_elicited(flat[:, 0], flat[:, 1], flat[:, 2], draws, seed=seed).reshape(
        draws, *land.position.shape[:2]
    )


def _fill(
    land: Landscape, positions: FloatArray, voters: Sequence[int], candidates: Sequence[int], mandated: BoolArray,
    inferred: BoolArray, near: float,
) -> BoolArray:  # fmt: skip
    """Approve who is near, for those without a mandate; (draws, voters, candidates)."""
    filled = np.repeat(mandated[None], len(positions), axis=0)
    others = positions[:, list(candidates)]
    for i in (int(i) for i in np.flatnonzero(inferred)):
        own = positions[:, voters[i]]
        gap = np.abs(others - own[:, None, :])
        care = np.where(np.isfinite(gap), np.nan_to_num(land.salience[voters[i], :, 1]), 0.0)
        total = care.sum(axis=2)
        distance = np.divide(
            (care * np.nan_to_num(gap)).sum(axis=2), total, out=np.full(total.shape, np.inf), where=total > 0
        )
        filled[:, i] = distance <= near
    return filled


def _lists(
    record: Tables, land: Landscape, candidates: Sequence[int], names: Sequence[str], params: TableParams
) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    if params.choose == "table":
        at = {row["id"]: k for k, row in enumerate(land.actors)}
        column = {c: j for j, c in enumerate(candidates)}
        for row in _rows(record, "seat"):
            actor = at.get(row["actor"])
            if actor not in column:
                name = land.names[actor] if actor is not None else "?"
                raise QuestionError(
                    f"'{name}' is on the list '{row['list']}' and is a constituency, no candidate"
                )
            found.setdefault(row["list"], []).append(column[actor])
    for name in params.lists:
        if name not in found:
            raise QuestionError(nearest(name, found, "list") if found else "the case has no seats.csv")
    if params.lists:
        found = {name: found[name] for name in params.lists}
    if params.seats:
        for name in params.seats:
            if name not in names:
                raise QuestionError(f"seats: {nearest(name, names, 'candidate')}")
        found = {"as asked": sorted({names.index(name) for name in params.seats}), **found}
    return {name: tuple(members) for name, members in found.items()}
