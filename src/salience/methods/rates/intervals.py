"""One rate, the ratio of two, a share over a population's: exact, mid-P, Jeffreys and score intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import betainc, betaincinv, gammainc, gammaincinv

from salience.errors import MethodError
from salience.methods.cells import FloatArray
from salience.methods.intervals import critical_value

IntervalMethod = Literal["exact", "mid_p", "jeffreys", "score"]
METHODS: tuple[IntervalMethod, ...] = ("exact", "mid_p", "jeffreys", "score")
_FAR = 60.0  # on the logarithmic scale: beyond it lies 0 or infinity


@dataclass(frozen=True, slots=True)
class RateInterval:
    """A rate or a ratio with its interval.

    Attributes
    ----------
    value : float
        nan where nothing was counted on either side.
    low, high : float
        0 and infinity are possible, and mean that the counts do not bound it.
    level : float
        Coverage aimed at.
    method : str
        How the interval was made.
    p_value : float or None
        Chance of counts this far or farther from a ratio of 1, if it were 1; None for a single rate.
    """

    value: float
    low: float
    high: float
    level: float
    method: str
    p_value: float | None = None


def rate(
    events: float, exposure: float, *, method: IntervalMethod = "exact", level: float = 0.95
) -> RateInterval:
    """Return events per unit of exposure, with a Poisson interval.

    Exact limits are Garwood's (1936, Biometrika 28: 437), mid-P halves the chance of the count itself (Lancaster
    1961, JASA 56: 223), Jeffreys is the gamma posterior with events + 1/2, score is Rao's.

    Parameters
    ----------
    events : float
        0 or more; not whole where batches of events count for less (see `dispersion_of_batches`).
    exposure : float
        More than 0, in any unit: persons, person-years.
    method, level
        See `METHODS`.

    Raises
    ------
    MethodError
        Events are negative, or exposure is not positive.
    """
    x = require_counts([events])[0]
    t = require_exposure([exposure])[0]
    _require(method)
    z, tail = critical_value(level), (1 - level) / 2
    if method == "score":
        half = z * np.sqrt(x + z * z / 4)
        low, high = max(x + z * z / 2 - half, 0.0) if x > 0 else 0.0, x + z * z / 2 + half
    elif method == "jeffreys":
        low, high = gammaincinv(x + 0.5, tail), gammaincinv(x + 0.5, 1 - tail)
    elif method == "exact":
        low, high = gammaincinv(x, tail) if x > 0 else 0.0, gammaincinv(x + 1, 1 - tail)
    else:

        def above(log_mean: float) -> float:
            mean = np.exp(log_mean)
            at_least = gammainc(x, mean) if x > 0 else 1.0
            return float(at_least + gammainc(x + 1, mean)) / 2

        low, high = (np.exp(solve_rising(above, at)) for at in (tail, 1 - tail))
    return RateInterval(x / t, float(low) / t, float(high) / t, level, method)


def rate_ratio(
    events: npt.ArrayLike,
    exposure: npt.ArrayLike,
    *,
    method: IntervalMethod = "mid_p",
    level: float = 0.95,
) -> RateInterval:
    """Return how many times as high one rate is as another, given the total of events.

    Given x + y events, x is binomial with chance r T₁ / (r T₁ + T₀) when the rates' ratio is r, so limits of that
    chance become limits of r (Przyborowski & Wilenski 1940; Rothman, Greenland & Lash 2008, chapter 14).

    Parameters
    ----------
    events : (2,) float
        Of the group, and of those it is compared with.
    exposure : (2,) float
        Their persons, person-years or shares of a population; only their ratio counts.
    method : {"exact", "mid_p", "jeffreys", "score"}
        Exact never covers less than its level, and mostly more; mid-P and Jeffreys come nearest to it.
    level : float

    Returns
    -------
    RateInterval
        With a p-value: for "exact" the chance of all tables that are no likelier than this one (R's rule), for
        "mid_p" and "jeffreys" twice the smaller tail, for "score" from the normal.

    Raises
    ------
    MethodError
        Not two numbers each, negative events, or exposure that is not positive.

    Examples
    --------
    >>> found = rate_ratio([41, 15], [28_010, 19_017])  # fluoroscopy: Rothman, Greenland & Lash (2008)
    >>> round(found.value, 5), round(found.low, 5), round(found.high, 5)
    (1.85576, 1.04108, 3.44942)
    """
    x, y, times = _pair(events, exposure)
    low, high = proportion_limits(x, x + y, method, level)
    value = np.nan if x + y == 0 else np.inf if y == 0 else x / y / times
    p_value = _p_value(x, x + y, times / (1 + times), method)
    return RateInterval(float(value), _odds(low) / times, _odds(high) / times, level, method, p_value)


def share_ratio(
    events: float,
    total: float,
    share: float,
    *,
    method: IntervalMethod = "mid_p",
    level: float = 0.95,
) -> RateInterval:
    """Return how many times as large a group's share of the events is as its share of the population.

    It is at most 1 / share; the ratio of rates against all others (`rate_ratio`) has no such ceiling.

    Parameters
    ----------
    events, total : float
        Events of the group, and of all whose group is known.
    share : float
        The group's share of the population, over 0 and under 1.
    method, level
        As in `rate_ratio`, on the binomial share.

    Raises
    ------
    MethodError
        Events above their total, or a share that is none.
    """
    x, y = require_counts([events, total - events])
    s = float(require_shares([share])[0])
    low, high = proportion_limits(x, x + y, method, level)
    value = x / (x + y) / s if x + y else np.nan
    return RateInterval(float(value), low / s, high / s, level, method, _p_value(x, x + y, s, method))


def proportion_limits(x: float, n: float, method: IntervalMethod, level: float) -> tuple[float, float]:
    """Return the limits of a binomial chance: Clopper & Pearson (1934), mid-P, Jeffreys or Wilson (1927)."""
    _require(method)
    z, tail = critical_value(level), (1 - level) / 2
    if n == 0:
        return 0.0, 1.0
    if method == "score":
        middle, half = (x + z * z / 2) / (n + z * z), z / (n + z * z) * np.sqrt(x * (n - x) / n + z * z / 4)
        return (0.0 if x == 0 else float(middle - half)), (1.0 if x == n else float(middle + half))
    if method == "jeffreys":
        low = float(betaincinv(x + 0.5, n - x + 0.5, tail)) if x > 0 else 0.0
        return low, float(betaincinv(x + 0.5, n - x + 0.5, 1 - tail)) if x < n else 1.0
    if method == "exact":
        low = float(betaincinv(x, n - x + 1, tail)) if x > 0 else 0.0
        return low, float(betaincinv(x + 1, n - x, 1 - tail)) if x < n else 1.0

    def above(log_odds: float) -> float:
        return float(upper_tail(x, n, 1 / (1 + np.exp(-log_odds)), "mid_p"))

    ends = [solve_rising(above, at) for at in (tail, 1 - tail)]
    return float(1 / (1 + np.exp(-ends[0]))), float(1 / (1 + np.exp(-ends[1])))


def upper_tail(x: float, n: float, chance: npt.ArrayLike, method: IntervalMethod) -> FloatArray:
    """Return the confidence that the chance is at most this; for mid-P, P(more than x) + P(x) / 2.

    Written with the incomplete beta function, it needs no whole numbers.
    """
    p = np.asarray(chance, dtype=np.float64)
    if method == "jeffreys":
        return np.asarray(betainc(x + 0.5, n - x + 0.5, p))
    at_least = betainc(x, n - x + 1, p) if x > 0 else np.ones_like(p)
    more = betainc(x + 1, n - x, p) if x < n else np.zeros_like(p)
    return np.asarray((at_least + more) / 2)


def solve_rising(function: Callable[[float], float], at: float) -> float:
    """Return where a rising function of a logarithm reaches a value, or minus or plus infinity where it does not."""
    if function(-_FAR) >= at:
        return -np.inf
    if function(_FAR) < at:
        return np.inf
    return float(brentq(lambda t: function(t) - at, -_FAR, _FAR, xtol=1e-12))


def require_counts(counts: npt.ArrayLike) -> FloatArray:
    """Return counts as floats, or raise MethodError on negative ones and on what is no number."""
    found = np.asarray(counts, dtype=np.float64)
    wrong = ~(np.isfinite(found) & (found >= 0))
    if wrong.any():
        raise MethodError(f"a count of events is {found[wrong].ravel()[0]:g}; expected 0 or more")
    return found


def require_exposure(exposure: npt.ArrayLike) -> FloatArray:
    """Return exposures as floats, or raise MethodError on those that are not positive."""
    found = np.asarray(exposure, dtype=np.float64)
    wrong = ~(np.isfinite(found) & (found > 0))
    if wrong.any():
        raise MethodError(f"an exposure is {found[wrong].ravel()[0]:g}; expected more than 0")
    return found


def require_shares(shares: npt.ArrayLike) -> FloatArray:
    """Return shares as floats, or raise MethodError on those not between 0 and 1."""
    found = np.asarray(shares, dtype=np.float64)
    wrong = ~((found > 0) & (found < 1))
    if wrong.any():
        raise MethodError(
            f"a share of the population is {found[wrong].ravel()[0]:g}; expected over 0 and under 1"
        )
    return found


def _pair(events: npt.ArrayLike, exposure: npt.ArrayLike) -> tuple[float, float, float]:
    counts, times = require_counts(events), require_exposure(exposure)
    if counts.shape != (2,) or times.shape != (2,):
        raise MethodError(
            f"events have shape {counts.shape} and exposure {times.shape}; expected two numbers each, the group's and "
            "the others'"
        )
    return float(counts[0]), float(counts[1]), float(times[0] / times[1])


def _p_value(x: float, n: float, chance: float, method: IntervalMethod) -> float:
    """Return the two-sided p-value of this binomial chance."""
    from scipy.stats import binomtest, norm

    if n == 0:
        return 1.0
    if method == "score":
        return float(2 * norm.sf(abs(x - n * chance) / np.sqrt(n * chance * (1 - chance))))
    if method == "exact" and float(x).is_integer() and float(n).is_integer():
        return float(binomtest(int(x), int(n), chance).pvalue)
    above = float(upper_tail(x, n, chance, "jeffreys" if method == "jeffreys" else "mid_p"))
    return min(2 * min(above, 1 - above), 1.0)


def _odds(chance: float) -> float:
    return np.inf if chance >= 1 else chance / (1 - chance)


def _require(method: str) -> None:
    if method not in METHODS:
        raise MethodError(f"'{method}' is no interval; expected one of {', '.join(METHODS)}")
