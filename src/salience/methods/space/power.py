"""Who decides: the actor in the middle, who could block, and the power indices of weighted voting."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.bargaining.votes import median_of
from salience.methods.cells import FloatArray
from salience.methods.space.weights import BoolArray

# Weights that are not whole are rounded so that their sum is about this.
UNITS = 2000
MOST_ACTORS = 80


@dataclass(frozen=True, slots=True)
class Power:
    """Power indices of a weighted vote.

    Attributes
    ----------
    shapley : (actors,) float
        Shapley & Shubik (1954): share of the orders in which an actor turns a losing coalition into a winning one.
    banzhaf : (actors,) float
        Normalised Banzhaf (1965): swings as a share of all swings; 0 for all where nobody ever swings.
    swing : (actors,) float
        Penrose (1946): chance that an actor is decisive when all others say yes or no with equal chances.
    """

    shapley: FloatArray
    banzhaf: FloatArray
    swing: FloatArray


def power_indices(weights: npt.ArrayLike, quota: float) -> Power:
    """Return the power indices of actors of whom a coalition wins with at least the quota.

    Coalitions are counted by size and weight with generating functions (Mann & Shapley 1962; Brams & Affuso 1976), each
    actor being taken out of the counts again. That is exact for whole weights; others are rounded to 1 in 2000 of the
    sum.

    Parameters
    ----------
    weights : (actors,) float
        0 and more.
    quota : float
        In the same units; above 0 and at most the sum.

    Raises
    ------
    MethodError
        A negative or missing weight, a quota out of range, or more than 80 actors.
    """
    w = np.asarray(weights, dtype=np.float64)
    if not len(w) or len(w) > MOST_ACTORS or not np.isfinite(w).all() or (w < 0).any():
        raise MethodError(f"expected 1 to {MOST_ACTORS} weights of 0 or more; found {len(w)}")
    if not 0.0 < quota <= w.sum() * (1 + 1e-12):
        raise MethodError(
            f"the quota {quota:g} is not above 0 and at most the sum of the weights, {w.sum():g}"
        )
    whole, least = _whole(w, quota)
    counts = _count_coalitions(whole)
    n = len(whole)
    orders = np.array([1.0 / (n * comb(n - 1, k)) for k in range(n)])
    shapley, swings = np.zeros(n), np.zeros(n)
    for i, own in enumerate(whole):
        if own == 0:
            continue
        without = _leave_out(counts, own)
        decisive = without[:, max(least - own, 0) : least].sum(axis=1)
        shapley[i], swings[i] = float(decisive @ orders), float(decisive.sum())
    total = swings.sum()
    return Power(shapley, swings / total if total > 0 else swings, swings / 2.0 ** (n - 1))


def can_block(weight: npt.ArrayLike, needed: float) -> BoolArray:
    """Return whether each actor alone keeps the others below the share of the weight that is needed.

    Parameters
    ----------
    weight : (…, actors) float
    needed : float
        A decision needs at least this share, above 0 and up to 1: 1 is unanimity of all who have weight.
    """
    w = np.asarray(weight, dtype=np.float64)
    rest = 1.0 - w / w.sum(axis=-1, keepdims=True)
    return np.asarray((rest < needed - 1e-9) & (w > 0))


def holds_median(positions: npt.ArrayLike, weight: npt.ArrayLike) -> BoolArray:
    """Return who stands at the weighted median of an issue: (draws, actors) twice to (draws, actors).

    With losses that grow with distance no other position beats it (Black 1958). Where half of the weight lies on
    either side of a gap, those on both sides of the gap hold it.
    """
    x, w = np.asarray(positions, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    known = np.isfinite(x)
    w = np.where(known, w, 0.0)
    middle = median_of(np.where(known, x, 0.0)[:, :, None], w[:, :, None])
    counted = known & (w > 0)
    off = np.where(counted, x - middle, np.inf)
    above = np.where(off >= -1e-9, off, np.inf).min(axis=1, keepdims=True)
    below = np.where(counted & (off <= 1e-9), -off, np.inf).min(axis=1, keepdims=True)
    return np.asarray(counted & ((np.abs(off - above) < 1e-9) | (np.abs(off + below) < 1e-9)))


def _whole(weights: FloatArray, quota: float) -> tuple[list[int], int]:
    """Return whole weights and the least whole weight that wins."""
    total = float(weights.sum())
    if np.allclose(weights, np.round(weights), atol=1e-12) and total <= 4 * UNITS:
        return [int(w) for w in np.round(weights)], int(np.ceil(quota - 1e-9))
    scaled = np.round(weights * (UNITS / total)).astype(int)
    least = int(np.ceil(quota / total * scaled.sum() - 1e-9))
    return [int(w) for w in scaled], max(least, 1)


def _count_coalitions(weights: list[int]) -> FloatArray:
    """Return how many coalitions have each size and weight: (actors + 1, sum + 1)."""
    n, total = len(weights), sum(weights)
    counts = np.zeros((n + 1, total + 1))
    counts[0, 0] = 1.0
    for w in weights:
        counts[1:, w:] += counts[:-1, : total + 1 - w].copy()
    return counts


def _leave_out(counts: FloatArray, own: int) -> FloatArray:
    """Return the counts of coalitions without one actor of this weight: (actors, sum + 1).

    Small coalitions are found from smaller ones and large ones from larger ones: where there are many, the rounding of
    their number must not reach those of which there are few.
    """
    n, size = counts.shape[0] - 1, counts.shape[1]
    without = np.zeros((n, size))
    without[0] = counts[0]
    for k in range(1, (n + 1) // 2):
        without[k] = counts[k]
        without[k, own:] -= without[k - 1, : size - own]
    last = n - 1
    if last > 0:
        without[last, : size - own] = counts[n, own:]
        for k in range(last - 1, max((n + 1) // 2, 1) - 1, -1):
            without[k, : size - own] = counts[k + 1, own:] - without[k + 1, own:]
    return np.asarray(np.maximum(without, 0.0))
