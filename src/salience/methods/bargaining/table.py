"""A bargaining table: who wants what, how much they care, and what they can do; checked once for all models."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray

# Draws are worked through in blocks of so many, which bounds the memory; the results do not depend on it.
BLOCK = 256


@dataclass(frozen=True, slots=True)
class Bargain:
    """What a model leads to, round by round.

    Attributes
    ----------
    model : str
    outcome : (…, rounds, issues) float
        Where each issue ends up after each round; models that look once have one round.
    positions : (…, rounds, actors, issues) float
        What the actors hold after each round; nan where an actor has no position.
    agreed : (…,) bool or None
        Whether there is anything that all gain by; None for models that do not ask.
    """

    model: str
    outcome: FloatArray
    positions: FloatArray = field(repr=False)
    agreed: npt.NDArray[np.bool_] | None = None

    @property
    def final(self) -> FloatArray:
        """The outcome after the last round: (…, issues)."""
        return np.asarray(self.outcome[..., -1, :])


@dataclass(frozen=True, slots=True)
class Bargainers:
    """Checked arrays, the leading axes made one.

    Attributes
    ----------
    positions, salience, capability : (draws, actors, issues) float
        Salience and capability are 0 where the position is nan.
    lead : tuple of int
        The leading axes as they were given.
    """

    positions: FloatArray
    salience: FloatArray
    capability: FloatArray
    lead: tuple[int, ...]

    @property
    def weight(self) -> FloatArray:
        """Capability × salience, 0 where there is no position: (draws, actors, issues)."""
        return np.asarray(self.salience * self.capability)

    def span(self, span: npt.ArrayLike | None) -> FloatArray:
        """Return the length of each issue's scale: as given, or from the lowest to the highest position.

        An issue on which all agree has the length 1, so that nothing is divided by 0: (draws, issues).
        """
        draws, _, issues = self.positions.shape
        if span is not None:
            given = np.broadcast_to(np.asarray(span, dtype=np.float64), (draws, issues))
            if not (given > 0).all():
                raise MethodError("span holds a length that is not above 0")
            return np.array(given)
        length = np.nanmax(self.positions, axis=1) - np.nanmin(self.positions, axis=1)
        return np.where(length > 0, length, 1.0)

    def result(
        self,
        model: str,
        outcome: FloatArray,
        positions: FloatArray | None = None,
        agreed: npt.NDArray[np.bool_] | None = None,
    ) -> Bargain:
        """Put the leading axes back: `outcome` (draws, rounds, issues), `positions` (draws, rounds, actors, issues)."""
        moved = self.positions[:, None] if positions is None else positions
        return Bargain(
            model,
            outcome.reshape(*self.lead, *outcome.shape[1:]),
            moved.reshape(*self.lead, *moved.shape[1:]),
            None if agreed is None else agreed.reshape(self.lead),
        )


def read_bargainers(
    positions: npt.ArrayLike, salience: npt.ArrayLike, capability: npt.ArrayLike
) -> Bargainers:
    """Check a table and bring it into one shape.

    Parameters
    ----------
    positions : (…, actors, issues) float
        nan where an actor has no position on an issue: it then has no say on it.
    salience : (…, actors, issues) float
        0 and more.
    capability : (…, actors) or (…, actors, issues) float
        0 and more.

    Raises
    ------
    MethodError
        Wrong shapes; a negative or infinite value; a missing salience or capability beside a position; an issue
        on which nobody has a position or all weights are 0.
    """
    p = np.asarray(positions, dtype=np.float64)
    s, c = (np.asarray(a, dtype=np.float64) for a in (salience, capability))
    if p.ndim < 2:
        raise MethodError(f"positions has {p.ndim} axes; expected (…, actors, issues)")
    if c.ndim == p.ndim - 1 or (c.ndim == 1 and c.shape[0] == p.shape[-2]):
        c = c[..., None]
    try:
        p, s, c = (np.array(a) for a in np.broadcast_arrays(p, s, c))
    except ValueError as error:
        raise MethodError(
            f"positions {p.shape}, salience {s.shape} and capability {c.shape} do not fit each other"
        ) from error
    known = np.isfinite(p)
    if np.isinf(p).any():
        raise MethodError("positions holds an infinite value; nan is a missing one")
    for name, array in (("salience", s), ("capability", c)):
        if not (array[known] >= 0).all() or not np.isfinite(array[known]).all():
            raise MethodError(f"{name} holds a value that is missing, infinite or below 0 beside a position")
    s, c = np.where(known, s, 0.0), np.where(known, c, 0.0)
    if not ((s * c).sum(axis=-2) > 0).all():
        raise MethodError(
            "on some issue nobody has a position with capability and salience above 0; leave the issue out"
        )
    flat = (-1, *p.shape[-2:])
    return Bargainers(p.reshape(flat), s.reshape(flat), c.reshape(flat), p.shape[:-2])


def in_blocks(draws: int, work: Callable[[int, int], None]) -> None:
    """Do `work(first, after)` for blocks of draws, side by side; each block writes to places of its own."""
    bounds = [(first, min(first + BLOCK, draws)) for first in range(0, draws, BLOCK)]
    if len(bounds) == 1:
        work(*bounds[0])
        return
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for done in [pool.submit(work, *each) for each in bounds]:
            done.result()
