"""What a given list leaves out: justified representation, EJR+ and PJR+, with the groups that show each violation.

Weights stand for people: a constituency of weight w is treated as w times as many voters that approve alike. A table of
k seats gives a group one seat for each k-th of the whole weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Literal

import numpy as np
import numpy.typing as npt

from salience.methods.cells import FloatArray
from salience.methods.seats.profile import TOLERANCE, BoolArray, Profile, read_profile, read_seated

Axiom = Literal["JR", "EJR+", "PJR+"]
MOST_TRIED = 20_000


@dataclass(frozen=True, slots=True)
class Witness:
    """A group that a list leaves short.

    Attributes
    ----------
    axiom : {"JR", "EJR+", "PJR+"}
    candidate : int
        Who is not seated and whom all of the group approve.
    group : (voters,) bool
    weight : float
        Of the group, as a share of the whole.
    worth : int
        Seats that its weight is worth, of those that the violation is about.
    seats : int
        JR and PJR+: seats that the group's members have together. EJR+: the most that one of them has.
    """

    axiom: Axiom
    candidate: int
    group: BoolArray
    weight: float
    worth: int
    seats: int


@dataclass(frozen=True, slots=True)
class Violated:
    """Which axioms a list violates."""

    jr: bool
    ejr_plus: bool
    pjr_plus: bool


@dataclass(frozen=True, slots=True)
class Repair:
    """The fewest additions after which a list holds an axiom at its new, larger size.

    Attributes
    ----------
    added : tuple of tuple of int
        All smallest sets of additions that were found.
    exact : bool
        Whether every smaller set was tried; else it is what adding the most helpful one by one gives.
    """

    added: tuple[tuple[int, ...], ...]
    exact: bool


def find_witnesses(
    weights: npt.ArrayLike, approvals: npt.ArrayLike, seated: npt.ArrayLike, seats: int | None = None
) -> tuple[Witness, ...]:
    """Find every group that shows a violation: by axiom, candidate and number of seats the largest such group.

    Parameters
    ----------
    weights : (voters,) float
    approvals : (voters, candidates) bool
    seated : (candidates,) bool, or indexes
        The list.
    seats : int, optional
        The size of the table; the length of the list when left out.

    Returns
    -------
    tuple of Witness
        JR: a group worth a seat with a candidate in common, none of whom approves anyone seated (Aziz et al. 2017).
        EJR+: a group worth l seats that all approve someone not seated, each of whom has fewer than l (Brill &
        Peters 2023). PJR+: the same, with fewer than l seats for all of them together; the group with the greatest
        shortfall, by minimum cut.

    Raises
    ------
    MethodError
        See `read_profile` and `read_seated`.
    """
    profile = read_profile(weights, approvals)
    chosen = read_seated(seated, profile.approvals.shape[1])
    k = int(seats or chosen.sum())
    has = profile.approvals[:, chosen].sum(axis=1)
    mass = _mass_below(profile, has, k)
    short = _is_short(mass, k) & ~chosen
    found: list[Witness] = []
    for level, candidate in zip(*np.nonzero(short), strict=True):
        group = profile.approvals[:, candidate] & (has <= level) & (profile.weights > 0)
        weight = float(profile.weights[group].sum())
        seats_of_one = int(has[group].max())
        if level == 0:
            found.append(Witness("JR", int(candidate), group, weight, 1, 0))
        found.append(Witness("EJR+", int(candidate), group, weight, int(level) + 1, seats_of_one))
    for candidate in np.flatnonzero(short.any(axis=0)):
        witness = _pjr_witness(profile, chosen, int(candidate), k)
        if witness is not None:
            found.append(witness)
    order = {"JR": 0, "PJR+": 1, "EJR+": 2}
    return tuple(sorted(found, key=lambda w: (order[w.axiom], -w.weight, w.candidate, w.worth)))


def find_violations(
    weights: npt.ArrayLike, approvals: npt.ArrayLike, seated: npt.ArrayLike, seats: int | None = None
) -> Violated:
    """Say which axioms a list violates, without the groups; for many draws. Parameters as `find_witnesses`."""
    profile = read_profile(weights, approvals)
    return violated(profile, read_seated(seated, profile.approvals.shape[1]), seats)


def violated(profile: Profile, chosen: BoolArray, seats: int | None = None) -> Violated:
    """Say which axioms a checked list violates."""
    k = int(seats or chosen.sum())
    has = profile.approvals[:, chosen].sum(axis=1)
    short = _is_short(_mass_below(profile, has, k), k) & ~chosen
    if short[0].any():
        return Violated(True, True, True)
    # PJR+ follows from EJR+ candidate by candidate, so a cut is needed only where EJR+ fails.
    doubtful = np.flatnonzero(short.any(axis=0))
    pjr = any(_pjr_witness(profile, chosen, int(c), k) is not None for c in doubtful)
    return Violated(False, len(doubtful) > 0, pjr)


def unrepresented(weights: npt.ArrayLike, approvals: npt.ArrayLike, seated: npt.ArrayLike) -> float:
    """Return the share of the weight that approves nobody on the list."""
    profile = read_profile(weights, approvals)
    chosen = read_seated(seated, profile.approvals.shape[1])
    return float(profile.weights[~profile.approvals[:, chosen].any(axis=1)].sum())


def received_seats(weights: npt.ArrayLike, approvals: npt.ArrayLike, seated: npt.ArrayLike) -> FloatArray:
    """Return the seats that each constituency has: each seat is shared by those who approve it, by their weight.

    Returns
    -------
    (voters,) float
        They sum to the seats that anybody approves. What a constituency deserves is its weight times the seats.
    """
    profile = read_profile(weights, approvals)
    chosen = read_seated(seated, profile.approvals.shape[1])
    backed = profile.weights[:, None] * profile.approvals[:, chosen]
    total = backed.sum(axis=0)
    return np.asarray(np.divide(backed, total, out=np.zeros_like(backed), where=total > 0).sum(axis=1))


def repair_list(
    weights: npt.ArrayLike,
    approvals: npt.ArrayLike,
    seated: npt.ArrayLike,
    axiom: Axiom = "EJR+",
    allowed: npt.ArrayLike | None = None,
) -> Repair | None:
    """Find the fewest additions after which the list holds an axiom; the table grows with them.

    Parameters
    ----------
    weights, approvals, seated
        As `find_witnesses`.
    axiom : {"JR", "EJR+", "PJR+"}
    allowed : (candidates,) bool, optional
        Who may be added; all when left out.

    Returns
    -------
    Repair or None
        None when not even everyone who may be added repairs it. Without a violation nothing is added.
    """  # fmt: skip
    profile = read_profile(weights, approvals)
    chosen = read_seated(seated, profile.approvals.shape[1])
    free = ~chosen if allowed is None else ~chosen & np.asarray(allowed, dtype=bool)
    pool = [int(c) for c in np.flatnonzero(free & profile.approvals[profile.weights > 0].any(axis=0))]
    if not _fails(profile, chosen, axiom):
        return Repair(((),), True)
    tried = 0
    for size in range(1, len(pool) + 1):
        tried += comb(len(pool), size)
        if tried > MOST_TRIED:
            return _repair_one_by_one(profile, chosen, pool, axiom)
        good = tuple(c for c in combinations(pool, size) if not _fails(profile, _with(chosen, c), axiom))
        if good:
            return Repair(good, True)
    return None


def _mass_below(profile: Profile, has: npt.NDArray[np.int64], k: int) -> FloatArray:
    """Return (k, candidates): the weight of those who approve a candidate and have at most 0, 1, … k-1 seats."""
    below = (has[None, :] <= np.arange(k)[:, None]) * profile.weights
    return np.asarray(below @ profile.approvals)


def _is_short(mass: FloatArray, k: int) -> BoolArray:
    return np.asarray(mass * k >= np.arange(1, k + 1)[:, None] - TOLERANCE * k)


def _pjr_witness(profile: Profile, chosen: BoolArray, candidate: int, k: int) -> Witness | None:
    voters = np.flatnonzero(profile.approvals[:, candidate] & (profile.weights > 0))
    reach = profile.approvals[np.ix_(voters, np.flatnonzero(chosen))]
    inside, shortfall = greatest_shortfall(profile.weights[voters] * k, reach)
    if shortfall < 1.0 - TOLERANCE * k:
        return None
    group = np.zeros(len(profile.weights), dtype=bool)
    group[voters[inside]] = True
    seats = int(reach[inside].any(axis=0).sum())
    worth = int(np.floor(shortfall + TOLERANCE * k)) + seats
    return Witness("PJR+", candidate, group, float(profile.weights[group].sum()), worth, seats)


def greatest_shortfall(supply: FloatArray, reach: BoolArray) -> tuple[BoolArray, float]:
    """Return the group whose supply exceeds the number of seats it reaches by most, and by how much.

    A minimum cut: each voter sends its supply to the seats that it reaches, each of which takes 1; what cannot be sent
    is the shortfall, and those from whom a way leads back to it are the group.

    Parameters
    ----------
    supply : (voters,) float
        In seats.
    reach : (voters, seats) bool

    Returns
    -------
    (voters,) bool, float
    """
    left, room = supply.copy(), np.ones(reach.shape[1])
    sent = np.zeros(reach.shape)
    for i in range(len(left)):
        for j in np.flatnonzero(reach[i]):
            amount = min(left[i], room[j])
            sent[i, j] = amount
            left[i] -= amount
            room[j] -= amount
    while True:
        back_voter, back_seat, seen = _search(left, sent, reach)
        open_seats = np.flatnonzero((back_seat >= 0) & (room > TOLERANCE))
        if not len(open_seats):
            return seen, float(left[left > 0].sum())
        _push(int(open_seats[0]), left, room, sent, back_voter, back_seat)


def _search(
    left: FloatArray, sent: FloatArray, reach: BoolArray
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], BoolArray]:
    """Find what can be reached from voters with supply left: by which seat a voter was, by which voter a seat."""
    back_voter = np.full(reach.shape[0], -1)
    back_seat = np.full(reach.shape[1], -1)
    seen = left > TOLERANCE
    front = [int(i) for i in np.flatnonzero(seen)]
    while front:
        following: list[int] = []
        for i in front:
            for j in np.flatnonzero(reach[i] & (back_seat < 0)):
                back_seat[j] = i
                new = (sent[:, j] > TOLERANCE) & ~seen
                seen |= new
                back_voter[new] = j
                following.extend(int(n) for n in np.flatnonzero(new))
        front = following
    return back_voter, back_seat, seen


def _push(
    seat: int, left: FloatArray, room: FloatArray, sent: FloatArray,
    back_voter: npt.NDArray[np.int64], back_seat: npt.NDArray[np.int64],
) -> None:  # fmt: skip
    """Send as much as one way takes to an open seat."""
    way, j = [], seat
    while True:
        i = int(back_seat[j])
        way.append((i, j))
        if back_voter[i] < 0:
            break
        j = int(back_voter[i])
    # Voter i gives up what it sent to the seat before it on the way.
    amount = min([left[way[-1][0]], room[seat], *(sent[i, back_voter[i]] for i, _ in way[:-1])])
    left[way[-1][0]] -= amount
    room[seat] -= amount
    for i, j in way:
        sent[i, j] += amount
    for i, _ in way[:-1]:
        sent[i, back_voter[i]] -= amount


def _with(chosen: BoolArray, added: tuple[int, ...]) -> BoolArray:
    larger = chosen.copy()
    larger[list(added)] = True
    return larger


def _fails(profile: Profile, chosen: BoolArray, axiom: Axiom) -> bool:
    found = violated(profile, chosen)
    return {"JR": found.jr, "EJR+": found.ejr_plus, "PJR+": found.pjr_plus}[axiom]


def _repair_one_by_one(profile: Profile, chosen: BoolArray, pool: list[int], axiom: Axiom) -> Repair | None:
    """Add whoever covers the most weight that is short, until the axiom holds."""
    added: tuple[int, ...] = ()
    while len(added) < len(pool):
        now = _with(chosen, added)
        k = int(now.sum())
        has = profile.approvals[:, now].sum(axis=1)
        short = _is_short(_mass_below(profile, has, k), k) & ~now
        need = np.array([(profile.weights * profile.approvals[:, c] / (1.0 + has)).sum() for c in pool])
        urgent = np.array([short[:, c].any() for c in pool])
        rank = np.where(np.isin(pool, added), -1.0, need + urgent)
        added = (*added, pool[int(rank.argmax())])
        if not _fails(profile, _with(chosen, added), axiom):
            return Repair((tuple(sorted(added)),), False)
    return None
