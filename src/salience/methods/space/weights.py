"""Where the weight lies on an issue, how far it is pulled apart, and how much of it one place holds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.bargaining.votes import median_of
from salience.methods.cells import FloatArray

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Weighed:
    """An issue in each draw.

    Attributes
    ----------
    mean, median, spread : (draws,) float
        Weighted mean, median and standard deviation of the positions, in points of the scale.
    contested : (draws,) float
        Spread as a share of the largest that the scale allows: 0 when all agree, 1 when half of the weight stands at
        each end.
    """

    mean: FloatArray
    median: FloatArray
    spread: FloatArray
    contested: FloatArray


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch of a scale that holds most weight, in each draw.

    Attributes
    ----------
    share : (draws,) float
        Of the weight, within it.
    inside : (draws, actors) bool
        Who stands within it.
    centre : (draws,) float
        The middle of those within.
    """

    share: FloatArray
    inside: BoolArray = field(repr=False)
    centre: FloatArray


def weigh(positions: npt.ArrayLike, weight: npt.ArrayLike, span: float = 100.0) -> Weighed:
    """Return the weighted mean, median, spread and contestedness of an issue.

    Parameters
    ----------
    positions, weight : (draws, actors) float
        nan is a missing position; its weight does not count.
    span : float
        Length of the scale, for the contestedness: spread/(span/2).

    Raises
    ------
    MethodError
        Shapes differ, a weight is negative, or all are 0 in some draw.
    """
    x, w = _checked(positions, weight)
    share = w / w.sum(axis=1, keepdims=True)
    mean = (share * x).sum(axis=1)
    spread = np.sqrt((share * (x - mean[:, None]) ** 2).sum(axis=1))
    median = median_of(x[:, :, None], w[:, :, None])[:, 0]
    return Weighed(mean, median, spread, spread / (0.5 * span))


def fullest_window(positions: npt.ArrayLike, weight: npt.ArrayLike, tolerance: float) -> Window:
    """Find the stretch of the scale, 2 × tolerance long, that holds most weight.

    Of several that hold as much, the one with the lowest positions is taken.

    Parameters
    ----------
    positions, weight : (draws, actors) float
    tolerance : float
        How far from the middle a position may lie, in points of the scale.
    """
    x, w = _checked(positions, weight)
    known = np.isfinite(np.asarray(positions, dtype=np.float64))
    share = w / w.sum(axis=1, keepdims=True)
    # The best stretch can be moved until it begins at somebody's position. Ends that are equal on paper differ in
    # their last digits.
    near = 1e-9
    ahead = x[:, None, :] - x[:, :, None]
    within = (ahead >= -near) & (ahead <= 2.0 * tolerance + near) & known[:, None, :]
    held = np.einsum("dij,dj->di", within, share)
    held = np.where(known, held, -1.0)
    best = held.max(axis=1, keepdims=True)
    start = np.where(held >= best - 1e-12, x, np.inf).argmin(axis=1)
    inside = within[np.arange(len(x)), start]
    low, high = np.where(inside, x, np.inf).min(axis=1), np.where(inside, x, -np.inf).max(axis=1)
    return Window(best[:, 0], inside, 0.5 * (low + high))


def polarise(
    positions: npt.ArrayLike,
    weight: npt.ArrayLike,
    tolerance: float = 0.0,
    *,
    alpha: float = 1.0,
    span: float = 100.0,
) -> FloatArray:
    """Return how far the weight falls into camps that stand apart: 0 to 1, in each draw.

    Esteban & Ray (1994, Econometrica 62: 819-851, equation 3), P = K Σᵢ Σⱼ πᵢ Iᵢ^α πⱼ |xᵢ − xⱼ|, where π are shares of
    the weight and Iᵢ is the weight that i identifies with. In their paper that is all at i's own position; here also
    those within the tolerance, each by 1 − |xᵢ − xⱼ|/tolerance, so that two actors one point apart are one camp (in the
    spirit of Duclos, Esteban & Ray 2004). K makes two equal camps at the ends of the scale 1.

    Parameters
    ----------
    positions, weight : (draws, actors) float
    tolerance : float
        0 is the published measure.
    alpha : float
        Above 0 and up to 1.6, as their axioms allow.
    span : float
        Length of the scale.
    """
    if not 0.0 < alpha <= 1.6:
        raise MethodError(f"alpha is {alpha:g}; expected above 0 and up to 1.6")
    x, w = _checked(positions, weight)
    share = w / w.sum(axis=1, keepdims=True)
    apart = np.abs(x[:, :, None] - x[:, None, :])
    kin = np.maximum(1.0 - apart / tolerance, 0.0) if tolerance > 0 else (apart <= 1e-9).astype(np.float64)
    with_me = np.einsum("dij,dj->di", kin, share)
    alienation = np.einsum("dij,dj->di", apart, share)
    return np.asarray(2.0 ** (1.0 + alpha) / span * (share * with_me**alpha * alienation).sum(axis=1))


def learn(
    positions: npt.ArrayLike,
    weight: npt.ArrayLike,
    actor: int,
    values: npt.ArrayLike,
    tolerance: float,
    threshold: float,
) -> tuple[float, float, float]:
    """Return how much the picture of an issue would move if one actor's position became known.

    The position is set to each of the values, equally likely before it is known; everything else is as drawn. The
    first two numbers are standard deviations over the values of the mean over draws, which is what a perfect answer
    would take off the uncertainty (the variance of a conditional expectation; Oakley & O'Hagan 2004, section 2).

    Parameters
    ----------
    positions, weight : (draws, actors) float
        The actor's own weight is what it would have.
    actor : int
    values : (k,) float
    tolerance, threshold : float
        Of consensus: the fullest window holds at least this share of the weight.

    Returns
    -------
    mean, median, consensus : float
        Standard deviation of the weighted mean and of the weighted median, in points; standard deviation of the
        chance of consensus.
    """
    x = np.array(positions, dtype=np.float64)
    found = []
    for value in np.asarray(values, dtype=np.float64):
        x[:, actor] = value
        weighed = weigh(x, weight)
        share = fullest_window(x, weight, tolerance).share
        found.append((weighed.mean.mean(), weighed.median.mean(), (share >= threshold - 1e-9).mean()))
    mean, median, consensus = np.std(np.array(found), axis=0)
    return float(mean), float(median), float(consensus)


def _checked(positions: npt.ArrayLike, weight: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return positions, 0 where missing, and weights, 0 where there is no position."""
    x, w = np.asarray(positions, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    if x.ndim != 2 or x.shape != w.shape:
        raise MethodError(
            f"positions {x.shape} and weight {w.shape}; expected (draws, actors), alike for both"
        )
    known = np.isfinite(x)
    if not np.isfinite(w[known]).all() or (w[known] < 0).any():
        raise MethodError("a weight beside a position is missing, infinite or below 0")
    w = np.where(known, w, 0.0)
    if not (w.sum(axis=1) > 0).all():
        raise MethodError("in some draw all weights are 0: nobody counts on this issue")
    return np.where(known, x, 0.0), w
