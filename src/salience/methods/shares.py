"""Shares of counts that come in clusters, as namings come in texts: intervals that take clusters for independent.

Cochran (1977), Sampling Techniques, 3rd ed., section 2.11 (variance of a ratio); Clopper & Pearson (1934),
Biometrika 26; Newcombe (1998), Statistics in Medicine 17, 873-890 (method 10: a difference from two intervals).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from salience.errors import MethodError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ClusterShare:
    """A share over clusters.

    Attributes
    ----------
    value, low, high : float or None
        None where nothing was counted; without an interval where all stand in one cluster.
    hits, of : int
        What was counted, and out of how many.
    clusters : int
        Clusters that hold any.
    level : float
        Coverage.
    """

    value: float | None
    low: float | None
    high: float | None
    hits: int
    of: int
    clusters: int
    level: float


def cluster_share(hits: npt.ArrayLike, of: npt.ArrayLike, *, level: float = 0.95) -> ClusterShare:
    """Return a share with an interval that takes clusters, not what is in them, for independent.

    Parameters
    ----------
    hits, of : (clusters,) array of counts
        What was counted in each cluster, and out of how many there; clusters with none are left out.
    level : float
        Coverage.

    Raises
    ------
    MethodError
        Shapes differ, a count is negative or missing, a cluster has more hits than things, or the level is not
        between 0 and 1.

    Notes
    -----
    The linearised variance of a ratio, on the logit scale with Student's t of m - 1 degrees of freedom for m clusters;
    never below that of independent counts, for a few clusters that happen to agree prove nothing. A share of 0 or 1 has
    the exact binomial bound for m trials.
    """
    x, n = _checked(hits, of, level)
    if not len(n):
        return ClusterShare(None, None, None, 0, 0, 0, level)
    share = float(x.sum() / n.sum())
    low, high = _interval(x, n, share, level)
    return ClusterShare(share, low, high, int(x.sum()), int(n.sum()), len(n), level)


def _checked(hits: npt.ArrayLike, of: npt.ArrayLike, level: float) -> tuple[Floats, Floats]:
    x, n = np.asarray(hits, float), np.asarray(of, float)
    if x.shape != n.shape or x.ndim != 1:
        raise MethodError(
            f"hits of shape {x.shape} out of counts of shape {n.shape}: one a cluster is expected"
        )
    if not (np.isfinite(x).all() and np.isfinite(n).all()) or (x < 0).any() or (x > n).any():
        raise MethodError("each cluster needs 0 <= hits <= count")
    if not 0 < level < 1:
        raise MethodError(f"the level must be between 0 and 1; found {level}")
    return x[n > 0], n[n > 0]


def _interval(x: Floats, n: Floats, share: float, level: float) -> tuple[float | None, float | None]:
    m = len(n)
    if m < 2:
        return None, None
    if share in (0.0, 1.0):
        edge = 1 - ((1 - level) / 2) ** (1 / m)
        return (0.0, edge) if share == 0 else (1 - edge, 1.0)
    variance = float(((x - share * n) ** 2).sum()) / n.sum() ** 2 * m / (m - 1)
    variance = max(variance, share * (1 - share) / n.sum())
    half = float(student.ppf(0.5 + level / 2, m - 1)) * math.sqrt(variance) / (share * (1 - share))
    centre = math.log(share / (1 - share))
    return _logistic(centre - half), _logistic(centre + half)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value > -700 else 0.0


def share_change(before: ClusterShare, after: ClusterShare) -> tuple[float, float, float] | None:
    """Return by how much a share rose between two sets of clusters, with an interval; None where one has none.

    The distances to each side's bounds are squared and added (Newcombe 1998, method 10), which works where a share is
    0 and keeps within -1 and 1.
    """
    sides = (before.value, before.low, before.high, after.value, after.low, after.high)
    if any(side is None for side in sides):
        return None
    b, b_low, b_high, a, a_low, a_high = (float(side) for side in sides if side is not None)
    change = a - b
    return change, change - math.hypot(a - a_low, b_high - b), change + math.hypot(a_high - a, b - b_low)


def nested_difference(
    hits: npt.ArrayLike,
    of: npt.ArrayLike,
    part_hits: npt.ArrayLike,
    part_of: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> tuple[float, float | None, float | None] | None:
    """Return the share in a part of what was counted minus the share in all of it, both over the same clusters.

    Parameters
    ----------
    hits, of, part_hits, part_of : (clusters,) array of counts
        All, and the part of it, such as what people accepted of what was suggested.
    level : float
        Coverage.

    Returns
    -------
    (float, float or None, float or None) or None
        Difference and interval; None where either is empty, no interval with fewer than two clusters.

    Raises
    ------
    MethodError
        See `cluster_share`; or the part is more than the whole.

    Notes
    -----
    The two shares are not independent, so the residuals of both ratios are taken together in each cluster
    (Cochran 1977, section 6.13: difference of two ratios of one sample).
    """
    x, n = np.asarray(hits, float), np.asarray(of, float)
    y, k = np.asarray(part_hits, float), np.asarray(part_of, float)
    _checked(x, n, level)
    _checked(y, k, level)
    if x.shape != y.shape or (k > n).any() or (y > x).any():
        raise MethodError("the part must be counted in the same clusters and hold no more than the whole")
    if n.sum() == 0 or k.sum() == 0:
        return None
    whole, part = float(x.sum() / n.sum()), float(y.sum() / k.sum())
    m = int((n > 0).sum())
    if m < 2:
        return part - whole, None, None
    residual = (y - part * k) / k.sum() - (x - whole * n) / n.sum()
    half = float(student.ppf(0.5 + level / 2, m - 1)) * math.sqrt(float((residual**2).sum()) * m / (m - 1))
    return part - whole, max(part - whole - half, -1.0), min(part - whole + half, 1.0)
