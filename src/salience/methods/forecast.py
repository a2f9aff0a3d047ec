"""A model's outcome made into a forecast, by how far the model was off on cases whose outcome is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray

MIDDLE, TOP = 50.0, 100.0
GRID = np.arange(0.0, TOP)
QUANTILES = np.linspace(0.0, 1.0, 101)
# Fewer past cases than this cannot say how often an 80 % interval holds.
FEWEST = 10


@dataclass(frozen=True, slots=True)
class Past:
    """How far models were off on past cases of one kind.

    Attributes
    ----------
    n : int
        Cases.
    shrink : (models,) float
        By how much the distance of each model's outcome from the middle is taken.
    errors : (models, k) float
        Quantiles of outcome − shrunk outcome, the same in both directions: which end of a scale is 0 is arbitrary.
    lottery : float
        Weight of the actors' own positions in the forecast, 0 to 1.
    reach : (101,) float
        Quantiles of the tail at which past outcomes lay, min(F(y), 1 − F(y−)).
    """

    n: int
    shrink: FloatArray
    errors: FloatArray
    lottery: float
    reach: FloatArray

    def tail(self, level: float) -> float:
        """Return the tail that past outcomes lay inside of with this frequency.

        By the conformal rule (Vovk, Gammerman & Shafer 2005, section 2.2), so that few cases give a wider interval.
        """
        share = max((1.0 - level) * (self.n + 1) / self.n - 1.0 / self.n, 0.0)
        return float(np.interp(share, QUANTILES, self.reach))


@dataclass(frozen=True, slots=True)
class Forecast:
    """Points between 0 and 100 with probabilities.

    Attributes
    ----------
    points, weights : (k,) float
        Sorted; weights sum to 1.
    low, high : float
        The interval at the level asked for.
    level : float
    """

    points: FloatArray
    weights: FloatArray
    low: float
    high: float
    level: float

    @property
    def mean(self) -> float:
        """The forecast's mean."""
        return float(self.points @ self.weights)


def learn_errors(
    outcomes: npt.ArrayLike, truth: npt.ArrayLike, positions: npt.ArrayLike, weights: npt.ArrayLike
) -> Past:
    """Learn from past cases how a model's outcome becomes a forecast.

    The forecast's distribution is λ L + (1 − λ) mean over models of K: L gives each actor's position its weight; K is
    the distribution of 50 + b (outcome − 50) + error, cut to the scale, with b by least squares and the errors of all
    past cases in both directions. λ minimises the mean CRPS, which is a square in λ (a linear pool; Gneiting & Raftery
    2007).

    Parameters
    ----------
    outcomes : (models, cases) float
    truth : (cases,) float
        0 to 100.
    positions, weights : (cases, actors) float
        What actors wanted in each case, and with which weight; nan is no position.

    Raises
    ------
    MethodError
        Fewer than `FEWEST` cases, or arrays of unequal length.
    """
    f, y = np.atleast_2d(np.asarray(outcomes, dtype=np.float64)), np.asarray(truth, dtype=np.float64)
    x, w = np.asarray(positions, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if f.shape[1] != len(y) or len(x) != len(y) or x.shape != w.shape or len(y) < FEWEST:
        raise MethodError(f"{f.shape[1]} outcomes and {len(y)} truths; expected as many, {FEWEST} at least")
    w = np.where(np.isfinite(x), w, 0.0)
    x, w = np.nan_to_num(x), w / w.sum(axis=1, keepdims=True)
    away, off = f - MIDDLE, y - MIDDLE
    square = (away**2).sum(axis=1)
    shrink = np.where(square > 0, (away * off).sum(axis=1) / np.where(square > 0, square, 1.0), 1.0)
    shrink = np.clip(shrink, 0.0, 1.0)
    centre = MIDDLE + shrink[:, None] * away
    error = y - centre
    both = np.sort(np.concatenate([error, -error], axis=1), axis=1)
    kernel = _kernel(centre, both, np.broadcast_to(GRID, (len(y), len(GRID))))
    lottery = _lottery(x, w)
    seen = (y[:, None] <= GRID).astype(np.float64)
    gap = kernel - lottery
    weight = float(np.clip(((kernel - seen) * gap).sum() / max((gap**2).sum(), 1e-12), 0.0, 1.0))
    at, under = (
        weight * ((x <= v[:, None]) * w).sum(axis=1)
        + (1.0 - weight) * _kernel(centre, both, v[:, None])[:, 0]
        for v in (y + 1e-9, y - 1e-9)
    )
    reach = np.minimum(np.where(y >= TOP, 1.0, at), np.where(y <= 0.0, 1.0, 1.0 - under))
    errors = np.quantile(both, QUANTILES, axis=1).T
    return Past(len(y), shrink, errors, weight, np.quantile(reach, QUANTILES))


def forecast(
    outcomes: npt.ArrayLike,
    positions: npt.ArrayLike,
    weights: npt.ArrayLike,
    past: Past,
    *,
    level: float = 0.8,
) -> Forecast:
    """Forecast one case: what models lead to, their disagreement, and the errors they made before.

    Parameters
    ----------
    outcomes : (models, draws) float
        Each draw of the inputs, so that their uncertainty is in the forecast.
    positions, weights : (…) float
        What actors want, in as many draws as there are; nan is no position.
    past : Past
        With as many models.
    level : float
        Of the interval: the range that held so many of the past outcomes.

    Returns
    -------
    Forecast

    Raises
    ------
    MethodError
        Another number of models than the past was learnt with, or no position with weight.
    """
    f = np.atleast_2d(np.asarray(outcomes, dtype=np.float64))
    if len(f) != len(past.shrink):
        raise MethodError(f"{len(f)} models; the errors were learnt with {len(past.shrink)}")
    # Draws are represented by their quantiles: 41 × 101 points a model say as much as all of them.
    if f.shape[1] > 41:
        f = np.quantile(f, np.linspace(0.0, 1.0, 41), axis=1).T
    centre = MIDDLE + past.shrink[:, None] * (f - MIDDLE)
    kernel = np.clip(centre[:, :, None] + past.errors[:, None, :], 0.0, TOP).ravel()
    x, w = np.asarray(positions, dtype=np.float64).ravel(), np.asarray(weights, dtype=np.float64).ravel()
    known = np.isfinite(x) & (w > 0)
    if not known.any():
        raise MethodError("no position has weight")
    x, w = _gather(x[known], w[known])
    points = np.concatenate([kernel, x])
    mass = np.concatenate([np.full(len(kernel), (1.0 - past.lottery) / len(kernel)), past.lottery * w])
    points, mass = _gather(points, mass)
    below = np.cumsum(mass)
    tail = past.tail(level)
    last = len(points) - 1
    low = points[min(int(np.searchsorted(below, tail - 1e-9)), last)]
    high = points[min(int(np.searchsorted(below, 1.0 - tail - 1e-9)), last)]
    return Forecast(points, mass, float(low), float(high), level)


def chance_of_top(outcome: npt.ArrayLike, slope: float) -> FloatArray:
    """Return the chance that a two-pole issue ends at 100 and not at 0: logistic in the outcome's distance from 50."""
    return np.asarray(
        1.0 / (1.0 + np.exp(-slope * (np.asarray(outcome, dtype=np.float64) - MIDDLE) / MIDDLE))
    )


def learn_slope(outcomes: npt.ArrayLike, top: npt.ArrayLike) -> float:
    """Fit that slope by maximum likelihood with a Cauchy(0, 2.5) prior (Gelman et al. 2008), which keeps it finite.

    Parameters
    ----------
    outcomes : (cases,) float
        Of past two-pole issues that ended at a pole.
    top : (cases,) bool
        Whether that was 100.
    """
    from scipy.optimize import minimize_scalar

    sign = np.where(np.asarray(top, dtype=bool), 1.0, -1.0)
    away = sign * (np.asarray(outcomes, dtype=np.float64) - MIDDLE) / MIDDLE

    def loss(slope: float) -> float:
        return float(np.logaddexp(0.0, -slope * away).sum() + np.log1p((slope / 2.5) ** 2))

    return float(minimize_scalar(loss, bounds=(0.0, 20.0), method="bounded").x)


def _kernel(centre: FloatArray, errors: FloatArray, at: FloatArray) -> FloatArray:
    """Return the share of centre + error at or below the points of each case: (cases, k).

    centre (models, cases); errors (models, errors), sorted; at (cases, k).
    """
    share = np.zeros(at.shape)
    for c, e in zip(centre, errors, strict=True):
        share += np.searchsorted(e, at - c[:, None], side="right") / (len(e) * len(centre))
    return share


def _lottery(positions: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weight of positions at or below each point of the grid: (cases, 100)."""
    cases = len(positions)
    size = len(GRID) + 1
    cell = np.ceil(positions).astype(np.int64) + size * np.arange(cases)[:, None]
    heights = np.bincount(cell.ravel(), weights.ravel(), cases * size).reshape(cases, size)
    return np.asarray(np.cumsum(heights, axis=1)[:, :-1])


def _gather(points: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sort points, add up the weights of equal ones (to a hundredth), and bring their sum to 1."""
    values, at = np.unique(np.round(points, 2), return_inverse=True)
    mass = np.bincount(at.ravel(), weights, len(values))
    return values, mass / mass.sum()
