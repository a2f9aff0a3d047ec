"""Intervals of N: by the profile likelihood, and lognormal in the number on no list."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq, minimize_scalar
from scipy.special import gammaln, ndtri

from salience.methods.capture.patterns import as_distribution, midpoints
from salience.methods.capture.poisson import fit_models
from salience.methods.cells import FloatArray
from salience.methods.intervals import critical_value

# The profile is followed to where its signed root is beyond all tabulated chances.
_FAR = 4.0
_POINTS = 61


def profile(
    design: FloatArray, counts: FloatArray, start: float, level: float
) -> tuple[float, float, FloatArray, FloatArray]:
    """Return the profile-likelihood interval of N and the confidence distribution (Cormack 1992).

    For a given number on no list the complete table is fitted; its multinomial likelihood, in which N is a
    parameter, is compared with its maximum. The signed root of twice the difference, through the normal distribution
    function, is a distribution whose quantiles are the ends of the intervals at all levels.

    Parameters
    ----------
    design : (1 + cells, p) float
        Its first row is the cell on no list.
    counts : (cells,) float
    start : float
        The maximum-likelihood estimate of the number on no list.
    level : float
    """
    recorded = float(counts.sum())
    first = max(start, 1e-3)

    def log_likelihood(missing: FloatArray) -> FloatArray:
        table = np.concatenate(
            [missing[:, None], np.broadcast_to(counts, (len(missing), len(counts)))], axis=1
        )
        every = np.ones(table.shape, dtype=bool)
        fits = fit_models(design, table, np.ones((len(table), design.shape[1]), dtype=bool), every)
        total = missing + recorded
        # From Poisson to multinomial: N is given, not drawn.
        return np.asarray(fits.log_likelihood + gammaln(total + 1) - total * np.log(total) + total)

    def at(log_missing: float) -> float:
        return float(log_likelihood(np.array([np.exp(log_missing)]))[0])

    span = (np.log(first) - 12.0, np.log(first) + 12.0)
    peak = minimize_scalar(
        lambda x: -at(x), bounds=(np.log(first) - 2.0, np.log(first) + 2.0), method="bounded"
    )
    top, value = float(peak.x), -float(peak.fun)

    def root(x: float) -> float:
        return float(np.sign(x - top) * np.sqrt(max(2.0 * (value - at(x)), 0.0)))

    z = critical_value(level)
    ends = [_reach(root, top, span[side], sign * z) for side, sign in ((0, -1.0), (1, 1.0))]
    far = [_reach(root, top, span[side], sign * _FAR) for side, sign in ((0, -1.0), (1, 1.0))]
    grid = np.concatenate(
        [np.linspace(far[0], top, _POINTS // 2)[:-1], np.linspace(top, far[1], _POINTS // 2)]
    )
    heights = log_likelihood(np.exp(grid))
    roots = np.sign(grid - top) * np.sqrt(np.maximum(2.0 * (value - heights), 0.0))
    roots = np.maximum.accumulate(roots + 1e-9 * np.arange(len(roots)))
    wanted = np.clip(ndtri(midpoints()), roots[0], roots[-1])
    missing = np.exp(PchipInterpolator(roots, grid)(wanted))
    floor = ends[0] <= span[0] + 1e-6
    low = recorded if floor else recorded + float(np.exp(ends[0]))
    support, probability = as_distribution(recorded + missing)
    return low, recorded + float(np.exp(ends[1])), support, probability


def _reach(function: Callable[[float], float], top: float, end: float, target: float) -> float:
    """Return where the signed root has a value, or the end of the search."""
    step, x = (0.25 if end > top else -0.25), top
    while (x - end) * step < 0:
        nearer, x = x, x + step
        step *= 1.5
        if abs(function(x)) >= abs(target):
            return float(brentq(lambda y: function(y) - target, min(nearer, x), max(nearer, x), xtol=1e-9))
    return end


def lognormal(
    missing: float, standard_error: float, recorded: int, level: float
) -> tuple[float, float, FloatArray, FloatArray]:
    """Return an interval of N symmetric in the logarithm of the number on no list, and its distribution.

    (f / C, f C) with C = exp(z √log(1 + se²/f²)) (Chao 1987, Biometrics 43(4), equation 11; Burnham et al. 1987).

    Parameters
    ----------
    missing : float
        Estimate of the number on no list; 0 gives a point.
    standard_error : float
    recorded : int
    level : float
    """
    if missing <= 0 or standard_error <= 0:
        point = float(recorded + max(missing, 0.0))
        support, probability = as_distribution(np.full(len(midpoints()), point))
        return point, point, support, probability
    sigma = float(np.sqrt(np.log1p((standard_error / missing) ** 2)))
    z = critical_value(level)
    support, probability = as_distribution(recorded + missing * np.exp(sigma * ndtri(midpoints())))
    low, high = (recorded + missing * float(np.exp(side * z * sigma)) for side in (-1.0, 1.0))
    return low, high, support, probability
