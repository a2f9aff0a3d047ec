"""Proportional approval voting, exactly, under limits; what each limit costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray
from salience.methods.seats.limits import SLACK, Limits, no_limits, require_feasible
from salience.methods.seats.profile import BoolArray, Profile, read_profile, require_seats

EQUALLY_GOOD = 1e-7


@dataclass(frozen=True, slots=True)
class Best:
    """The lists with the greatest score.

    Attributes
    ----------
    lists : tuple of tuple of int
    score : float
        Sum over the weight of 1 + 1/2 + … + 1/seats.
    complete : bool
        Whether these are all that are equally good.
    """

    lists: tuple[tuple[int, ...], ...]
    score: float
    complete: bool


@dataclass(frozen=True, slots=True)
class Price:
    """What a limit costs: the best list without it, compared with the best under all limits.

    Attributes
    ----------
    name : str
    score : float
        Gain of the score.
    represented : float
        Gain of the share of the weight that has a seat.
    groups : int
        Constituencies more that have a seat.
    joins, leaves : tuple of int
        Who would be seated instead of whom.
    """

    name: str
    score: float
    represented: float
    groups: int
    joins: tuple[int, ...]
    leaves: tuple[int, ...]


def proportional_approval(
    weights: npt.ArrayLike, approvals: npt.ArrayLike, seats: int, limits: Limits | None = None, most: int = 1
) -> Best:
    """Find the list with the greatest proportional-approval score (Thiele 1895), by integer programming (HiGHS).

    Parameters
    ----------
    weights : (voters,) float
    approvals : (voters, candidates) bool
    seats : int
    limits : Limits, optional
    most : int
        Look for so many lists that are equally good.

    Raises
    ------
    MethodError
        See `read_profile`; more seats than candidates; limits that no list keeps, with the fewest to give up.

    Notes
    -----
    A voter with u seats is worth 1 + 1/2 + … + 1/u. One variable a seat and voter, at most 1 each, takes these in the
    right order by itself, for the first is worth most; only the candidates' variables must be whole.
    """
    profile = _merge(read_profile(weights, approvals))
    candidates = profile.approvals.shape[1]
    require_seats(seats, candidates)
    keep = limits or no_limits(candidates)
    found: list[tuple[int, ...]] = []
    best = -np.inf
    while True:
        chosen = _optimise(profile, seats, keep, found)
        if chosen is None:
            break
        score = approval_score(profile.weights, profile.approvals, chosen)
        if found and score < best - EQUALLY_GOOD:
            break
        if len(found) == most:
            return Best(tuple(sorted(found)), best, False)
        best = max(best, score)
        found.append(tuple(int(c) for c in np.flatnonzero(chosen)))
        if most == 1:
            return Best(tuple(found), best, False)
    if not found:
        require_feasible(keep, seats)
        raise MethodError("no list was found")
    return Best(tuple(sorted(found)), best, True)


def approval_score(weights: npt.ArrayLike, approvals: npt.ArrayLike, chosen: npt.ArrayLike) -> float:
    """Return a list's proportional-approval score; weights are taken as shares of the whole."""
    profile = read_profile(weights, approvals)
    has = profile.approvals[:, np.asarray(chosen)].sum(axis=1)
    harmonic = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, max(int(has.max()), 1) + 1))])
    return float(profile.weights @ harmonic[has])


def price_limits(
    weights: npt.ArrayLike, approvals: npt.ArrayLike, seats: int, limits: Limits, most: int | None = None
) -> list[Price]:
    """Return what each limit (the first `most` of them) costs; parameters as `proportional_approval`.

    Where several lists are equally good the one found first is compared.
    """
    profile = read_profile(weights, approvals)
    bound = _list_of(profile, seats, limits)
    prices = []
    for index, name in enumerate(limits.names[:most]):
        free = _list_of(profile, seats, limits.without(index))
        gain = approval_score(profile.weights, profile.approvals, free) - approval_score(
            profile.weights, profile.approvals, bound
        )
        if limits.kept(free)[index] or gain < EQUALLY_GOOD:
            free = bound  # it asks for nothing that another list, as good, would not have anyway
        before, after = (profile.approvals[:, x].any(axis=1) for x in (bound, free))
        score = [approval_score(profile.weights, profile.approvals, x) for x in (bound, free)]
        prices.append(
            Price(
                name, score[1] - score[0], float(profile.weights @ after - profile.weights @ before),
                int(after.sum()) - int(before.sum()), _index(free & ~bound), _index(bound & ~free),
            )
        )  # fmt: skip
    return prices


def _list_of(profile: Profile, seats: int, limits: Limits) -> BoolArray:
    chosen = np.zeros(profile.approvals.shape[1], dtype=bool)
    chosen[list(proportional_approval(profile.weights, profile.approvals, seats, limits).lists[0])] = True
    return chosen


def _index(chosen: BoolArray) -> tuple[int, ...]:
    return tuple(int(c) for c in np.flatnonzero(chosen))


def _merge(profile: Profile) -> Profile:
    """Put voters that approve alike together; those who approve nobody or have no weight decide nothing."""
    live = profile.approvals.any(axis=1) & (profile.weights > 0)
    rows, inverse = np.unique(profile.approvals[live], axis=0, return_inverse=True)
    return Profile(np.bincount(inverse.ravel(), profile.weights[live]).astype(np.float64), rows)


def _optimise(
    profile: Profile, seats: int, limits: Limits, excluded: list[tuple[int, ...]]
) -> BoolArray | None:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    voters, candidates = profile.approvals.shape
    depth = np.minimum(profile.approvals.sum(axis=1), seats)
    owner = np.repeat(np.arange(voters), depth)
    rank = np.concatenate([np.arange(1, d + 1) for d in depth])
    extra = len(owner)
    cost = np.concatenate([np.zeros(candidates), -profile.weights[owner] / rank])
    # Seats of a voter: what its variables take is no more than the seated whom it approves.
    i, c = np.nonzero(profile.approvals)
    rows = np.concatenate([i, owner])
    columns = np.concatenate([c, candidates + np.arange(extra)])
    values = np.concatenate([np.ones(len(i)), -np.ones(extra)])
    counted = coo_array((values, (rows, columns)), shape=(voters, candidates + extra)).tocsr()
    wide = [_widen(np.ones((1, candidates)), extra), _widen(limits.rows, extra)]
    constraints = [LinearConstraint(counted, 0.0, np.inf), LinearConstraint(wide[0], seats, seats)]
    if len(limits.names):
        constraints.append(LinearConstraint(wide[1], limits.least - SLACK, np.inf))
    if excluded:
        cut = np.zeros((len(excluded), candidates))
        for row, members in zip(cut, excluded, strict=True):
            row[list(members)] = 1.0
        constraints.append(LinearConstraint(_widen(cut, extra), -np.inf, seats - 1))
    whole = np.concatenate([np.ones(candidates), np.zeros(extra)])
    found = milp(
        cost, constraints=constraints, bounds=Bounds(0, 1), integrality=whole, options={"mip_rel_gap": 0.0}
    )
    return None if found.x is None else np.asarray(found.x[:candidates] > 0.5)


def _widen(rows: FloatArray, extra: int) -> FloatArray:
    return np.hstack([rows, np.zeros((len(rows), extra))])
