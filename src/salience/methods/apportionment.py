"""Seats in proportion: divisor methods, largest remainders, and both ways at once for two groupings."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray

IntArray = npt.NDArray[np.int64]
Rule = Literal["sainte-lague", "dhondt", "hamilton"]


def apportion(votes: npt.ArrayLike, seats: int, rule: Rule = "sainte-lague") -> IntArray:
    """Apportion seats in proportion to votes.

    Parameters
    ----------
    votes : (parties,) float
    seats : int
    rule : {"sainte-lague", "dhondt", "hamilton"}
        Divisors 1, 3, 5, …; divisors 1, 2, 3, …; largest remainders (Balinski & Young 2001, Fair Representation).
        Ties go to the larger party, then to the first.

    Returns
    -------
    (parties,) int

    Raises
    ------
    MethodError
        No votes, negative ones, negative seats, or a rule that there is not.
    """
    v = _require_votes(np.asarray(votes, dtype=np.float64).ravel())
    if seats < 0:
        raise MethodError(f"{seats} seats; expected 0 or more")
    order = np.lexsort((np.arange(len(v)), -v))
    if rule == "hamilton":
        quota = v / v.sum() * seats
        given = np.floor(quota + 1e-12).astype(np.int64)
        rank = order[np.argsort(-(quota - given)[order], kind="stable")]
        given[rank[: seats - int(given.sum())]] += 1
        return np.asarray(given)
    if rule not in ("sainte-lague", "dhondt"):
        raise MethodError(f"there is no rule '{rule}'; there are sainte-lague, dhondt and hamilton")
    first, step = (1.0, 2.0) if rule == "sainte-lague" else (1.0, 1.0)
    given = np.zeros(len(v), dtype=np.int64)
    for _ in range(seats):
        quotient = v / (first + step * given)
        given[order[int(quotient[order].argmax())]] += 1
    return given


def apportion_both_ways(votes: npt.ArrayLike, rows: npt.ArrayLike, columns: npt.ArrayLike) -> IntArray:
    """Apportion seats to the cells of a table with given row and column totals, as near to proportion as both allow.

    Parameters
    ----------
    votes : (rows, columns) float
        0 is a cell that gets no seat.
    rows, columns : (rows,), (columns,) int
        Seats of each; both sum to the same.

    Returns
    -------
    (rows, columns) int

    Raises
    ------
    MethodError
        Totals that differ, or that the cells with votes cannot fulfil.

    Notes
    -----
    Biproportional with standard rounding (Balinski & Demange 1989; Pukelsheim 2017). It is the integer table with the
    smallest sum of log((n - 1/2)/votes) over the seats n = 1, 2, … of its cells (Rote & Zachariasen 2007), a flow
    problem, so that its linear programme has a whole solution.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, vstack

    v = np.asarray(votes, dtype=np.float64)
    r, c = np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64)
    if v.ndim != 2 or v.shape != (len(r), len(c)):
        raise MethodError(f"votes have shape {v.shape}; expected ({len(r)}, {len(c)})")
    _require_votes(v.ravel())
    if r.sum() != c.sum() or (r < 0).any() or (c < 0).any():
        raise MethodError(f"rows have {r.sum()} seats in all and columns {c.sum()}; both must be the same")
    i, j, n = (np.array(x) for x in zip(
        *[(a, b, s) for a, b in zip(*np.nonzero(v), strict=True) for s in range(1, min(r[a], c[b]) + 1)], strict=True
    ))  # fmt: skip
    cost = np.log((n - 0.5) / v[i, j])
    at = np.arange(len(i))
    totals = vstack([
        coo_array((np.ones(len(i)), (i, at)), shape=(len(r), len(i))),
        coo_array((np.ones(len(i)), (j, at)), shape=(len(c), len(i))),
    ])  # fmt: skip
    found = linprog(
        cost,
        A_eq=totals.toarray(),
        b_eq=np.concatenate([r, c]).astype(float),
        bounds=(0, 1),
        method="highs-ds",
    )
    if found.x is None:
        raise MethodError("the cells with votes cannot fulfil these totals")
    given = np.zeros(v.shape, dtype=np.int64)
    np.add.at(given, (i, j), np.rint(found.x).astype(np.int64))
    return given


def _require_votes(v: FloatArray) -> FloatArray:
    if not len(v) or not np.isfinite(v).all() or (v < 0).any() or not v.sum() > 0:
        raise MethodError("votes must be 0 or more, known, and not all 0")
    return v
