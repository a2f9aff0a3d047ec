"""Whose words come first: how often one source used a word or passage before another that used it too.

First is not cause: both may repeat a third, and a source that publishes more often is first more often.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.words import benjamini_hochberg

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Leads:
    """For each pair of sources that share enough items, who used them first.

    Attributes
    ----------
    first, second : (pairs,) int
        Sources; first < second.
    shared : (pairs,) int
        Items that both used.
    ahead : (pairs,) float
        Share of these that `first` used earlier; equal times count half.
    low, high : (pairs,) float
        Interval by resampling items.
    days : (pairs,) float
        Median of how much earlier `first` was, in the unit of the times; negative when later.
    p, q : (pairs,) float
        Of no order, by exchanging the two times of an item at random; adjusted for the number of pairs.
    """

    first: Ints
    second: Ints
    shared: Ints
    ahead: Floats
    low: Floats
    high: Floats
    days: Floats
    p: Floats
    q: Floats


def lead_lag(
    source: npt.ArrayLike,
    item: npt.ArrayLike,
    time: npt.ArrayLike,
    *,
    fewest: int = 5,
    draws: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Leads:
    """Compare when sources first used the items that they share.

    Parameters
    ----------
    source, item : (uses,) int
        Who used what.
    time : (uses,) float
        When, in days; only the first use of an item by a source counts.
    fewest : int
        Pairs that share fewer items are left out.
    draws, level, seed
        Permutations and resamples; coverage; of both.

    Raises
    ------
    MethodError
        The three arrays differ in length, or a time is not finite.
    """
    s, i, t = np.asarray(source, np.int64), np.asarray(item, np.int64), np.asarray(time, float)
    if not s.shape == i.shape == t.shape or s.ndim != 1:
        raise MethodError(f"sources {s.shape}, items {i.shape}, times {t.shape}: one length is expected")
    if not np.isfinite(t).all():
        raise MethodError("a time is missing or infinite")
    sources, s = np.unique(s, return_inverse=True)
    items, i = np.unique(i, return_inverse=True)
    when = np.full((len(sources), len(items)), np.inf)
    np.minimum.at(when, (s, i), t)
    rng = np.random.default_rng(seed)
    rows = []
    for a in range(len(sources)):
        for b in range(a + 1, len(sources)):
            both = np.isfinite(when[a]) & np.isfinite(when[b])
            if both.sum() >= fewest:
                gap = when[b, both] - when[a, both]
                rows.append((sources[a], sources[b], int(both.sum()), *_judge(gap, draws, level, rng)))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 8
    p = np.array(columns[7], float)
    first, second, shared = (np.array(c, np.int64) for c in columns[:3])
    ahead, low, high, days = (np.array(c, float) for c in columns[3:7])
    return Leads(first, second, shared, ahead, low, high, days, p, benjamini_hochberg(p))


def _judge(
    gap: Floats, draws: int, level: float, rng: np.random.Generator
) -> tuple[float, float, float, float, float]:
    """Return the share ahead with its interval, the median gap, and p by exchanging times within items."""
    score = np.sign(gap)
    ahead = float((score.mean() + 1) / 2)
    picks = rng.integers(0, len(gap), (draws, len(gap)))
    resampled = (score[picks].mean(axis=1) + 1) / 2
    low, high = np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2])
    if (score == score[0]).all():
        # All on one side, or all of one day: the exact binomial bound, for resampling gives none (Clopper & Pearson
        # 1934); of items that might not be ties, each could be on either side.
        edge = ((1 - level) / 2) ** (1 / len(gap))
        low, high = {1: (edge, 1.0), -1: (0.0, 1 - edge), 0: (edge / 2, 1 - edge / 2)}[int(score[0])]
    flips = rng.choice([-1.0, 1.0], (draws, len(gap))) * score
    p = (1 + int((np.abs(flips.sum(axis=1)) >= abs(score.sum()) - 1e-9).sum())) / (draws + 1)
    return ahead, float(low), float(high), float(np.median(gap)), p
