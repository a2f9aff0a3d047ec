"""Rarefaction and extrapolation of the number of groups named, and the coverage of a sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from salience.methods.capture_patterns import CountArray
from salience.methods.cells import FloatArray
from salience.methods.intervals import critical_value


@dataclass(frozen=True, slots=True)
class GroupCounts:
    """How often each group was seen, checked.

    Attributes
    ----------
    counts : (groups,) int64
        Events, or samples, in which the group was seen; all positive.
    size : int
        Events, or samples: what the sample is made of.
    total : int
        Sum of the counts; for events the same as `size`.
    incidence : bool
        Whether the counts are of samples.
    """

    counts: CountArray
    size: int
    total: int
    incidence: bool

    @property
    def named(self) -> int:
        """Groups seen."""
        return len(self.counts)

    @property
    def singletons(self) -> int:
        """Groups seen once."""
        return int((self.counts == 1).sum())

    @property
    def doubletons(self) -> int:
        """Groups seen twice."""
        return int((self.counts == 2).sum())

    @property
    def unseen(self) -> float:
        """The least number of groups not seen: Chao 1984, 1987; bias-corrected where none was seen twice."""
        once, twice, part = self.singletons, self.doubletons, (self.size - 1) / self.size
        return part * once**2 / (2 * twice) if twice else part * once * (once - 1) / 2

    @property
    def deficit(self) -> float:
        """Part of the singletons' share that groups not yet seen hold; Chao & Jost 2012, equation 4a."""
        once, twice = self.singletons, self.doubletons
        if once == 0:
            return 0.0
        if twice:
            return (self.size - 1) * once / ((self.size - 1) * once + 2 * twice)
        return (self.size - 1) * (once - 1) / ((self.size - 1) * (once - 1) + 2)

    @property
    def coverage(self) -> float:
        """Estimated share of all sightings, past and to come, that are of groups already seen."""
        return 1.0 - self.singletons / self.total * self.deficit


@dataclass(frozen=True, slots=True)
class RichnessCurve:
    """How many groups a smaller sample would have named, and a larger one would name.

    Attributes
    ----------
    size : (points,) int64
        Events, or samples; one of them is `observed_size`.
    richness : (points,) float
        Expected number of groups named: by rarefaction up to `observed_size`, by extrapolation from there.
    low, high : (points,) float
        Interval: `richness` plus and minus bootstrap standard errors, not below 0.
    coverage : (points,) float
        Expected coverage of a sample of that size, 0 to 1.
    observed_size : int
        Size of the sample at hand.
    """

    size: npt.NDArray[np.int64]
    richness: FloatArray
    low: FloatArray
    high: FloatArray
    coverage: FloatArray
    observed_size: int


def richness_curve(
    groups: GroupCounts, *, level: float, points: int, reach: float, seed: int, replicates: int
) -> RichnessCurve:
    """Rarefy and extrapolate the number of groups named, with intervals.

    Rarefaction is the exact expectation over subsamples (Hurlbert 1971; Colwell et al. 2012, equations 4 and 17),
    extrapolation follows their equations 9 and 18, coverage Chao & Jost 2012, equations 4b and 12. The interval
    is the unconditional one of Chao et al. 2014, appendix G: samples are drawn from an assemblage with the unseen
    groups that Chao's estimator finds.

    Parameters
    ----------
    groups : GroupCounts
    level : float
        Coverage of the interval.
    points : int
        Sizes at most.
    reach : float
        Largest size, in sizes of the sample.
    seed, replicates : int
        Of the bootstrap.
    """
    inner = points // 2
    grid = [
        np.linspace(1, groups.size, inner),
        np.linspace(groups.size, reach * groups.size, points - inner + 1),
    ]
    size = np.unique(np.rint(np.concatenate(grid)).astype(np.int64))
    richness = _richness(groups, size)
    spread = _bootstrap(groups, size, np.random.default_rng(seed), replicates).std(axis=0, ddof=1)
    half = critical_value(level) * spread
    return RichnessCurve(
        size,
        richness,
        np.maximum(richness - half, 0.0),
        richness + half,
        _coverage(groups, size),
        groups.size,
    )


def _richness(groups: GroupCounts, size: npt.NDArray[np.int64]) -> FloatArray:
    """Return the expected number of groups in samples of the sizes given."""
    values, times = np.unique(groups.counts, return_counts=True)
    inside = size[size <= groups.size]
    missed = _chance_of_none(values, groups.size, inside)
    rarefied = groups.named - missed @ times
    more = size[size > groups.size] - groups.size
    if groups.unseen == 0:
        return np.concatenate([rarefied, np.full(len(more), float(groups.named))])
    fresh = groups.singletons / (groups.size * groups.unseen + groups.singletons)
    return np.concatenate([rarefied, groups.named - groups.unseen * np.expm1(more * np.log1p(-fresh))])


def _chance_of_none(values: CountArray, of: int, size: npt.NDArray[np.int64]) -> FloatArray:
    """Return the chance that a subsample holds none of a group's `values` among `of`: shape (sizes, values)."""
    left = of - values[None, :] - size[:, None]
    log = (
        gammaln(of - values + 1.0)
        - gammaln(np.maximum(left, 0) + 1.0)
        - gammaln(of + 1.0)
        + gammaln(of - size + 1.0)[:, None]
    )
    return np.where(left >= 0, np.exp(np.minimum(log, 0.0)), 0.0)


def _coverage(groups: GroupCounts, size: npt.NDArray[np.int64]) -> FloatArray:
    """Return the expected coverage of samples of the sizes given."""
    values, times = np.unique(groups.counts, return_counts=True)
    # One of a group's sightings is the one still to come: none of the others is in the subsample.
    missed = _chance_of_none(values - 1, groups.size - 1, size[size < groups.size])
    rarefied = 1.0 - missed @ (times * values / groups.total)
    more = size[size >= groups.size] - groups.size
    return np.concatenate([rarefied, 1.0 - groups.singletons / groups.total * groups.deficit ** (more + 1)])


def _bootstrap(
    groups: GroupCounts, size: npt.NDArray[np.int64], rng: np.random.Generator, replicates: int
) -> FloatArray:
    """Return curves of samples from the estimated assemblage: shape (replicates, sizes)."""
    assemblage = estimated_assemblage(groups)
    curves = np.zeros((replicates, len(size)))
    for curve in curves:
        drawn = _draw(groups, *assemblage, rng)
        seen = drawn[drawn > 0]
        # Few samples of rare groups can hold nothing at all.
        if len(seen):
            curve[:] = _richness(GroupCounts(seen, groups.size, int(seen.sum()), groups.incidence), size)
    return curves


def estimated_assemblage(groups: GroupCounts) -> tuple[FloatArray, int, float]:
    """Return the chances of the groups seen, the number of others and the sum of their chances.

    Chao et al. 2014, appendix G: the chances of groups seen are shrunk, the rare ones most, so that they sum to what
    coverage leaves them; the rest falls evenly on the others, whose number is Chao's, rounded up.
    """
    share = groups.counts / groups.size
    unseen = int(np.ceil(groups.unseen))
    if unseen == 0:
        return share, 0, 0.0
    absent = share * (1.0 - share) ** groups.size
    missing = groups.total / groups.size * (1.0 - groups.coverage)
    # Never negative: a singleton's part of `absent` is never less than its part of what is missing.
    return np.maximum(share - missing / absent.sum() * absent, 0.0), unseen, missing


def _draw(
    groups: GroupCounts, seen: FloatArray, unseen: int, missing: float, rng: np.random.Generator
) -> CountArray:
    """Draw a sample as large as the one at hand, the many unseen groups by their few sightings alone."""
    fresh = np.zeros(0, dtype=np.int64)
    if groups.incidence:
        known = rng.binomial(groups.size, seen)
        if unseen:
            slots = groups.size * unseen
            sightings = int(rng.binomial(slots, missing / unseen))
            fresh = rng.choice(slots, sightings, replace=False, shuffle=False) // groups.size
    else:
        *parts, sightings = rng.multinomial(groups.size, np.append(seen, missing) / (seen.sum() + missing))
        known = np.array(parts)
        if unseen:
            fresh = rng.integers(0, unseen, sightings)
    return np.concatenate([known, np.unique(fresh, return_counts=True)[1]]).astype(np.int64)
