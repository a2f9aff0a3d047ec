"""Rarefaction and extrapolation: how many groups a smaller or larger record would name.

Chao et al. 2014, Ecological Monographs 84(1); Colwell et al. 2012, Journal of Plant Ecology 5(1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from salience.methods.cells import FloatArray
from salience.methods.intervals import critical_value


@dataclass(frozen=True, slots=True)
class Curve:
    """Expected number of groups named by the size of the record.

    Attributes
    ----------
    size : (points,) float
        Sightings, or samples.
    richness, low, high : (points,) float
    observed : int
        The size of the record as it is: below it the curve is interpolated, above it extrapolated.
    """

    size: FloatArray
    richness: FloatArray
    low: FloatArray
    high: FloatArray
    observed: int


def draw_curve(
    seen: FloatArray,
    samples: int | None,
    unseen: float,
    level: float,
    points: int,
    reach: float,
    seed: int,
    replicates: int,
) -> Curve:
    """Draw the curve with bootstrap intervals.

    The bootstrap draws from an assemblage whose seen groups are made rarer and to which the unseen are added, alike
    (Chao et al. 2014, appendix G). Intervals are the estimate with normal bootstrap standard errors.

    Parameters
    ----------
    seen : (groups,) float
        Positive counts.
    samples : int or None
    unseen : float
        Estimated number of unseen groups.
    level, points, reach, seed, replicates
        As in `unseen_species`.
    """
    observed = int(seen.sum()) if samples is None else samples
    below = np.linspace(1, observed, max(points // 2, 2))
    above = np.linspace(observed, max(reach, 1.0) * observed, max(points - points // 2, 2))[1:]
    size = np.concatenate([np.unique(np.round(below)), above])
    richness = expected_richness(seen, observed, unseen, size)
    rng = np.random.default_rng(seed)
    chances = _assemblage(seen, samples, observed, unseen)
    draws = np.array([_replicate(rng, chances, samples, observed, size) for _ in range(replicates)])
    half = critical_value(level) * draws.std(axis=0, ddof=1)
    return Curve(size, richness, np.maximum(richness - half, 0.0), richness + half, observed)


def expected_richness(seen: FloatArray, observed: int, unseen: float, size: FloatArray) -> FloatArray:
    """Return the expected number of groups in a record of another size.

    Smaller: S − Σ C(n − x, m)/C(n, m) (Hurlbert 1971). Larger: S + f0 [1 − (1 − f1/(n f0 + f1))^(m − n)].

    Parameters
    ----------
    seen : (groups,) float
    observed : int
        Sightings, or samples.
    unseen : float
    size : (points,) float
    """
    result = np.zeros(len(size))
    once = float((seen == 1).sum())
    for i, m in enumerate(size):
        if m <= observed:
            left = observed - seen
            can = left >= m
            x = left[can]
            missed = np.exp(
                gammaln(x + 1) - gammaln(x - m + 1) - gammaln(observed + 1) + gammaln(observed - m + 1)
            )
            result[i] = len(seen) - missed.sum()
        else:
            fade = once / (observed * unseen + once) if unseen > 0 else 1.0
            result[i] = len(seen) + unseen * (1.0 - (1.0 - fade) ** (m - observed))
    return result


def _assemblage(seen: FloatArray, samples: int | None, observed: int, unseen: float) -> FloatArray:
    """Return chances of seen and unseen groups: shares of sightings, or chances in one sample."""
    share = seen / observed
    missing = 1.0 - sample_coverage(seen, samples)
    total = missing * (1.0 if samples is None else float(seen.sum()) / observed)
    shrink = share * (1.0 - share) ** observed
    weight = total / shrink.sum() if shrink.sum() > 0 else 0.0
    hidden = int(np.ceil(unseen))
    rare = np.full(hidden, total / hidden) if hidden else np.zeros(0)
    return np.concatenate([share * (1.0 - min(weight, 1.0) * (1.0 - share) ** observed), rare])


def _replicate(
    rng: np.random.Generator, chances: FloatArray, samples: int | None, observed: int, size: FloatArray
) -> FloatArray:
    if samples is None:
        counts = rng.multinomial(observed, chances / chances.sum()).astype(np.float64)
    else:
        counts = rng.binomial(observed, np.minimum(chances, 1.0)).astype(np.float64)
    counts = counts[counts > 0]
    if not len(counts):
        return np.zeros(len(size))
    return expected_richness(counts, observed, chao_unseen(counts, observed)[0], size)


def chao_unseen(seen: FloatArray, observed: int) -> tuple[float, float]:
    """Return Chao's bound of the number unseen and its variance (Chao 1987; Chiu et al. 2014, table 1).

    Parameters
    ----------
    seen : (groups,) float
        Positive counts.
    observed : int
        Sightings, or samples.
    """
    once, twice = int((seen == 1).sum()), int((seen == 2).sum())
    share = (observed - 1) / observed
    if twice > 0:
        ratio = once / twice
        variance = twice * (share / 2 * ratio**2 + share**2 * ratio**3 + share**2 / 4 * ratio**4)
        return share * once**2 / (2 * twice), variance
    unseen = share * once * (once - 1) / 2
    if unseen == 0:
        return 0.0, 0.0
    estimate = len(seen) + unseen
    variance = unseen + share**2 * once * (2 * once - 1) ** 2 / 4 - share**2 * once**4 / (4 * estimate)
    return unseen, variance


def sample_coverage(seen: FloatArray, samples: int | None) -> float:
    """Return the share of all sightings that are of named groups (Chao & Jost 2012, Ecology 93(12), equation 4a).

    Parameters
    ----------
    seen : (groups,) float
        Positive counts.
    samples : int or None
    """
    sightings = float(seen.sum())
    n = sightings if samples is None else float(samples)
    once, twice = float((seen == 1).sum()), float((seen == 2).sum())
    if once == 0:
        return 1.0
    if n <= 1:
        return 0.0
    pairs = twice if twice > 0 else 1.0
    single = once if twice > 0 else max(once - 1, 0.0)
    shrink = (n - 1) * single / ((n - 1) * single + 2 * pairs)
    return float(max(1.0 - once / sightings * shrink, 0.0))
