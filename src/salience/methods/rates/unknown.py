"""When the group of some of the counted is not named: what is sure, what is likely, and what would overturn it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from salience.errors import MethodError
from salience.methods.cells import FloatArray
from salience.methods.rates.intervals import RateInterval, require_counts
from salience.methods.rates.population import uncertain_ratio, uncertain_share_ratio

Measure = Literal["share_ratio", "rate_ratio"]


@dataclass(frozen=True, slots=True)
class UnknownBounds:
    """A ratio when some of the counted are of unknown group.

    Attributes
    ----------
    like_known : RateInterval
        If the unknown are of the groups that the known are of.
    worst : (float, float)
        The ratio if none, and if all, of the unknown are of the group; no assumption, no chance.
    limits : (float, float)
        The same with chance: the lower limit of the one and the upper limit of the other. They hold the truth at least
        as often as their level says, whoever the unknown are.
    unknown_share : float
        Share of the counted that is unknown.
    named_share : float
        The group's share of the known.
    tipping_share : float or None
        The group's share of the unknown at which the ratio is 1; None when no share does that.
    tipping_odds : float or None
        Odds of that share over the odds of the group among the known: 0.2 means that the group would have to be five
        times rarer among the unknown.
    undecided_share : float or None
        The group's share of the unknown at which the interval begins to hold 1; None when it does at their like-the-
        known share, or when no share does that.
    side : int
        1 where the interval of `like_known` lies above 1, -1 below, 0 where it holds 1.
    survives : bool
        Whether the finding stands whoever the unknown are.
    level : float
    """

    like_known: RateInterval
    worst: tuple[float, float]
    limits: tuple[float, float]
    unknown_share: float
    named_share: float
    tipping_share: float | None
    tipping_odds: float | None
    undecided_share: float | None
    side: int
    survives: bool
    level: float


def bounds_with_unknown(
    events: npt.ArrayLike,
    unknown: float,
    share: npt.ArrayLike,
    *,
    measure: Measure = "share_ratio",
    possible: float | None = None,
    dispersion: float = 1.0,
    level: float = 0.95,
) -> UnknownBounds:
    """Bound a ratio by who the unknown may be (Manski 1990, 2003), and say what would overturn it.

    Parameters
    ----------
    events : (2,) float
        Of the group, and of all others, among those whose group is known.
    unknown : float
        How many more were counted whose group is not known.
    share : (3,) float
        The group's share of the population: low, best, high.
    measure : {"share_ratio", "rate_ratio"}
        Against the whole population, or against all others.
    possible : float, optional
        How many of the unknown can be of the group; all when left out. A man of unknown group is no woman of this one.
    dispersion : float
        1 or more; how many times as much the counts vary as single events would.
    level : float

    Returns
    -------
    UnknownBounds

    Raises
    ------
    MethodError
        Negative counts, more possible than unknown, or what is no share.

    Examples
    --------
    >>> found = bounds_with_unknown([60, 140], 100, [0.1, 0.1, 0.1])
    >>> [round(end, 2) for end in found.worst], round(found.tipping_share, 2)
    ([2.0, 5.33], None)
    """
    known, u, can = _require_unknown(events, unknown, possible)

    def interval(members: float) -> RateInterval:
        """Take so many of the unknown as members of the group, and the others as of other groups."""
        counts = [known[0] + members, known[1] + u - members]
        return _ratio(counts, share, measure, dispersion, level)

    like = _ratio(known, share, measure, dispersion, level)
    least, most = interval(0.0), interval(can)
    total = float(known.sum())
    named = float(known[0] / total) if total else np.nan
    tip = _tipping(known, u, float(np.asarray(share, dtype=np.float64)[1]))
    side = 1 if like.low > 1 else -1 if like.high < 1 else 0
    return UnknownBounds(
        like_known=like,
        worst=(least.value, most.value),
        limits=(least.low, most.high),
        unknown_share=u / (u + total) if u + total else np.nan,
        named_share=named,
        tipping_share=tip,
        tipping_odds=_tipping_odds(tip, named),
        undecided_share=_undecided(interval, u, can, side),
        side=side,
        survives=bool((side > 0 and least.low > 1) or (side < 0 and most.high < 1)),
        level=level,
    )


def dispersion_of_batches(
    group: npt.ArrayLike, known: npt.ArrayLike, squares: npt.ArrayLike, batches: npt.ArrayLike
) -> float:
    """Return how many times as much counts vary as single persons would, when they come in batches.

    A raid takes ten persons of one village: they are not ten independent arrests. The variance between batches about
    their stratum's share is put over the binomial one (the design effect: Kish 1965; McCullagh & Nelder 1989, 4.5).

    Parameters
    ----------
    group, known : (strata,) float
        Persons of the group, and all of known group.
    squares : (strata, 3) float
        Over batches: sums of x², x n and n², where x are of the group and n of known group.
    batches : (strata,) float

    Returns
    -------
    float
        1 or more; 1 where no batch holds more than one.

    Raises
    ------
    MethodError
        Shapes that do not fit or negative counts.
    """
    x, n, m = require_counts(group), require_counts(known), require_counts(batches)
    q = require_counts(squares)
    if not x.shape == n.shape == m.shape or q.shape != (*x.shape, 3):
        raise MethodError(
            f"group, known, batches and squares have shapes {x.shape}, {n.shape}, {m.shape}, {q.shape}"
        )
    share = np.divide(x, n, out=np.zeros_like(x), where=n > 0)
    scatter = np.maximum(q[..., 0] - 2 * share * q[..., 1] + share**2 * q[..., 2], 0.0)
    scatter = np.where(m > 1, scatter * m / np.maximum(m - 1, 1), 0.0)
    binomial = np.where(m > 1, n * share * (1 - share), 0.0).sum()
    return max(float(scatter.sum() / binomial), 1.0) if binomial > 0 else 1.0


def _require_unknown(
    events: npt.ArrayLike, unknown: float, possible: float | None
) -> tuple[FloatArray, float, float]:
    known = require_counts(events)
    if known.shape != (2,):
        raise MethodError(
            f"events have shape {known.shape}; expected two numbers, the group's and the others'"
        )
    u = float(require_counts([unknown])[0])
    can = u if possible is None else float(require_counts([possible])[0])
    if can > u:
        raise MethodError(f"{can:g} of the unknown are possible, but there are {u:g}; expected no more")
    return known, u, can


def _tipping_odds(tip: float | None, named: float) -> float | None:
    if tip is None or not 0 < named < 1:
        return None
    return np.inf if tip >= 1 else tip / (1 - tip) / (named / (1 - named))


def _ratio(
    events: npt.ArrayLike, share: npt.ArrayLike, measure: Measure, dispersion: float, level: float
) -> RateInterval:
    if measure == "share_ratio":
        return uncertain_share_ratio(events, share, dispersion=dispersion, level=level)
    if measure == "rate_ratio":
        return uncertain_ratio(events, share, dispersion=dispersion, level=level)
    raise MethodError(f"'{measure}' is no measure; expected share_ratio or rate_ratio")


def _tipping(known: FloatArray, unknown: float, share: float) -> float | None:
    """Return the group's share of the unknown at which its share of all equals that of the population."""
    if unknown == 0:
        return None
    needed = ((known.sum() + unknown) * share - known[0]) / unknown
    return float(needed) if 0 <= needed <= 1 else None


def _undecided(interval: object, unknown: float, possible: float, side: int) -> float | None:
    """Return the group's share of the unknown at which the interval's nearer end reaches 1."""
    assert callable(interval)
    if unknown == 0 or side == 0:
        return None

    def beyond(members: float) -> float:
        found = interval(members)
        return float(np.log(max(found.low, 1e-300)) if side > 0 else np.log(found.high))

    first, last = beyond(0.0), beyond(possible)
    if first * last > 0:
        return None
    return float(brentq(beyond, 0.0, possible, xtol=1e-6 * max(possible, 1.0))) / unknown
