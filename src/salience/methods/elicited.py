"""Draws of what people stated as low, best and high: triangular or PERT, by scrambled Sobol sequences."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtr, ndtri

from salience.errors import MethodError
from salience.methods.cells import FloatArray

Shape = Literal["pert", "triangular"]


def draw_elicited(
    low: npt.ArrayLike,
    best: npt.ArrayLike,
    high: npt.ArrayLike,
    draws: int,
    *,
    shape: Shape = "pert",
    seed: int = 0,
    groups: npt.ArrayLike | None = None,
    correlation: float = 0.0,
) -> FloatArray:
    """Draw values between low and high, most likely at best.

    Parameters
    ----------
    low, best, high : (k,) float
        low <= best <= high. Where low is high the value is always that. nan stays nan.
    draws : int
    shape : {"pert", "triangular"}
        PERT: a beta distribution on the interval with mean (low + 4 best + high)/6 (Malcolm et al. 1959; Vose 2008).
    seed : int
        Of the scrambling (Owen 1998); the same seed gives the same draws.
    groups : (k,) int, optional
        Quantities of one group move together with `correlation`, by a Gaussian copula; a negative number is none.
    correlation : float
        0 to 1.

    Returns
    -------
    (draws, k) float

    Raises
    ------
    MethodError
        Ends that are not in order, no draws, or a correlation outside 0 to 1.
    """
    lo, be, hi = (np.asarray(a, dtype=np.float64).ravel() for a in (low, best, high))
    known = np.isfinite(lo) & np.isfinite(be) & np.isfinite(hi)
    if not ((lo <= be) & (be <= hi))[known].all():
        raise MethodError("low, best and high are not in this order")
    if draws < 1 or not 0.0 <= correlation <= 1.0:
        raise MethodError(f"draws is {draws} and correlation {correlation:g}; expected 1 or more, and 0 to 1")
    values = np.broadcast_to(be, (draws, len(be))).copy()
    moving = np.flatnonzero(known & (hi > lo))
    if not len(moving):
        return values
    u = _uniforms(
        draws, len(moving), seed, None if groups is None else np.asarray(groups).ravel()[moving], correlation
    )
    values[:, moving] = at_uniform(u, lo[moving], be[moving], hi[moving], shape)
    return values


def at_uniform(
    u: npt.ArrayLike, low: npt.ArrayLike, best: npt.ArrayLike, high: npt.ArrayLike, shape: Shape = "pert"
) -> FloatArray:
    """Return the values below which u of the distribution lies: (draws, k) and (k,) with low < high to (draws, k).

    Raises
    ------
    MethodError
        Another shape than triangular or PERT.
    """
    part: FloatArray = np.asarray(u, dtype=np.float64)
    lo, hi = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    span = hi - lo
    mode = (np.asarray(best, dtype=np.float64) - lo) / span
    if shape == "triangular":
        part = np.where(part < mode, np.sqrt(part * mode), 1.0 - np.sqrt((1.0 - part) * (1.0 - mode)))
    elif shape == "pert":
        part = np.asarray(betaincinv(1.0 + 4.0 * mode, 5.0 - 4.0 * mode, part), dtype=np.float64)
    else:
        raise MethodError(f"shape is {shape!r}; expected 'pert' or 'triangular'")
    return np.asarray(lo + span * part)


def _uniforms(
    draws: int, quantities: int, seed: int, groups: npt.NDArray[np.int64] | None, correlation: float
) -> FloatArray:
    """Return scrambled Sobol points (draws, quantities), the quantities of a group correlated."""
    from scipy.stats import qmc

    labels = [] if groups is None or correlation == 0.0 else sorted({int(g) for g in groups if g >= 0})
    number = quantities + len(labels)
    sobol = qmc.Sobol(number, scramble=True, rng=np.random.default_rng(seed))
    points = sobol.random_base2(int(np.ceil(np.log2(max(draws, 2)))))[:draws]
    points = np.clip(points, 1e-12, 1.0 - 1e-12)
    own = points[:, :quantities]
    if not labels or groups is None:
        return np.asarray(own)
    z = ndtri(own)
    for k, label in enumerate(labels):
        inside = groups == label
        common = ndtri(points[:, quantities + k])[:, None]
        z[:, inside] = np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * z[:, inside]
    return np.asarray(ndtr(z))
