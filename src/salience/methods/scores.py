"""How good forecasts were: errors, the continuous ranked probability score, and how often intervals held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray


@dataclass(frozen=True, slots=True)
class Score:
    """A mean over cases with its interval from resampling whole clusters.

    Attributes
    ----------
    value, low, high : float
    level : float
    n, clusters : int
        Cases and clusters that it rests on.
    """

    value: float
    low: float
    high: float
    level: float
    n: int
    clusters: int


def mean_score(
    scores: npt.ArrayLike, clusters: npt.ArrayLike, *, draws: int = 2000, level: float = 0.8, seed: int = 0
) -> Score:
    """Mean of scores, with an interval by the bootstrap over clusters.

    Issues of one proposal are settled together, so that proposals and not issues are drawn anew (Davison & Hinkley
    1997, section 3.8).

    Parameters
    ----------
    scores : (cases,) float
    clusters : (cases,)
        Which cluster each case belongs to.
    draws : int
    level : float
    seed : int

    Raises
    ------
    MethodError
        No cases, or arrays of unequal length.
    """
    x = np.asarray(scores, dtype=np.float64)
    of = np.unique(np.asarray(clusters), return_inverse=True)[1].ravel()
    if not len(x) or len(of) != len(x):
        raise MethodError(f"{len(x)} scores and {len(of)} clusters; expected as many of both, at least one")
    number = int(of.max()) + 1
    total, count = np.bincount(of, x, number), np.bincount(of, minlength=number)
    drawn = np.random.default_rng(seed).integers(0, number, (draws, number))
    means = total[drawn].sum(axis=1) / count[drawn].sum(axis=1)
    tail = (1.0 - level) / 2.0
    low, high = (float(q) for q in np.quantile(means, [tail, 1.0 - tail]))
    return Score(float(x.mean()), low, high, level, len(x), number)


def crps(points: npt.ArrayLike, outcomes: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> FloatArray:
    """Continuous ranked probability score of forecasts that are weighted points; the absolute error of a single one.

    E|X − y| − ½ E|X − X′| (Gneiting & Raftery 2007, equation 21), computed from the sorted points.

    Parameters
    ----------
    points : (…, k) float
        What the forecast holds possible.
    outcomes : (…) float
    weights : (…, k) float, optional
        Probabilities of the points, in any proportion; equal when left out.

    Returns
    -------
    (…) float
        In the units of the outcome; lower is better.
    """
    x, y = np.asarray(points, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    w = (
        np.ones_like(x)
        if weights is None
        else np.broadcast_to(np.asarray(weights, dtype=np.float64), x.shape)
    )
    if (
        not np.isfinite(x).all()
        or not np.isfinite(y).all()
        or not (w.sum(axis=-1) > 0).all()
        or (w < 0).any()
    ):
        raise MethodError("points and outcomes must be finite, weights 0 and more with a sum above 0")
    order = np.argsort(x, axis=-1)
    x, w = np.take_along_axis(x, order, axis=-1), np.take_along_axis(w, order, axis=-1)
    w = w / w.sum(axis=-1, keepdims=True)
    before = np.cumsum(w, axis=-1) - w
    # ½ E|X − X′| = Σ wₖ xₖ (sum of weights before k − sum after k), for the sorted points.
    spread = (w * x * (2.0 * before + w - 1.0)).sum(axis=-1)
    return np.asarray((w * np.abs(x - y[..., None])).sum(axis=-1) - spread)


def covered(low: npt.ArrayLike, high: npt.ArrayLike, outcomes: npt.ArrayLike) -> FloatArray:
    """Return 1 where the interval holds the outcome, its ends included, and 0 where not."""
    lo, hi, y = (np.asarray(a, dtype=np.float64) for a in (low, high, outcomes))
    return np.asarray(((lo - 1e-9 <= y) & (y <= hi + 1e-9)).astype(np.float64))


def right_side(forecasts: npt.ArrayLike, outcomes: npt.ArrayLike, middle: float = 50.0) -> FloatArray:
    """Return 1 where forecast and outcome lie on one side of the middle, 0 on opposite sides, ½ on the middle."""
    x, y = np.asarray(forecasts, dtype=np.float64) - middle, np.asarray(outcomes, dtype=np.float64) - middle
    return np.asarray(0.5 + 0.5 * np.sign(x) * np.sign(y))
