"""What a list must fulfil, as linear rows: who must be there, who must not, who refuses whom, quotas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray
from salience.methods.seats.profile import BoolArray, require_seats

SLACK = 1e-7


@dataclass(frozen=True, slots=True)
class Limits:
    """Rows that a list x (0 or 1 for each candidate) must fulfil: rows @ x >= least.

    Attributes
    ----------
    names : tuple of str
        What each row is, in plain words.
    rows : (limits, candidates) float
    least : (limits,) float
    known : list of (candidates,) bool
        Lists found so far that keep all limits; many draws ask for the same.
    """

    names: tuple[str, ...]
    rows: FloatArray
    least: FloatArray
    known: list[BoolArray] = field(default_factory=list, compare=False, repr=False)

    def without(self, index: int) -> Limits:
        """Return the limits without one."""
        keep = np.arange(len(self.names)) != index
        return Limits(
            tuple(n for n, k in zip(self.names, keep, strict=True) if k), self.rows[keep], self.least[keep]
        )

    def kept(self, chosen: BoolArray) -> BoolArray:
        """Return which limits a list keeps."""
        return np.asarray(self.rows @ chosen >= self.least - SLACK)

    @property
    def required(self) -> list[int]:
        """Candidates that must be there by a row of their own."""
        alone = (np.count_nonzero(self.rows, axis=1) == 1) & (self.least > 0)
        return sorted({int(np.flatnonzero(row)[0]) for row in self.rows[alone] if row.max() > 0})


def no_limits(candidates: int) -> Limits:
    """Return limits that any list keeps."""
    return Limits((), np.zeros((0, candidates)), np.zeros(0))


def make_limits(candidates: int, rules: Sequence[tuple[str, npt.ArrayLike, float]]) -> Limits:
    """Make limits of (name, coefficients, least).

    Raises
    ------
    MethodError
        Coefficients that are not one a candidate, or not finite.
    """
    rows = [np.asarray(row, dtype=np.float64) for _, row, _ in rules]
    if any(row.shape != (candidates,) or not np.isfinite(row).all() for row in rows):
        raise MethodError(f"a limit needs one finite number for each of {candidates} candidates")
    return Limits(
        tuple(name for name, _, _ in rules),
        np.array(rows).reshape(len(rows), candidates),
        np.array([least for _, _, least in rules], dtype=np.float64),
    )


def unit(candidates: int, *index: int, value: float = 1.0) -> FloatArray:
    """Return a row with a value at some candidates and 0 elsewhere."""
    row = np.zeros(candidates)
    row[list(index)] = value
    return row


def is_feasible(limits: Limits, seats: int) -> bool:
    """Return whether any list of so many seats keeps all limits."""
    return solve(np.zeros(limits.rows.shape[1]), limits, seats) is not None


def smallest_conflict(limits: Limits, seats: int) -> tuple[int, ...]:
    """Return the fewest limits without which some list keeps all others; empty when all can be kept.

    Raises
    ------
    MethodError
        Seats that cannot be filled.
    """
    number, candidates = limits.rows.shape
    require_seats(seats, candidates)
    if not number or is_feasible(limits, seats):
        return ()
    worst = np.where(limits.rows < 0, limits.rows, 0.0).sum(axis=1)
    rows = np.hstack([limits.rows, np.diag(limits.least - worst)])
    cost = np.concatenate([np.zeros(candidates), np.ones(number)])
    found = solve(cost, Limits(limits.names, rows, limits.least), seats, candidates=candidates)
    assert found is not None  # all limits given up: any list will do
    return tuple(int(i) for i in np.flatnonzero(found[candidates:] > 0.5))


def require_feasible(limits: Limits, seats: int) -> None:
    """Raise MethodError that names the smallest set of limits to relax, if no list keeps all."""
    conflict = smallest_conflict(limits, seats)
    if conflict:
        names = "; ".join(limits.names[i] for i in conflict)
        raise MethodError(f"no list of {seats} keeps all limits; the fewest to give up: {names}")


def solve(
    cost: FloatArray, limits: Limits, seats: int, candidates: int | None = None
) -> npt.NDArray[np.float64] | None:
    """Minimise a linear cost over lists of so many seats that keep the limits; None when there is none."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    size = np.zeros(len(cost))
    size[: candidates or len(cost)] = 1.0
    constraints: list[Any] = [LinearConstraint(size[None, :], seats, seats)]
    if len(limits.names):
        constraints.append(LinearConstraint(limits.rows, limits.least - SLACK, np.inf))
    found = milp(
        cost, constraints=constraints, bounds=Bounds(0, 1), integrality=np.ones(len(cost), dtype=np.int64)
    )
    return None if found.x is None else np.asarray(found.x)


class Guard:
    """Keeps a rule that seats one after another on ways that can still keep all limits.

    The quick test looks at one limit at a time; it may let pass what cannot be completed. `exact` asks for a whole
    list.
    """

    def __init__(self, limits: Limits, seats: int, exact: bool = False) -> None:
        self.limits, self.seats, self.exact = limits, seats, exact

    def allows(self, chosen: BoolArray, candidate: int) -> bool:
        """Return whether a candidate may join those chosen."""
        if not len(self.limits.names):
            return True
        larger = chosen.copy()
        larger[candidate] = True
        left = self.seats - int(larger.sum())
        value = self.limits.rows @ larger
        rest = np.where(larger, -np.inf, self.limits.rows)
        if left:
            top = np.partition(rest, rest.shape[1] - left, axis=1)[:, rest.shape[1] - left :]
            value = value + top.sum(axis=1)
        if (value < self.limits.least - SLACK).any():
            return False
        return not self.exact or self._can_be_completed(larger)

    def _can_be_completed(self, chosen: BoolArray) -> bool:
        if any(x.sum() == self.seats and (x >= chosen).all() for x in self.limits.known):
            return True
        both = Limits(
            (*self.limits.names, ""),
            np.vstack([self.limits.rows, chosen.astype(float)]),
            np.concatenate([self.limits.least, [float(chosen.sum())]]),
        )
        found = solve(np.zeros(len(chosen)), both, self.seats)
        if found is None:
            return False
        self.limits.known.append(found > 0.5)
        return True
