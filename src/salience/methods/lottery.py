"""Delegates by lot: a lottery over panels that keep quotas, in which the smallest chances are as large as they can be.

Leximin: first the smallest chance of any person is made as large as possible, then the second smallest, and so on
(Flanigan, Gölz, Gupta, Hennig & Procaccia 2021, Nature 596).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray

IntArray = npt.NDArray[np.int64]
# A dual price above this shows that a type's chance cannot be raised; a panel worth more than this is added.
PRICE, WORTH = 1e-7, 1e-8
MOST_ROUNDS = 400
AT_ONCE = 12
SWAPS = 400
CLIMBS = 96


@dataclass(frozen=True, slots=True)
class Lottery:
    """A fair lottery.

    Attributes
    ----------
    chances : (persons,) float
        Of being drawn; persons with equal features have equal chances.
    panels : (panels, persons) bool
        The panels that may come out.
    probabilities : (panels,) float
        Theirs; they sum to 1.
    bound : float
        An upper bound on the smallest chance, from the linear programme in which persons may be divided.
    relaxed : bool
        Whether the chances are the leximin optimum of that programme, so that no lottery can be fairer.
    """

    chances: FloatArray
    panels: npt.NDArray[np.bool_]
    probabilities: FloatArray
    bound: float
    relaxed: bool

    def draw(self, seed: int) -> npt.NDArray[np.bool_]:
        """Draw one panel, (persons,) bool."""
        rng = np.random.default_rng(seed)
        drawn: npt.NDArray[np.bool_] = self.panels[rng.choice(len(self.panels), p=self.probabilities)]
        return drawn


@dataclass(frozen=True, slots=True)
class _Pool:
    """Types of persons with equal features: how many there are, and the quotas on them."""

    owner: IntArray
    number: FloatArray
    member: FloatArray
    least: FloatArray
    most: FloatArray
    seats: int


def fair_lottery(
    features: npt.ArrayLike,
    least: npt.ArrayLike,
    most: npt.ArrayLike,
    seats: int,
    names: Sequence[str] | None = None,
    seed: int = 0,
) -> Lottery:
    """Find the leximin-fair lottery over panels.

    Parameters
    ----------
    features : (persons, values) bool
        Which feature values each person has: one column for "woman", one for "north", …
    least, most : (values,) int
        Quotas: how many of the panel have each value.
    seats : int
    names : sequence of str, optional
        Of the values, for errors.
    seed : int
        Of who within a type stands in which panel.

    Raises
    ------
    MethodError
        No panel keeps the quotas; with the fewest to relax.

    Notes
    -----
    Persons are put together into types with equal features, which share their chance equally; that loses nothing, for
    leximin is symmetric. First the leximin vector of the linear programme is found in which persons may be divided: no
    lottery can be fairer. Then panels are added, each good for the prices of those so far (column generation),
    until their mixture has exactly these chances. Where that cannot be, leximin is solved over whole panels.
    """  # fmt: skip
    pool = _read_pool(features, least, most, seats)
    whole = _best_panels(pool, np.zeros((1, len(pool.number))))
    if not whole:
        raise MethodError(_conflict(pool, names))
    target = _relaxed_leximin(pool)
    bound = float(target.min())
    columns = [whole[0]]
    weights, gap = _mix_towards(pool, target, columns, seed)
    relaxed = gap < WORTH
    if not relaxed:
        weights = _whole_leximin(pool, columns, seed)
    keep = weights > 1e-12
    weights = weights[keep] / weights[keep].sum()
    types = np.array(columns)[keep]
    chances = (weights @ types / pool.number)[pool.owner]
    panels, probabilities = _name_persons(pool, types, weights)
    return Lottery(chances, panels, probabilities, bound, relaxed)


def _read_pool(features: npt.ArrayLike, least: npt.ArrayLike, most: npt.ArrayLike, seats: int) -> _Pool:
    f = np.asarray(features, dtype=bool)
    lo, hi = np.asarray(least, dtype=np.float64), np.asarray(most, dtype=np.float64)
    if f.ndim != 2 or lo.shape != f.shape[1:] or hi.shape != f.shape[1:]:
        raise MethodError(f"features have shape {f.shape}, quotas {lo.shape} and {hi.shape}")
    if seats < 1 or seats > len(f):
        raise MethodError(f"{seats} seats by lot from a pool of {len(f)}")
    rows, owner, number = np.unique(f, axis=0, return_inverse=True, return_counts=True)
    return _Pool(owner.ravel(), number.astype(float), rows.T.astype(float), lo, hi, seats)


def _limits(pool: _Pool) -> list[Any]:
    from scipy.optimize import LinearConstraint

    return [
        LinearConstraint(np.ones((1, len(pool.number))), pool.seats, pool.seats),
        LinearConstraint(pool.member, pool.least, pool.most),
    ]


def _best_panels(pool: _Pool, values: FloatArray) -> list[FloatArray]:
    """Return the panel, as persons of each type, with the greatest value for each row of values."""
    from scipy.optimize import Bounds, milp

    found = []
    for value in values:
        best = milp(
            -value, constraints=_limits(pool), bounds=Bounds(0, pool.number),
            integrality=np.ones(len(value), dtype=np.int64), options={"mip_rel_gap": 0.0},
        )  # fmt: skip
        if best.x is not None:
            found.append(np.rint(best.x))
    return found


def _conflict(pool: _Pool, names: Sequence[str] | None) -> str:
    from scipy.optimize import Bounds, LinearConstraint, milp

    types, values = len(pool.number), len(pool.least)
    called = list(names or [f"value {i}" for i in range(values)])
    slack = np.diag(np.full(values, float(pool.seats) + pool.least.max(initial=0.0)))
    found = milp(
        np.concatenate([np.zeros(types), np.ones(2 * values)]),
        constraints=[
            LinearConstraint(
                np.concatenate([np.ones(types), np.zeros(2 * values)])[None, :], pool.seats, pool.seats
            ),
            LinearConstraint(np.hstack([pool.member, slack, np.zeros_like(slack)]), pool.least, np.inf),
            LinearConstraint(np.hstack([pool.member, np.zeros_like(slack), -slack]), -np.inf, pool.most),
        ],
        bounds=Bounds(0, np.concatenate([pool.number, np.ones(2 * values)])),
        integrality=np.ones(types + 2 * values, dtype=np.int64),
    )
    given_up = [] if found.x is None else [int(i) for i in np.flatnonzero(found.x[types:] > 0.5)]
    words = [
        f"at least {pool.least[i]:g} of {called[i]}"
        if i < values
        else f"at most {pool.most[i - values]:g} of {called[i - values]}"
        for i in given_up
    ]
    return f"no panel of {pool.seats} keeps all quotas; the fewest to relax: {'; '.join(words)}"


def _relaxed_leximin(pool: _Pool) -> FloatArray:
    """Return the leximin chances of the types when persons may be divided."""
    types = len(pool.number)
    matrix = np.vstack([np.ones(types), pool.member])
    low, high = np.concatenate([[pool.seats], pool.least]), np.concatenate([[pool.seats], pool.most])
    fixed = np.full(types, np.nan)
    while np.isnan(fixed).any():
        level, prices = _raise_lowest(pool, matrix, low, high, fixed)
        at_end = np.isnan(fixed) & (prices > PRICE)
        if not at_end.any():  # degenerate prices: fix whoever cannot be raised alone
            at_end = np.isnan(fixed) & _cannot_rise(pool, matrix, low, high, fixed, level)
        fixed[at_end] = level
    return fixed


def _raise_lowest(
    pool: _Pool, matrix: FloatArray, low: FloatArray, high: FloatArray, fixed: FloatArray
) -> tuple[float, FloatArray]:
    """Make the lowest open chance as large as possible; return it and the price of each type's claim."""
    from scipy.optimize import linprog

    types = len(pool.number)
    is_open = np.isnan(fixed)
    floor = np.where(is_open, 0.0, fixed * pool.number)
    claim = np.hstack([-np.diag(1.0 / pool.number)[is_open], np.ones((int(is_open.sum()), 1))])
    rows = np.hstack([np.vstack([matrix, -matrix]), np.zeros((2 * len(matrix), 1))])
    found: Any = linprog(
        np.concatenate([np.zeros(types), [-1.0]]),
        A_ub=np.vstack([claim, rows]),
        b_ub=np.concatenate([np.zeros(len(claim)), high, -low]),
        bounds=[*((max(f - 1e-11, 0.0), n) for f, n in zip(floor, pool.number, strict=True)), (0.0, 1.0)],
        method="highs",
    )
    prices = np.zeros(types)
    prices[is_open] = -found.ineqlin.marginals[: len(claim)]
    level = float(found.x[-1])
    if level >= 1.0 - 1e-9:
        prices[is_open] = 1.0
    return min(level, 1.0), prices


def _cannot_rise(
    pool: _Pool, matrix: FloatArray, low: FloatArray, high: FloatArray, fixed: FloatArray, level: float
) -> npt.NDArray[np.bool_]:
    from scipy.optimize import linprog

    floor = np.maximum(np.where(np.isnan(fixed), level, fixed) * pool.number - 1e-9, 0.0)
    stuck = np.zeros(len(fixed), dtype=bool)
    for t in np.flatnonzero(np.isnan(fixed)):
        found: Any = linprog(
            -np.eye(len(fixed))[t], A_ub=np.vstack([matrix, -matrix]), b_ub=np.concatenate([high, -low]),
            bounds=list(zip(floor, pool.number, strict=True)), method="highs",
        )  # fmt: skip
        stuck[t] = -found.fun / pool.number[t] < level + 1e-7
    return stuck


def _mix_towards(
    pool: _Pool, target: FloatArray, columns: list[FloatArray], seed: int
) -> tuple[FloatArray, float]:
    """Add panels until a mixture has at least the target chances; return its weights and the gap that is left."""
    from scipy.optimize import linprog

    rng = np.random.default_rng(seed)
    seen = {c.tobytes() for c in columns}
    _add(_best_panels(pool, rng.random((AT_ONCE, len(target)))), columns, seen)
    for _ in range(MOST_ROUNDS):
        a = np.array(columns).T / pool.number[:, None]
        found: Any = linprog(
            np.concatenate([np.zeros(len(columns)), [1.0]]),
            A_ub=np.hstack([-a, -np.ones((len(target), 1))]),
            b_ub=-target,
            A_eq=np.concatenate([np.ones(len(columns)), [0.0]])[None, :],
            b_eq=[1.0],
            bounds=(0, None),
            method="highs",
        )
        gap, prices = float(found.x[-1]), -found.ineqlin.marginals / pool.number
        if gap < WORTH:
            break
        scale = prices.max() * rng.choice([0.0, 0.05, 0.3, 1.0], (CLIMBS, 1))
        values = prices + rng.random((CLIMBS, len(prices))) * scale
        starts = rng.choice(np.flatnonzero(found.x[:-1] > 1e-12), len(values))
        near = [_climb(pool, columns[s], v) for s, v in zip(starts, values, strict=True)]
        least = prices @ (target * pool.number) - gap
        if _add([x for x in near if x @ prices > least + WORTH], columns, seen):
            continue
        best = _best_panels(pool, np.vstack([prices, values[:AT_ONCE]]))
        if best[0] @ prices < least + gap - WORTH or not _add(best, columns, seen):
            break
    return np.asarray(np.pad(found.x[:-1], (0, len(columns) - len(found.x) + 1))), gap


def _climb(pool: _Pool, panel: FloatArray, value: FloatArray) -> FloatArray:
    """Swap one person for another, the best of the likeliest swaps each time, until none makes the panel worth more."""
    panel = panel.copy()
    counts = pool.member @ panel
    while True:
        out, into = np.flatnonzero(panel > 0.5), np.flatnonzero(panel < pool.number - 0.5)
        gain = (value[into][None, :] - value[out][:, None]).ravel()
        top = np.argpartition(-gain, min(SWAPS, len(gain) - 1))[:SWAPS]
        top = top[gain[top] > 1e-12]
        leave, join = out[top // len(into)], into[top % len(into)]
        after = counts[:, None] - pool.member[:, leave] + pool.member[:, join]
        fits = ((after >= pool.least[:, None]) & (after <= pool.most[:, None])).all(axis=0)
        if not fits.any():
            return panel
        best = np.flatnonzero(fits)[gain[top][fits].argmax()]
        panel[leave[best]] -= 1.0
        panel[join[best]] += 1.0
        counts = after[:, best]


def _add(panels: list[FloatArray], columns: list[FloatArray], seen: set[bytes]) -> bool:
    """Add the panels that are new; return whether any was."""
    before = len(columns)
    for panel in panels:
        if panel.tobytes() not in seen:
            seen.add(panel.tobytes())
            columns.append(panel)
    return len(columns) > before


def _whole_leximin(pool: _Pool, columns: list[FloatArray], seed: int) -> FloatArray:
    """Solve leximin over whole panels by column generation, level by level."""
    from scipy.optimize import linprog

    types = len(pool.number)
    fixed = np.full(types, np.nan)
    seen = {c.tobytes() for c in columns}
    weights = np.zeros(0)
    while np.isnan(fixed).any():
        is_open = np.isnan(fixed)
        while True:
            a = np.array(columns).T / pool.number[:, None]
            found: Any = linprog(
                np.concatenate([np.zeros(len(columns)), [-1.0]]),
                A_ub=np.hstack([-a, is_open[:, None].astype(float)]),
                b_ub=np.where(is_open, 0.0, -(np.nan_to_num(fixed) - 1e-10)),
                A_eq=np.concatenate([np.ones(len(columns)), [0.0]])[None, :],
                b_eq=[1.0],
                bounds=(0, None),
                method="highs",
            )
            prices = -found.ineqlin.marginals / pool.number
            best = _best_panels(pool, prices[None, :])
            known = float((prices @ np.array(columns).T).max())
            if best[0] @ prices <= known + WORTH or not _add(best, columns, seen):
                break
        weights = np.pad(found.x[:-1], (0, len(columns) - len(found.x) + 1))
        done = is_open & (prices * pool.number > PRICE)
        fixed[done if done.any() else is_open] = found.x[-1]
    return np.asarray(weights)


def _name_persons(
    pool: _Pool, types: FloatArray, weights: FloatArray
) -> tuple[npt.NDArray[np.bool_], FloatArray]:
    """Turn panels of types into panels of persons, so that all of a type have equal chances.

    Within a type persons stand on a circle, and one uniform number says where on each circle taking begins: systematic
    sampling. Where the number passes from one person to the next, the panel changes.
    """
    persons = len(pool.owner)
    members = [np.flatnonzero(pool.owner == t) for t in range(len(pool.number))]
    panels, chances = [], []
    for panel, weight in zip(types, weights, strict=True):
        cuts = {0.0, 1.0}
        for t, m in enumerate(members):
            if 0 < panel[t] < len(m):
                cuts |= {i / len(m) for i in range(1, len(m))}
        edges = np.array(sorted(cuts))
        for left, right in pairwise(edges):
            if right - left < 1e-12:
                continue
            chosen = np.zeros(persons, dtype=bool)
            middle = 0.5 * (left + right)
            for t, m in enumerate(members):
                first = int(middle * len(m))
                chosen[m[(first + np.arange(int(panel[t]))) % len(m)]] = True
            panels.append(chosen)
            chances.append(weight * (right - left))
    probability = np.array(chances)
    return np.array(panels), probability / probability.sum()
