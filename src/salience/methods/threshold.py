"""The probability that a quantity lies beyond a threshold, from its estimate and interval or from its draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from scipy.special import ndtr, ndtri

from salience.errors import MethodError

Scale = Literal["linear", "log", "logit"]
# Advice on how much more data would do: no less than this, and none beyond that.
LEAST_TIMES, MOST_TIMES = 1.5, 1000.0


def chance_above(
    threshold: float,
    value: float,
    low: float,
    high: float,
    level: float = 0.95,
    scale: Scale = "linear",
) -> float:
    """Return the probability that a quantity is above a threshold, from a point estimate and an interval.

    The quantity is taken as two halves of normal distributions that meet at the estimate, on the scale given: each
    half has probability one half, and its spread is what makes its end of the interval the quantile that `level`
    says. With ends as far from the estimate on both sides it is the normal distribution.

    Parameters
    ----------
    threshold : float
        In units of the quantity.
    value, low, high : float
        The estimate (a median) and its interval; `low` may be minus infinity and `high` infinity on that side.
    level : float
        Coverage of the interval, in (0, 1); its tails are taken as equal.
    scale : {"linear", "log", "logit"}
        On which the halves are normal: log for ratios and amounts, logit for shares and chances.

    Returns
    -------
    float
        In [0, 1]. Where the interval has no width, 1 or 0; equal to the threshold is not above it.

    Raises
    ------
    MethodError
        The ends are not in order, the level is no level, or a value is not on the scale.
    """
    if not 0.0 < level < 1.0:
        raise MethodError(f"a level lies between 0 and 1; found {level}")
    if not low <= value <= high:
        raise MethodError(f"the estimate {value} does not lie in its interval, {low} to {high}")
    if low == high:
        return 1.0 if value > threshold else 0.0
    if math.isinf(_onto(value, scale)):
        # An estimate of none, or of all: its interval says how far from it the truth may be, on the scale as it is.
        scale = "linear"
    at, middle = _onto(threshold, scale), _onto(value, scale)
    if at == middle:
        return 0.5
    if math.isinf(at) or math.isinf(middle):
        return 1.0 if middle > at else 0.0
    width = abs(_onto(low if at < middle else high, scale) - middle)
    if width == 0.0:
        return 1.0 if middle > at else 0.0
    # An end that is not known spreads its half so far that any threshold leaves it all on the far side.
    deviation = width / float(ndtri(0.5 + level / 2))
    return float(ndtr((middle - at) / deviation))


def chance_above_in_draws(threshold: float, draws: Sequence[float]) -> float:
    """Return the share of draws above a threshold; a draw equal to it counts half.

    Parameters
    ----------
    threshold : float
    draws : sequence of float
        (draws,) of the quantity.

    Raises
    ------
    MethodError
        There are none, or one is not a number.
    """
    values = np.asarray(draws, dtype=float)
    if values.size == 0 or np.isnan(values).any():
        raise MethodError("a probability from draws needs draws, all of them numbers")
    return float(np.mean(values > threshold) + 0.5 * np.mean(values == threshold))


def frechet_bounds(chances: Sequence[float]) -> tuple[float, float]:
    """Return the least and the most that the probability of all of several events can be, however they hang together.

    Parameters
    ----------
    chances : sequence of float
        (events,) the probability of each.

    References
    ----------
    Fréchet, M. (1935), Généralisation du théorème des probabilités totales, Fundamenta Mathematicae 25, 379-387.
    """
    values = np.asarray(chances, dtype=float)
    if values.size == 0 or not bool(np.all((values >= 0) & (values <= 1))):
        raise MethodError("bounds need probabilities, each from 0 to 1")
    least = float(values[0]) if values.size == 1 else max(0.0, 1.0 - float((1.0 - values).sum()))
    return least, float(values.min())


def times_the_data(chance: float, supported: float, contradicted: float) -> float | None:
    """Return how many times the data would bring a probability to a threshold, if the estimate stayed where it is.

    A probability p lies z = Φ⁻¹(p) standard errors from one half, and errors shrink with the root of the data: the
    square of the threshold's z over this one.

    Parameters
    ----------
    chance : float
    supported, contradicted : float
        The upper and the lower threshold; the one on this side of one half counts.

    Returns
    -------
    float or None
        At least 1.5; None where the threshold is reached or cannot be, or where it would take over a thousand times.
    """
    goal = supported if chance > 0.5 else contradicted
    if not 0.0 < chance < 1.0 or chance == 0.5 or not 0.0 < goal < 1.0:
        return None
    times = (float(ndtri(goal)) / float(ndtri(chance))) ** 2
    return max(times, LEAST_TIMES) if 1.0 < times <= MOST_TIMES else None


def _onto(value: float, scale: Scale) -> float:
    if scale == "linear":
        return value
    if scale == "log":
        if value < 0:
            raise MethodError(f"{value} has no logarithm; this quantity is not negative")
        return -math.inf if value == 0 else math.log(value)
    if not 0.0 <= value <= 1.0:
        raise MethodError(f"{value} is no share; expected 0 to 1")
    return -math.inf if value == 0 else math.inf if value == 1 else math.log(value / (1 - value))
