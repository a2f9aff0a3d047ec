"""Rates made comparable over strata: a ratio common to places, direct and indirect standardisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv, ndtr
from scipy.stats import f as f_distribution

from salience.errors import MethodError
from salience.methods.cells import FloatArray
from salience.methods.intervals import critical_value
from salience.methods.rates.intervals import (
    RateInterval,
    rate,
    require_counts,
    require_exposure,
    solve_rising,
)
from salience.methods.rates.population import share_nodes

# Up to so many events the distribution of their sum is computed exactly; beyond, the score's normal is as good.
EXACT_EVENTS = 5_000


@dataclass(frozen=True, slots=True)
class CommonRatio:
    """A ratio of rates common to all strata.

    Attributes
    ----------
    ratio : RateInterval
    mantel_haenszel : float
        The same by weighting, for comparison.
    heterogeneity : float
        Sum over strata of (observed - expected)² / variance at the common ratio.
    degrees_of_freedom : int
        Strata that can tell, less 1.
    differs : float
        Chance of so much heterogeneity, or more, if one ratio held in all strata.
    """

    ratio: RateInterval
    mantel_haenszel: float
    heterogeneity: float
    degrees_of_freedom: int
    differs: float


def common_ratio(
    events: npt.ArrayLike,
    share: npt.ArrayLike,
    *,
    dispersion: float = 1.0,
    level: float = 0.95,
) -> CommonRatio:
    """Return how many times as high the group's rate is as the others' in the same stratum, taken as one for all.

    Given the events of each stratum, those of the group are binomial with odds r s / (1 - s); their sum decides r. Its
    distribution is exact (by Fourier transform of the binomials), its mid-P interval averaged over what the shares may
    be. With a dispersion above 1 the score's normal takes its place.

    Parameters
    ----------
    events : (strata, 2) float
        Of the group, and of all others.
    share : (strata, 3) float
        The group's share of each stratum's population: low, best, high; they err together (`share_nodes`).
    dispersion : float
        1 or more.
    level : float

    Raises
    ------
    MethodError
        Shapes that do not fit, or what is no count or share.
    """
    counts, given = _strata(events, share)
    if not dispersion >= 1:
        raise MethodError(f"dispersion is {dispersion:g}; expected 1 or more")
    totals, observed = counts.sum(axis=1), float(counts[:, 0].sum())
    whole = bool((counts == np.rint(counts)).all())
    exact = dispersion == 1 and whole and totals.sum() <= EXACT_EVENTS
    # The exact sum is costly; fewer nodes of the shares say the same.
    nodes = share_nodes(given, 9) if exact else share_nodes(given)
    odds = nodes / (1 - nodes)

    def confidence(log_ratio: float) -> float:
        lifted = np.exp(log_ratio) * odds
        chance = lifted / (1 + lifted)
        if exact:
            return float(np.mean([_tail_of_sum(totals, p, observed) for p in chance]))
        mean, variance = (totals * chance).sum(axis=1), (totals * chance * (1 - chance)).sum(axis=1)
        return float(ndtr((mean - observed) / np.sqrt(np.maximum(dispersion * variance, 1e-300))).mean())

    best = np.asarray(share, dtype=np.float64)[:, 1]
    value = _solve_common(counts, best)
    tail = (1 - level) / 2
    method = "conditional mid-P" if exact else "conditional score"
    if totals.sum() == 0:
        nothing = RateInterval(np.nan, 0.0, np.inf, level, method, 1.0)
        return CommonRatio(nothing, np.nan, 0.0, 0, 1.0)
    low, high = (float(np.exp(solve_rising(confidence, at))) for at in (tail, 1 - tail))
    at_one = confidence(0.0)
    found = RateInterval(value, low, high, level, method, min(2 * min(at_one, 1 - at_one), 1.0))
    return CommonRatio(
        found, _mantel_haenszel(counts, best), *_heterogeneity(counts, best, value, dispersion)
    )


def direct_rate(
    events: npt.ArrayLike, exposure: npt.ArrayLike, standard: npt.ArrayLike, *, level: float = 0.95
) -> RateInterval:
    """Return the rate that a standard population would have, with the gamma interval.

    Fay & Feuer (1997), Statistics in Medicine 16: 791; exact where there is one stratum.

    Parameters
    ----------
    events, exposure, standard : (strata,) float
        The standard's weights are scaled to sum to 1.

    Raises
    ------
    MethodError
        Shapes that do not fit, negative events, or exposure that is not positive.
    """
    value, variance, weight = _direct(events, exposure, standard)
    tail = (1 - level) / 2
    low = variance / value * gammaincinv(value**2 / variance, tail) if value > 0 else 0.0
    above, spread = value + weight, variance + weight**2
    high = spread / above * gammaincinv(above**2 / spread, 1 - tail)
    return RateInterval(value, float(low), float(high), level, "gamma (Fay & Feuer)")


def direct_ratio(
    events: npt.ArrayLike, exposure: npt.ArrayLike, standard: npt.ArrayLike, *, level: float = 0.95
) -> RateInterval:
    """Return the ratio of two directly standardised rates with F limits.

    Fay (1999), Communications in Statistics: Theory and Methods 28: 2141; exact where there is one stratum.

    Parameters
    ----------
    events, exposure : (strata, 2) float
        Of the group and of the others.
    standard : (strata,) float

    Raises
    ------
    MethodError
        As in `direct_rate`.
    """
    counts, times = require_counts(events), require_exposure(exposure)
    if counts.ndim != 2 or counts.shape[1] != 2 or counts.shape != times.shape:
        raise MethodError(
            f"events have shape {counts.shape} and exposure {times.shape}; expected (strata, 2) both"
        )
    (one, v1, w1), (two, v2, w2) = (_direct(counts[:, k], times[:, k], standard) for k in (0, 1))
    tail = (1 - level) / 2
    low, high = 0.0, np.inf
    if one > 0:
        up, spread = two + w2, v2 + w2**2
        low = one / up * float(f_distribution.ppf(tail, 2 * one**2 / v1, 2 * up**2 / spread))
    if two > 0:
        up, spread = one + w1, v1 + w1**2
        high = up / two * float(f_distribution.ppf(1 - tail, 2 * up**2 / spread, 2 * two**2 / v2))
    value = np.nan if one == two == 0 else np.inf if two == 0 else one / two
    return RateInterval(float(value), low, high, level, "F (Fay)")


def indirect_ratio(observed: float, expected: float, *, level: float = 0.95) -> RateInterval:
    """Return observed over expected events (the standardised ratio) with exact Poisson limits.

    Breslow & Day (1987), Statistical Methods in Cancer Research II, section 2.3. Expected events are taken as known.
    """
    found = rate(observed, expected, method="exact", level=level)
    return RateInterval(found.value, found.low, found.high, level, "indirect, exact Poisson")


def composition(
    totals: npt.ArrayLike,
    share: npt.ArrayLike,
    overall: float,
    *,
    dispersion: float = 1.0,
    level: float = 0.95,
) -> RateInterval:
    """Return how far events fall where the group lives: its mean share at the events over its share of the population.

    Times the indirect ratio it is the plain share ratio: what is over-represented because more happens where the group
    lives, and what remains in the same places.

    Parameters
    ----------
    totals : (strata,) float
        Events of all groups.
    share : (strata,) float
        The group's share of each stratum's population.
    overall : float
        Its share of the whole population.
    dispersion : float
        1 or more: events that come in batches fall in the same place.
    """
    n, s = require_counts(totals), np.asarray(share, dtype=np.float64)
    if n.shape != s.shape or n.ndim != 1:
        raise MethodError(f"totals have shape {n.shape} and shares {s.shape}; expected (strata,) both")
    if n.sum() == 0 or not 0 < overall < 1:
        raise MethodError("composition needs events, and an overall share between 0 and 1")
    mean = float((n * s).sum() / n.sum())
    error = np.sqrt(max(float((n * (s - mean) ** 2).sum()), 0.0) * dispersion) / n.sum()
    factor = np.exp(critical_value(level) * error / mean) if mean > 0 else np.inf
    return RateInterval(
        mean / overall, mean / overall / factor, mean / overall * factor, level, "delta method"
    )


def _strata(events: npt.ArrayLike, share: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    counts, given = require_counts(events), np.asarray(share, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[1] != 2 or given.shape != (len(counts), 3):
        raise MethodError(
            f"events have shape {counts.shape} and shares {given.shape}; expected (strata, 2) and (strata, 3)"
        )
    return counts, given


def _tail_of_sum(totals: FloatArray, chance: FloatArray, observed: float) -> float:
    """Return P(sum > observed) + P(sum = observed) / 2 for a sum of binomials, by its characteristic function."""
    n = int(totals.sum())
    turn = np.exp(2j * np.pi * np.arange(n + 1) / (n + 1))
    characteristic = np.prod(
        (1 - chance[:, None] + chance[:, None] * turn[None, :]) ** totals[:, None], axis=0
    )
    mass = np.maximum(np.fft.fft(characteristic).real / (n + 1), 0.0)
    k = int(observed)
    return float(mass[k + 1 :].sum() + mass[k] / 2)


def _solve_common(counts: FloatArray, share: FloatArray) -> float:
    """Return the conditional maximum-likelihood ratio: expected equals observed."""
    totals, observed = counts.sum(axis=1), float(counts[:, 0].sum())
    odds = share / (1 - share)
    if totals.sum() == 0:
        return np.nan
    if observed in (0.0, float(totals.sum())):
        return 0.0 if observed == 0 else np.inf

    def expected(log_ratio: float) -> float:
        lifted = np.exp(log_ratio) * odds
        return float((totals * lifted / (1 + lifted)).sum())

    rising: Callable[[float], float] = expected
    return float(np.exp(solve_rising(rising, observed)))


def _mantel_haenszel(counts: FloatArray, share: FloatArray) -> float:
    top, bottom = (counts[:, 0] * (1 - share)).sum(), (counts[:, 1] * share).sum()
    return float(top / bottom) if bottom > 0 else np.inf if top > 0 else np.nan


def _heterogeneity(
    counts: FloatArray, share: FloatArray, ratio: float, dispersion: float
) -> tuple[float, int, float]:
    """Return Pearson's statistic of one ratio for all strata, its degrees of freedom and its tail."""
    from scipy.stats import chi2

    totals = counts.sum(axis=1)
    if not np.isfinite(ratio) or ratio <= 0:
        return 0.0, 0, 1.0
    lifted = ratio * share / (1 - share)
    chance = lifted / (1 + lifted)
    variance = totals * chance * (1 - chance)
    # The chi-squared tail is poor where fewer than one event is expected on a side.
    usable = np.minimum(totals * chance, totals * (1 - chance)) >= 1
    statistic = float(((counts[:, 0] - totals * chance)[usable] ** 2 / variance[usable]).sum()) / dispersion
    freedom = max(int(usable.sum()) - 1, 0)
    return statistic, freedom, float(chi2.sf(statistic, freedom)) if freedom else 1.0


def _direct(
    events: npt.ArrayLike, exposure: npt.ArrayLike, standard: npt.ArrayLike
) -> tuple[float, float, float]:
    """Return a standardised rate, its variance and the largest weight of one event."""
    x, t, w = require_counts(events), require_exposure(exposure), require_exposure(standard)
    if not x.shape == t.shape == w.shape or x.ndim != 1:
        raise MethodError(
            f"events, exposure and standard have shapes {x.shape}, {t.shape}, {w.shape}; expected (strata,) each"
        )
    each = w / w.sum() / t
    return float((each * x).sum()), float((each**2 * x).sum()), float(each.max())
