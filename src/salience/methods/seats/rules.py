"""Rules that seat one after another: the method of equal shares with completion, and Phragmén's sequential rule.

Both treat a constituency of weight w as w times as many voters that approve alike, so that splitting one into several
of the same total weight changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray
from salience.methods.seats.limits import Guard, Limits, no_limits, require_feasible
from salience.methods.seats.profile import TOLERANCE, BoolArray, Profile, read_profile, require_seats

IntArray = npt.NDArray[np.int64]
TIES = 1e-9


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists that a rule gives.

    Attributes
    ----------
    lists : tuple of tuple of int
        All that ties allow, each sorted; the first follows the order of the candidates.
    complete : bool
        Whether these are all; there may be more than were asked for.
    """

    lists: tuple[tuple[int, ...], ...]
    complete: bool


@dataclass(slots=True)
class _State:
    chosen: BoolArray
    # Equal shares: budget left for each unit of weight. Phragmén: load of each unit of weight.
    purse: FloatArray
    buying: bool


def equal_shares(
    weights: npt.ArrayLike,
    approvals: npt.ArrayLike,
    seats: int,
    limits: Limits | None = None,
    most: int = 1,
    order: npt.ArrayLike | None = None,
) -> Lists:
    """Seat by the method of equal shares, completed by Phragmén's sequential rule.

    Parameters
    ----------
    weights : (voters,) float
    approvals : (voters, candidates) bool
    seats : int
    limits : Limits, optional
        Those who must be there are seated first, at their supporters' cost; then nobody is seated after whom the limits
        could no longer be kept.
    most : int
        Follow ties until so many different lists are found; 1 breaks them by the order of the candidates.
    order : (candidates,) int, optional
        Another order by which ties are broken: each candidate's rank.

    Returns
    -------
    Lists

    Raises
    ------
    MethodError
        See `read_profile`; more seats than candidates; limits that no list keeps, with the fewest to give up.

    Notes
    -----
    Everyone has an equal share of the seats as a budget, a seat costs 1, and the next one goes to whoever's supporters
    can pay for it with the smallest largest payment (Peters & Skowron 2020). What is left over becomes a head start in
    Phragmén's rule (Lackner & Skowron 2023, rule 11).
    """  # fmt: skip
    return _run(weights, approvals, seats, limits, most, order, buying=True)


def sequential_phragmen(
    weights: npt.ArrayLike,
    approvals: npt.ArrayLike,
    seats: int,
    limits: Limits | None = None,
    most: int = 1,
    order: npt.ArrayLike | None = None,
) -> Lists:
    """Seat by Phragmén's sequential rule; parameters and errors as `equal_shares`.

    Everyone earns money at the same speed; whoever's supporters have 1 together first is seated, and they pay all they
    have (Phragmén 1894; Lackner & Skowron 2023, rule 10).
    """  # fmt: skip
    return _run(weights, approvals, seats, limits, most, order, buying=False)


def _run(
    weights: npt.ArrayLike, approvals: npt.ArrayLike, seats: int, limits: Limits | None, most: int,
    order: npt.ArrayLike | None, *, buying: bool,
) -> Lists:  # fmt: skip
    profile = read_profile(weights, approvals)
    candidates = profile.approvals.shape[1]
    require_seats(seats, candidates)
    keep = limits or no_limits(candidates)
    rank = np.arange(candidates) if order is None else np.asarray(order)
    start = _State(
        np.zeros(candidates, dtype=bool),
        np.full(len(profile.weights), float(seats) if buying else 0.0),
        buying,
    )
    quick = _follow(profile, start, Guard(keep, seats), seats, most, rank)
    if quick is not None and all(keep.kept(_as_bool(x, candidates)).all() for x in quick.lists):
        return quick  # every step of a list that keeps the limits could be completed, by that list
    require_feasible(keep, seats)
    careful = _follow(profile, start, Guard(keep, seats, exact=True), seats, most, rank)
    if careful is None:
        raise MethodError("no list keeps all limits")
    return careful


def _follow(
    profile: Profile, start: _State, guard: Guard, seats: int, most: int, rank: IntArray
) -> Lists | None:
    """Seat one after another, along ties in depth; None when a way leads nowhere."""
    state = _State(start.chosen.copy(), start.purse.copy(), start.buying)
    for candidate in guard.limits.required:
        if state.chosen.sum() >= seats:
            return None
        state = _seat(profile, state, candidate)
    found: dict[tuple[int, ...], None] = {}
    open_ways, met, complete = [state], set(), True
    while open_ways:
        state = open_ways.pop()
        if state.chosen.sum() == seats:
            found.setdefault(tuple(int(c) for c in np.flatnonzero(state.chosen)))
            if len(found) >= most:
                complete = not open_ways
                break
            continue
        state, tied = _next(profile, state, guard)
        tied.sort(key=lambda c: int(rank[c]))
        if not tied:
            return None
        for candidate in reversed(tied if most > 1 else tied[:1]):
            new = _seat(profile, state, candidate)
            key = (new.buying, new.chosen.tobytes(), np.round(new.purse, 9).tobytes())
            if most == 1 or key not in met:
                met.add(key)
                open_ways.append(new)
    return Lists(tuple(found), complete and most > 1)


def _next(profile: Profile, state: _State, guard: Guard) -> tuple[_State, list[int]]:
    """Return who may be seated next, in their order; when nobody can be paid for, budgets become head starts."""
    allows = _allower(state, guard)
    if state.buying:
        price = price_of_seats(profile, state.purse)
        tied = _cheapest(price, state.chosen, allows)
        if tied:
            return state, tied
        state = _State(state.chosen, -state.purse, False)
    weight = profile.weights @ profile.approvals
    load = (profile.weights * state.purse) @ profile.approvals
    time = np.divide(1.0 + load, weight, out=np.full(len(weight), np.inf), where=weight > 0)
    tied = _cheapest(time, state.chosen, allows)
    if tied:
        return state, tied
    # Seats that nobody's approval decides go to whoever may take them, in order.
    rest = [int(c) for c in np.flatnonzero(~state.chosen) if allows(int(c))]
    return state, rest


def _allower(state: _State, guard: Guard) -> Callable[[int], bool]:
    return lambda candidate: guard.allows(state.chosen, candidate)


def _cheapest(price: FloatArray, chosen: BoolArray, allows: Callable[[int], bool]) -> list[int]:
    tied: list[int] = []
    bound = np.inf
    for candidate in np.argsort(np.where(chosen, np.inf, price), kind="stable"):
        if chosen[candidate] or not np.isfinite(price[candidate]) or price[candidate] > bound:
            break
        if allows(int(candidate)):
            tied.append(int(candidate))
            bound = price[candidate] + TIES * max(1.0, abs(price[candidate]))
    return tied


def price_of_seats(profile: Profile, purse: FloatArray) -> FloatArray:
    """Return the largest payment for a unit of weight at which supporters can pay for a seat; inf when they cannot.

    Parameters
    ----------
    profile : Profile
    purse : (voters,) float
        Budget left for a unit of weight.

    Returns
    -------
    (candidates,) float
        The smallest r with sum of w min(purse, r) over the supporters = 1.
    """
    order = np.argsort(purse, kind="stable")
    sorted_purse = purse[order]
    backing = profile.weights[order, None] * profile.approvals[order]
    paid = np.vstack([np.zeros(backing.shape[1]), np.cumsum(backing * sorted_purse[:, None], axis=0)])
    rest = backing.sum(axis=0) - np.vstack([np.zeros(backing.shape[1]), np.cumsum(backing, axis=0)])
    rest = rest[:-1]
    payment = np.divide(1.0 - paid[:-1], rest, out=np.full(rest.shape, np.inf), where=rest > 1e-15)
    enough = payment <= sorted_purse[:, None] * (1.0 + TOLERANCE) + TOLERANCE
    first = enough.argmax(axis=0)
    columns = np.arange(backing.shape[1])
    return np.where(enough[first, columns], payment[first, columns], np.inf)


def _seat(profile: Profile, state: _State, candidate: int) -> _State:
    """Seat one, and let the supporters pay."""
    chosen, purse = state.chosen.copy(), state.purse.copy()
    chosen[candidate] = True
    supporters = profile.approvals[:, candidate]
    weight = profile.weights[supporters].sum()
    if state.buying:
        price = price_of_seats(Profile(profile.weights, profile.approvals[:, [candidate]]), purse)[0]
        purse[supporters] = np.maximum(purse[supporters] - price, 0.0)
    elif weight > 0:
        purse[supporters] = (1.0 + (profile.weights * purse)[supporters].sum()) / weight
    return _State(chosen, purse, state.buying)


def _as_bool(index: tuple[int, ...], candidates: int) -> BoolArray:
    chosen = np.zeros(candidates, dtype=bool)
    chosen[list(index)] = True
    return chosen
