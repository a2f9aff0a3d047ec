"""Intervals for proportions and for estimates with a standard error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

from salience.errors import MethodError
from salience.methods.cells import FloatArray


@dataclass(frozen=True, slots=True)
class Intervals:
    """Values with their intervals, all of one shape; nan where there is nothing to estimate from."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    level: float


def wilson(successes: npt.ArrayLike, trials: npt.ArrayLike, level: float = 0.95) -> Intervals:
    """Wilson's score interval for proportions (Wilson 1927; Brown, Cai & DasGupta 2001, equation 4).

    Parameters
    ----------
    successes, trials : (...) float
        0 <= successes <= trials. With 0 trials the value is nan and the interval 0 to 1.
    level : float

    Raises
    ------
    MethodError
        When successes are outside 0 and trials, or something is not a finite number.
    """
    k, n = np.broadcast_arrays(np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64))
    wrong = ~((k >= 0) & (k <= n) & np.isfinite(n))
    if wrong.any():
        raise MethodError(
            f"successes is {k[wrong][0]:g} of {n[wrong][0]:g} trials; expected 0 <= successes <= trials"
        )
    square = critical_value(level, np.inf) ** 2
    rows = np.where(n > 0, n, 1.0)
    share = k / rows
    middle = (k + square / 2) / (n + square)
    half = np.sqrt(square) / (n + square) * np.sqrt(share * (1.0 - share) * n + square / 4)
    # The score interval reaches the bounds exactly at 0 and at n; rounding must not hide that.
    low = np.where(k == 0, 0.0, np.maximum(middle - half, 0.0))
    high = np.where(k == n, 1.0, np.minimum(middle + half, 1.0))
    return Intervals(np.where(n > 0, share, np.nan), low, high, level)


def around(
    values: npt.ArrayLike,
    standard_errors: npt.ArrayLike,
    degrees_of_freedom: float = np.inf,
    level: float = 0.95,
) -> Intervals:
    """Symmetric intervals from the t distribution, or the normal with infinite degrees of freedom.

    Parameters
    ----------
    values, standard_errors : (...) float
    degrees_of_freedom : float
        Clusters − 1 with clustered standard errors.
    level : float

    Raises
    ------
    MethodError
        When a standard error is negative or the degrees of freedom are not positive.
    """
    value, error = np.broadcast_arrays(
        np.asarray(values, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    )
    if (error < 0).any():
        raise MethodError(f"a standard error is {error[error < 0][0]:g}; expected 0 or more")
    if not degrees_of_freedom > 0:
        raise MethodError(f"degrees of freedom are {degrees_of_freedom:g}; expected more than 0")
    half = critical_value(level, degrees_of_freedom) * error
    return Intervals(value.copy(), value - half, value + half, level)


def critical_value(level: float, degrees_of_freedom: float = np.inf) -> float:
    """Return the half-width of a two-sided interval in standard errors.

    Raises
    ------
    MethodError
        When the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise MethodError(f"level is {level}; expected a share between 0 and 1, such as 0.95")
    upper = 0.5 + level / 2
    return float(ndtri(upper) if np.isinf(degrees_of_freedom) else stdtrit(degrees_of_freedom, upper))


def weighted_quantiles(support: FloatArray, probability: FloatArray, at: FloatArray) -> FloatArray:
    """Return the smallest values of an ascending support whose cumulative probability reaches `at`."""
    position = np.searchsorted(np.cumsum(probability) / probability.sum(), at - 1e-12)
    return support[np.minimum(position, len(support) - 1)]
