"""What every rule of seating begins with: constituencies with weights, and whom each of them approves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray

BoolArray = npt.NDArray[np.bool_]
# Weights that differ by less than this share of the whole are equal: they come from sums of decimals.
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Profile:
    """Checked weights and approvals.

    Attributes
    ----------
    weights : (voters,) float
        Shares of the whole; they sum to 1.
    approvals : (voters, candidates) bool
    """

    weights: FloatArray
    approvals: BoolArray


def read_profile(weights: npt.ArrayLike, approvals: npt.ArrayLike) -> Profile:
    """Check weights and approvals, and bring the weights to a sum of 1.

    Raises
    ------
    MethodError
        Shapes that do not fit; weights that are negative, not finite or all 0; nobody approves anything.
    """
    w, a = np.asarray(weights, dtype=np.float64), np.asarray(approvals)
    if a.ndim != 2 or w.shape != a.shape[:1] or not a.size:
        raise MethodError(
            f"weights have shape {w.shape} and approvals {a.shape}; expected (voters,) and (voters, k)"
        )
    if a.dtype != np.bool_:
        if not np.isin(a, (0, 1)).all():
            raise MethodError("approvals are neither true nor false somewhere")
        a = a.astype(bool)
    if not np.isfinite(w).all() or (w < 0).any() or not w.sum() > 0:
        raise MethodError("weights must be 0 or more, known, and not all 0")
    if not a[w > 0].any():
        raise MethodError("nobody approves anything: no list represents anyone more than another")
    return Profile(w / w.sum(), a)


def read_seated(seated: npt.ArrayLike, candidates: int) -> BoolArray:
    """Return a list of candidates, given by index or as (candidates,) bool, as (candidates,) bool.

    Raises
    ------
    MethodError
        It is empty, or names a candidate that there is not.
    """
    given = np.asarray(seated)
    if given.dtype == np.bool_ and given.shape == (candidates,):
        chosen = given.copy()
    else:
        index = given.astype(np.int64).ravel()
        if ((index < 0) | (index >= candidates)).any():
            raise MethodError(f"a seat of a candidate that there is not; there are {candidates}")
        chosen = np.zeros(candidates, dtype=bool)
        chosen[index] = True
    if not chosen.any():
        raise MethodError("the list is empty; a table has one seat or more")
    return chosen


def require_seats(seats: int, candidates: int) -> None:
    """Raise MethodError when so many seats cannot be filled."""
    if seats < 1:
        raise MethodError(f"{seats} seats; a table has one seat or more")
    if seats > candidates:
        raise MethodError(f"{seats} seats for {candidates} actors: there are more seats than actors")
