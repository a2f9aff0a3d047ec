"""What each list leaves out, under each weighting, at the most likely values and over the draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salience.methods.cells import FloatArray
from salience.methods.seats.audit import Repair, Violated, Witness, find_witnesses, repair_list, violated
from salience.methods.seats.limits import Limits
from salience.methods.seats.profile import BoolArray, Profile, read_profile, read_seated
from salience.questions.table.inputs import Seating

AXIOMS = ("JR", "PJR+", "EJR+")


@dataclass(frozen=True, slots=True)
class Group:
    """A group that is left short, with all whom it has in common and could have been seated."""

    axiom: str
    members: BoolArray
    candidates: tuple[int, ...]
    worth: int
    seats: int
    weight: float
    drawn: FloatArray
    holds: float


@dataclass(frozen=True, slots=True)
class Audit:
    """One list under one weighting.

    Attributes
    ----------
    without : float
        Share of the weight that approves nobody on the list, at the most likely values.
    without_drawn : (draws,) float
    outside : (voters,) bool
        Who approves nobody on it.
    outside_drawn : (voters,) float
        In what share of the draws.
    fails : dict of str to bool
        By axiom, at the most likely values.
    fails_drawn : dict of str to float
        In what share of the draws.
    groups : tuple of Group
    repair : Repair or None
        The fewest additions for EJR+.
    deserved, received : (voters,) float
        Seats.
    deserved_drawn : (draws, voters) float
    """

    list: str
    weighting: str
    members: tuple[int, ...]
    without: float
    without_drawn: FloatArray
    outside: BoolArray
    outside_drawn: FloatArray
    fails: dict[str, bool]
    fails_drawn: dict[str, float]
    groups: tuple[Group, ...]
    repair: Repair | None
    deserved: FloatArray
    received: FloatArray
    deserved_drawn: FloatArray


def audit_list(
    seating: Seating, name: str, members: tuple[int, ...], weighting: str, limits: Limits
) -> Audit:
    """Audit a list under a weighting; who must never be there is not proposed as an addition."""
    from salience.methods.seats.audit import received_seats

    weights = np.nan_to_num(seating.weights[weighting])
    chosen = read_seated(np.array(members), len(seating.names))
    profile = read_profile(weights, seating.approvals)
    drawn_weights = share_weights(seating, weighting)
    without, outside, fails = _draws(seating, drawn_weights, chosen)
    at_best = violated(profile, chosen)
    witnesses = find_witnesses(profile.weights, profile.approvals, chosen)
    never = (
        (limits.rows < 0)
        & (limits.least[:, None] == 0)
        & (np.count_nonzero(limits.rows, axis=1) == 1)[:, None]
    )
    nobody = np.asarray(~profile.approvals[:, chosen].any(axis=1))
    return Audit(
        name, weighting, members, float(profile.weights[nobody].sum()), without, nobody, outside,
        _by_axiom(at_best), {axiom: float(fails[:, k].mean()) for k, axiom in enumerate(AXIOMS)},
        _gather(witnesses, drawn_weights, len(members)),
        repair_list(profile.weights, profile.approvals, chosen, "EJR+", ~never.any(axis=0)),
        profile.weights * len(members), received_seats(profile.weights, profile.approvals, chosen),
        drawn_weights * len(members),
    )  # fmt: skip


def share_weights(seating: Seating, weighting: str) -> FloatArray:
    """Return (draws, voters) weights that sum to 1 in each draw; who has none in this weighting counts 0."""
    drawn = np.nan_to_num(seating.drawn_weights[weighting])
    total = drawn.sum(axis=1, keepdims=True)
    return np.asarray(drawn / np.where(total > 0, total, 1.0))


def _by_axiom(found: Violated) -> dict[str, bool]:
    return {"JR": found.jr, "PJR+": found.pjr_plus, "EJR+": found.ejr_plus}


def _draws(
    seating: Seating, weights: FloatArray, chosen: BoolArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return the weight without anyone by draw, how often each voter is without, and which axioms fail."""
    outside = ~seating.drawn[:, :, chosen].any(axis=2)
    fails = np.zeros((len(weights), 3), dtype=bool)
    for k, (w, a) in enumerate(zip(weights, seating.drawn, strict=True)):
        if w.sum() > 0:
            fails[k] = list(_by_axiom(violated(Profile(w, a), chosen)).values())
    return (weights * outside).sum(axis=1), outside.mean(axis=0), fails


def _gather(witnesses: tuple[Witness, ...], weights: FloatArray, seats: int) -> tuple[Group, ...]:
    """Put witnesses together that are about the same people and the same number of seats."""
    found: dict[tuple[str, bytes, int, int], list[Witness]] = {}
    merged: dict[tuple[object, ...], Group] = {}
    for each in witnesses:
        found.setdefault((each.axiom, each.group.tobytes(), each.worth, each.seats), []).append(each)
    for (axiom, _, worth, has), same in found.items():
        drawn = weights[:, same[0].group].sum(axis=1)
        holds = float((drawn * seats >= worth - 1e-9).mean())
        candidates = tuple(w.candidate for w in same)
        # Who has no seat at all shows all three violations; it is said once.
        key = (same[0].group.tobytes(), candidates, worth, has, axiom if has else "")
        before = merged[key].axiom + ", " if key in merged else ""
        merged[key] = Group(
            before + axiom, same[0].group, candidates, worth, has, same[0].weight, drawn, holds
        )
    return tuple(merged.values())
