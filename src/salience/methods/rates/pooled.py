"""Ratios of several places that lean on each other, by as much as they agree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray
from salience.methods.rates.intervals import require_counts
from salience.methods.rates.population import share_nodes

# Log ratios of places, and what is typical of them, on a grid; its step is half of the smallest spread.
_GRID = np.linspace(-6.0, 6.0, 601)
_MIDDLES = np.linspace(-4.0, 4.0, 161)
_SPREADS = np.concatenate([[0.04], np.linspace(0.08, 2.4, 30)])


@dataclass(frozen=True, slots=True)
class PooledRatios:
    """Ratios of rates by place, drawn towards each other.

    Attributes
    ----------
    ratio, low, high : (places,) float
        Posterior medians and intervals of each place's ratio.
    typical : (3,) float
        The typical place's ratio: median, low, high.
    spread : (3,) float
        Standard deviation of the log ratios between places: median, low, high.
    another : (3,) float
        The ratio in a place like these of which nothing is known: median, low, high.
    above_one : (places,) float
        Chance that a place's ratio is above 1.
    level : float
    """

    ratio: FloatArray
    low: FloatArray
    high: FloatArray
    typical: FloatArray
    spread: FloatArray
    another: FloatArray
    above_one: FloatArray
    level: float


def pool_ratios(
    events: npt.ArrayLike,
    share: npt.ArrayLike,
    *,
    dispersion: float = 1.0,
    prior_spread: float = 0.5,
    level: float = 0.95,
) -> PooledRatios:
    """Estimate each place's ratio of rates together with how much places differ.

    Given a place's events, those of the group are binomial with odds exp(b) s / (1 - s); b is normal about a common
    middle with a spread that the data decide. Middle (flat) and spread (half-normal) are summed over a grid and not
    fixed at their best values, so that the intervals carry what is not known of them (Gelman et al. 2013, Bayesian
    Data Analysis, section 5.4).

    Parameters
    ----------
    events : (places, 2) float
        Of the group, and of all others.
    share : (places, 3) float
        The group's share of each place's population: low, best, high; each place's errs on its own.
    dispersion : float
        1 or more; the likelihood is raised to its inverse.
    prior_spread : float
        Scale of the half-normal prior of the spread: 0.5 has places within a factor of 2.7 of each other, mostly.
    level : float

    Raises
    ------
    MethodError
        Shapes that do not fit, or what is no count or share.
    """
    counts, given = require_counts(events), np.asarray(share, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[1] != 2 or given.shape != (len(counts), 3) or not len(counts):
        raise MethodError(
            f"events have shape {counts.shape} and shares {given.shape}; expected (places, 2) and (places, 3)"
        )
    if not (dispersion >= 1 and prior_spread > 0):
        raise MethodError(
            f"dispersion is {dispersion:g} and prior_spread {prior_spread:g}; expected 1 or more, and over 0"
        )
    likelihood = np.exp(_log_likelihood(counts / dispersion, given))  # (places, grid)
    kernel = _kernel()  # (middles × spreads, grid)
    marginal = np.maximum(likelihood @ kernel.T, 1e-300)  # (places, middles × spreads)
    prior = -0.5 * (_SPREADS / prior_spread) ** 2 + np.log(np.gradient(_SPREADS))
    log_weight = np.log(marginal).sum(axis=0) + np.tile(prior, len(_MIDDLES))
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    # What the other places say of this one, times what its own counts say.
    posterior = likelihood * ((weight / marginal) @ kernel)
    tails = np.array([0.5, (1 - level) / 2, (1 + level) / 2])
    places = np.array([_quantiles(_GRID, row, tails) for row in posterior])
    above = posterior[:, _GRID > 0].sum(axis=1) + posterior[:, _GRID == 0].sum(axis=1) / 2
    of_both = weight.reshape(len(_MIDDLES), len(_SPREADS))
    return PooledRatios(
        np.exp(places[:, 0]),
        np.exp(places[:, 1]),
        np.exp(places[:, 2]),
        np.exp(_quantiles(_MIDDLES, of_both.sum(axis=1), tails)),
        _quantiles(_SPREADS, of_both.sum(axis=0), tails),
        np.exp(_quantiles(_GRID, weight @ kernel, tails)),
        above / posterior.sum(axis=1),
        level,
    )


def _log_likelihood(counts: FloatArray, share: FloatArray) -> FloatArray:
    """Return each place's log likelihood on the grid, averaged over what its share may be; its maximum is 0."""
    nodes = share_nodes(share, 9)
    logit = np.log(nodes / (1 - nodes))  # (nodes, places)
    effect = logit[:, :, None] + _GRID[None, None, :]
    x, y = counts[None, :, :1], counts[None, :, 1:]
    log_each = -x * np.logaddexp(0, -effect) - y * np.logaddexp(0, effect)
    found = np.logaddexp.reduce(log_each, axis=0) - np.log(len(nodes))
    return np.asarray(found - found.max(axis=1, keepdims=True))


@cache
def _kernel() -> FloatArray:
    """Return normal weights on the grid for each middle and spread; each row sums to 1."""
    z = (_GRID[None, None, :] - _MIDDLES[:, None, None]) / _SPREADS[None, :, None]
    density = np.exp(-0.5 * z * z)
    return np.asarray((density / density.sum(axis=2, keepdims=True)).reshape(-1, len(_GRID)))


def _quantiles(support: FloatArray, mass: FloatArray, at: FloatArray) -> FloatArray:
    """Return quantiles of a distribution on a grid, interpolated between its points' middles."""
    total = np.cumsum(mass) / mass.sum()
    middle = total - 0.5 * mass / mass.sum()
    return np.asarray(np.interp(at, middle, support))
