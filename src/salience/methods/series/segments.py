"""When did a series change, how often, or not at all? Exact Bayesian change points by dynamic programming.

Fearnhead 2006, "Exact and efficient Bayesian inference for multiple changepoint problems", Statistics and Computing 16.
A segment's level is integrated out in closed form; the sums over all ways of cutting the series into segments are taken
exactly, on the log scale, in O(n² K) steps for up to K changes. Nothing is searched and nothing can get stuck.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from salience.errors import MethodError
from salience.methods.cells import FloatArray, check_vector
from salience.methods.series.marginals import Segments, normal_segments, poisson_segments

_COLUMNS_AT_ONCE = 256
MOST_PERIODS = 6000


@dataclass(frozen=True, slots=True)
class ChangePoints:
    """The posterior of how often a series changed, where, and of its level.

    A change "at s" lies between period s − 1 and period s: s is the first period of what follows.

    Attributes
    ----------
    number : (K + 1,) float
        Posterior probability of 0, 1, … K changes.
    prior : (K + 1,) float
    log_evidence : (K + 1,) float
        Log marginal likelihood of the series given each number of changes.
    location : (n,) float
        Probability of a change at each period; sums to the expected number of changes.
    places : tuple of (k, n) float
        For each number k from 1 to K, the distribution of the first, second, … of k changes.
    level, low, high : (n,) float
        Posterior mean of the level of each period (per unit of exposure) and its interval.
    dispersion : float
        What the log-likelihood was divided by.
    interval_level : float
    """

    number: FloatArray
    prior: FloatArray
    log_evidence: FloatArray
    location: FloatArray
    places: tuple[FloatArray, ...]
    level: FloatArray
    low: FloatArray
    high: FloatArray
    dispersion: float
    interval_level: float

    @property
    def no_change(self) -> float:
        """Posterior probability that nothing changed."""
        return float(self.number[0])

    @property
    def most_probable(self) -> int:
        """The most probable number of changes."""
        return int(np.argmax(self.number))

    def change(self, which: int, of: int, level: float = 0.95) -> tuple[int, int, int]:
        """Return mode, low and high of the `which`-th (from 1) of `of` changes: equal-tailed, in periods.

        Raises
        ------
        MethodError
            When there is no such change among those computed.
        """
        if not 1 <= which <= of <= len(self.places):
            raise MethodError(
                f"change {which} of {of} was not computed; there are 1 to {len(self.places)} changes"
            )
        chance = self.places[of - 1][which - 1]
        cumulative = np.cumsum(chance)
        ends = np.searchsorted(cumulative, [(1 - level) / 2, (1 + level) / 2])
        last = len(chance) - 1
        return int(np.argmax(chance)), int(min(ends[0], last)), int(min(ends[1], last))


@dataclass(frozen=True, slots=True)
class OneChange:
    """The best single change by likelihood.

    Attributes
    ----------
    first : int
        First period after it.
    log_likelihood, without : float
        With the change, and with one level throughout.
    before, after : float
        Levels, per unit of exposure.
    profile : (n,) float
        Log-likelihood of a change at each period; −inf at period 0.
    """

    first: int
    log_likelihood: float
    without: float
    before: float
    after: float
    profile: FloatArray


def change_points(
    counts: npt.ArrayLike,
    exposure: npt.ArrayLike | None = None,
    *,
    family: Literal["poisson", "normal"] = "poisson",
    shape: float = 1.0,
    rate: float | None = None,
    dispersion: float = 1.0,
    most: int = 8,
    shortest: int = 1,
    no_change: float = 0.5,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> ChangePoints:
    """Compute the posterior of the number and places of changes in the level of a series.

    Parameters
    ----------
    counts : (n,) float
        Counts, or measurements with family "normal".
    exposure : (n,) float, optional
        Of counts: days, say. Periods without exposure (0) are gaps and must have no counts.
    family : {"poisson", "normal"}
        Within a segment: Poisson with a gamma(shape, rate) level; or normal, mean and variance unknown, with a normal
        inverse-gamma prior set by the series (see `normal_segments`).
    shape, rate : float
        The rate is `shape` over the overall level when left out.
    dispersion : float
        Of overdispersed counts: the log-likelihood is divided by it, as in a quasi-likelihood. 1 is Fearnhead's model;
        see `local_dispersion`.
    most : int
        Most changes considered.
    shortest : int
        Fewest periods of a segment.
    no_change : float
        Prior probability of no change; k changes have (1 − no_change) / 2^k, scaled to sum to 1. Given k, every way of
        placing them is as likely.
    draws, seed
        Exact draws of segments and levels, for the level's interval.
    level : float

    Raises
    ------
    MethodError
        On fewer than 2 periods or more than 6,000, negative counts, all counts 0, or bad parameters.
    """
    segments = _segments(counts, exposure, family, shape, rate, dispersion)
    n = segments.length
    if shortest < 1 or most < 1 or not 0 < no_change < 1 or not 0 < level < 1 or draws < 1:
        raise MethodError(
            "expected shortest, most and draws of 1 or more, and no_change and level between 0 and 1"
        )
    most = min(most, n // shortest - 1)
    if most < 1:
        raise MethodError(f"{n} periods are too few for two segments of {shortest} periods")
    table = _all_segments(segments, shortest)
    forward, backward = _sums(table, most)
    numbers = np.arange(most + 1)
    evidence = forward[:, n] - _log_ways(n, numbers, shortest)
    prior = np.concatenate([[no_change], (1 - no_change) * _halving(most)])
    posterior = np.log(prior) + evidence
    number = np.exp(posterior - np.logaddexp.reduce(posterior))
    places = tuple(
        np.exp(forward[:k, :n] + backward[k - 1 :: -1, :n][:k] - forward[k, n]) for k in range(1, most + 1)
    )
    location = sum((number[k] * places[k - 1].sum(axis=0) for k in range(1, most + 1)), np.zeros(n))
    drawn = _draw_levels(segments, table, forward, number, draws, np.random.default_rng(seed))
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return ChangePoints(
        number, prior, evidence, location, places, drawn.mean(axis=0), low, high, dispersion, level
    )


def _segments(
    counts: npt.ArrayLike,
    exposure: npt.ArrayLike | None,
    family: str,
    shape: float,
    rate: float | None,
    dispersion: float,
) -> Segments:
    y = check_vector(counts, "counts")
    if not 2 <= len(y) <= MOST_PERIODS:
        raise MethodError(f"the series has {len(y)} period(s); expected 2 to {MOST_PERIODS:,}")
    if family == "normal":
        return normal_segments(y)
    if family != "poisson":
        raise MethodError(f"family is {family!r}; expected 'poisson' or 'normal'")
    return poisson_segments(y, check_exposure(y, exposure), shape, rate, dispersion)


def check_exposure(y: FloatArray, exposure: npt.ArrayLike | None) -> FloatArray:
    """Return exposures that go with the counts, or say what is wrong with either.

    Raises
    ------
    MethodError
    """
    if (y < 0).any():
        bad = int(np.flatnonzero(y < 0)[0])
        raise MethodError(f"counts is {y[bad]:g} in period {bad}; expected 0 or more")
    if not y.any():
        raise MethodError("all counts are 0: nothing can be said of a change; expected some above 0")
    e = np.ones(len(y)) if exposure is None else check_vector(exposure, "exposure", len(y))
    wrong = (e < 0) | ((e == 0) & (y > 0))
    if wrong.any():
        bad = int(np.flatnonzero(wrong)[0])
        raise MethodError(
            f"exposure is {e[bad]:g} in period {bad}, which has {y[bad]:g} counts; expected more than 0"
        )
    return e


def chance_of_no_change(
    counts: npt.ArrayLike, *, dispersion: float = 1.0, most: int = 3, no_change: float = 0.5
) -> float:
    """Return the probability of no change alone, of Poisson counts of one exposure: half the work of `change_points`.

    Raises
    ------
    MethodError
        As `change_points`.
    """
    segments = _segments(counts, None, "poisson", 1.0, None, dispersion)
    n = segments.length
    most = min(most, n - 1)
    table = _all_segments(segments, 1)
    turned = np.ascontiguousarray(table.T)
    sums = [table[0]]
    for _ in range(most):
        sums.append(_log_product(sums[-1], turned))
    evidence = np.array([each[n] for each in sums]) - _log_ways(n, np.arange(most + 1), 1)
    posterior = np.log(np.concatenate([[no_change], (1 - no_change) * _halving(most)])) + evidence
    return float(np.exp(posterior[0] - np.logaddexp.reduce(posterior)))


def single_change(
    counts: npt.ArrayLike,
    exposure: npt.ArrayLike | None = None,
    *,
    family: Literal["poisson", "normal"] = "poisson",
) -> OneChange:
    """Return the best single change by likelihood; normal segments have one variance (Bai & Perron 2003).

    Raises
    ------
    MethodError
        As `change_points`.
    """
    y = check_vector(counts, "counts")
    if len(y) < 2:
        raise MethodError(f"the series has {len(y)} period; expected 2 or more")
    n, first = len(y), np.arange(1, len(y))
    e = np.ones(n) if family == "normal" else check_exposure(y, exposure)
    total, size = np.cumsum(y), np.cumsum(e)
    before, left = total[:-1], size[:-1]
    after, right = total[-1] - before, size[-1] - left
    if family == "normal":
        square = float(((y - y.mean()) ** 2).sum())
        rest = square - left * (before / left - y.mean()) ** 2 - right * (after / right - y.mean()) ** 2
        profile, without = _normal_likelihood(rest, n), float(_normal_likelihood(np.array([square]), n)[0])
    else:
        constant = float((y * np.log(np.where(e > 0, e, 1.0)) - gammaln(y + 1.0)).sum())
        profile = _poisson_likelihood(before, left) + _poisson_likelihood(after, right) + constant
        without = float(_poisson_likelihood(total[-1:], size[-1:])[0]) + constant
    best = int(np.argmax(profile))
    return OneChange(
        first=int(first[best]),
        log_likelihood=float(profile[best]),
        without=without,
        before=float(before[best] / left[best]),
        after=float(after[best] / right[best]),
        profile=np.append(-np.inf, profile),
    )


def _poisson_likelihood(total: FloatArray, size: FloatArray) -> FloatArray:
    some = (total > 0) & (size > 0)
    rate = np.where(some, total / np.where(size > 0, size, 1.0), 1.0)
    return np.where(some, total * np.log(rate) - total, 0.0)


def _normal_likelihood(rest: FloatArray, n: int) -> FloatArray:
    return -0.5 * n * (np.log(2 * np.pi * np.maximum(rest, 1e-300) / n) + 1.0)


def _all_segments(segments: Segments, shortest: int) -> FloatArray:
    """Return the log marginal likelihood (n + 1, n + 1) of each segment [s, t); −inf for those too short."""
    n = segments.length
    table = np.full((n + 1, n + 1), -np.inf)
    for s in range(n):
        ends = np.arange(s + shortest, n + 1)
        table[s, ends] = segments.log_marginal(s, ends)
    return table


def _sums(table: FloatArray, most: int) -> tuple[FloatArray, FloatArray]:
    """Sum over all cuts: the series up to t, and from s on, in 1 … most + 1 segments; each (most + 1, n + 1)."""
    n = len(table) - 1
    forward, backward = np.full((most + 1, n + 1), -np.inf), np.full((most + 1, n + 1), -np.inf)
    forward[0], backward[0] = table[0], table[:, n]
    turned = np.ascontiguousarray(table.T)
    for j in range(1, most + 1):
        forward[j] = _log_product(forward[j - 1], turned)
        backward[j] = _log_product(backward[j - 1], table)
    return forward, backward


def _log_product(vector: FloatArray, rows: FloatArray) -> FloatArray:
    """Return log Σ_s exp(vector_s + rows_rs) for each row r, a block of rows at a time."""
    result = np.empty(len(rows))
    for first in range(0, len(rows), _COLUMNS_AT_ONCE):
        block = rows[first : first + _COLUMNS_AT_ONCE] + vector
        top = block.max(axis=1)
        safe = np.where(np.isfinite(top), top, 0.0)
        with np.errstate(divide="ignore"):
            result[first : first + _COLUMNS_AT_ONCE] = safe + np.log(
                np.exp(block - safe[:, None]).sum(axis=1)
            )
    return result


def _log_ways(n: int, numbers: npt.NDArray[np.intp], shortest: int) -> FloatArray:
    """Return the log number of ways to place so many changes with segments of at least `shortest` periods."""
    free = n - (numbers + 1) * (shortest - 1) - 1
    return np.asarray(gammaln(free + 1.0) - gammaln(numbers + 1.0) - gammaln(free - numbers + 1.0))


def _halving(most: int) -> FloatArray:
    weights = 0.5 ** np.arange(1, most + 1)
    return np.asarray(weights / weights.sum())


def _draw_levels(
    segments: Segments,
    table: FloatArray,
    forward: FloatArray,
    number: FloatArray,
    draws: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Draw cuts exactly, last segment first, and a level for each segment: (draws, n)."""
    n = segments.length
    levels = np.empty((draws, n))
    kept: dict[tuple[int, int], FloatArray] = {}
    for i, changes in enumerate(rng.choice(len(number), size=draws, p=number / number.sum())):
        end = n
        for j in range(int(changes), 0, -1):
            if (j, end) not in kept:
                weight = forward[j - 1] + table[:, end]
                kept[j, end] = np.cumsum(np.exp(weight - weight.max()))
            cumulative = kept[j, end]
            start = int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))
            levels[i, start:end] = segments.draw_level(start, end, rng)
            end = start
        levels[i, :end] = segments.draw_level(0, end, rng)
    return levels
