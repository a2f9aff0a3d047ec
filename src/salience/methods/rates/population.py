"""Ratios against a population whose shares are themselves an interval."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from salience.errors import MethodError
from salience.methods.cells import FloatArray
from salience.methods.intervals import critical_value
from salience.methods.rates.intervals import (
    RateInterval,
    require_counts,
    require_shares,
    solve_rising,
    upper_tail,
)

NODES = 41


def uncertain_ratio(
    events: npt.ArrayLike,
    share: npt.ArrayLike,
    *,
    dispersion: float = 1.0,
    level: float = 0.95,
) -> RateInterval:
    """Return the ratio of a group's rate to all others' where the group's share is an interval.

    The mid-P confidence distribution of the ratio is averaged over what the share may be (Greenland 2005, JRSS A
    168: 267, averages in this way over what is not known of a bias).

    Parameters
    ----------
    events : (2,) float
        Of the group, and of all others.
    share : (3,) float
        The group's share of the population: low, best, high. See `share_nodes`.
    dispersion : float
        How many times as much the counts vary as single events would; 1 or more.
    level : float

    Raises
    ------
    MethodError
        Negative counts, shares that are none or not in order, or a dispersion under 1.
    """
    x, y = _effective(events, dispersion)
    nodes = share_nodes(share)
    odds = nodes / (1 - nodes)

    def confidence(log_ratio: float) -> float:
        lifted = np.exp(log_ratio) * odds
        return float(upper_tail(x, x + y, lifted / (1 + lifted), "mid_p").mean())

    best = float(np.asarray(share, dtype=np.float64)[1])
    value = np.nan if x + y == 0 else np.inf if y == 0 else x / y * (1 - best) / best
    return _limits(value, confidence, x + y, level)


def uncertain_share_ratio(
    events: npt.ArrayLike,
    share: npt.ArrayLike,
    *,
    dispersion: float = 1.0,
    level: float = 0.95,
) -> RateInterval:
    """Return the ratio of a group's share of the events to its share of the population, an interval.

    Parameters and errors as in `uncertain_ratio`.
    """
    x, y = _effective(events, dispersion)
    nodes = share_nodes(share)

    def confidence(log_ratio: float) -> float:
        return float(upper_tail(x, x + y, np.minimum(np.exp(log_ratio) * nodes, 1.0), "mid_p").mean())

    best = float(np.asarray(share, dtype=np.float64)[1])
    value = x / (x + y) / best if x + y else np.nan
    found = _limits(value, confidence, x + y, level)
    return RateInterval(
        found.value, found.low, min(found.high, 1 / float(nodes.min())), level, found.method, found.p_value
    )


def share_nodes(share: npt.ArrayLike, nodes: int = NODES) -> FloatArray:
    """Return equally likely values of shares that are known as intervals.

    The best value is the middle one; low and high are taken as the 2.5 % and 97.5 % points of a normal on each side,
    and nothing lies beyond them.

    Parameters
    ----------
    share : (..., 3) float
        Low, best, high.
    nodes : int

    Returns
    -------
    ndarray, shape (nodes, ...)
        One value where low and high agree, else `nodes`; several shares move together, as those of one census do.
    """
    given = np.asarray(share, dtype=np.float64)
    if given.shape[-1:] != (3,):
        raise MethodError(f"shares have shape {given.shape}; expected low, best and high in the last place")
    low, best, high = given[..., 0], require_shares(given[..., 1]), given[..., 2]
    wrong = ~((low > 0) & (low <= best) & (best <= high) & (high < 1))
    if wrong.any():
        one = given.reshape(-1, 3)[wrong.ravel()][0]
        raise MethodError(f"a share runs from {one[0]:g} over {one[1]:g} to {one[2]:g}; expected 0 < low <= best <= "
                          "high < 1")  # fmt: skip
    if np.all(low == high):
        return best[None, ...]
    z = (ndtri((np.arange(nodes) + 0.5) / nodes) / critical_value(0.95)).reshape(-1, *([1] * best.ndim))
    return np.asarray(np.clip(best + np.where(z < 0, z * (best - low), z * (high - best)), low, high))


def _effective(events: npt.ArrayLike, dispersion: float) -> FloatArray:
    counts = require_counts(events)
    if counts.shape != (2,):
        raise MethodError(
            f"events have shape {counts.shape}; expected two numbers, the group's and the others'"
        )
    if not dispersion >= 1:
        raise MethodError(f"dispersion is {dispersion:g}; expected 1 or more")
    return counts / dispersion


def _limits(value: float, confidence: object, n: float, level: float) -> RateInterval:
    assert callable(confidence)
    if n == 0:
        return RateInterval(np.nan, 0.0, np.inf, level, "mid-P, averaged over the shares", 1.0)
    tail = (1 - level) / 2
    low, high = (float(np.exp(solve_rising(confidence, at))) for at in (tail, 1 - tail))
    at_one = confidence(0.0)
    p_value = min(2 * min(at_one, 1 - at_one), 1.0)
    return RateInterval(float(value), low, high, level, "mid-P, averaged over the shares", p_value)
