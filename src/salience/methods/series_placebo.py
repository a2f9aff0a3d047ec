"""Is a step at a date larger than steps at other dates? Rank among placebo dates, its interval, and its power.

The usual standard errors take periods for independent. Counts of violence are not: months of much fighting follow each
other, and a step "found" at any date has a good chance to look certain. Every date of the same series at which nothing
is known to have happened shows how large steps come about by themselves (randomisation inference in time; Abadie,
Diamond & Hainmueller 2010, JASA 105, section 2.4, place it across units).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray, check_design
from salience.methods.series_fit import Mean, SeriesData, check_series, fit_mean

# Ratios beyond exp(7), about 1,100, are not told apart from none.
FARTHEST = 7.0
_REJECTED_IN_A_ROW = 5


@dataclass(frozen=True, slots=True)
class PlaceboRank:
    """Where a step stands among the steps at other dates.

    Attributes
    ----------
    first : int
        First period after the change.
    dates : (m,) int
        The same for each placebo date.
    statistic : float
        Score of the step over its standard deviation under the model, which is the same multiple of the truth at
        every date: the ranks need no dispersion.
    placebo : (m,) float
        The same at the placebo dates.
    p_value : float
        (1 + placebo dates with as large a score, either way) / (1 + m).
    estimate : float
        Log ratio of the level after to that before; ±inf where one side has no counts.
    low, high : float
        Interval of the log ratio: all steps that, taken out of the series, leave a step at the date that does not
        stand out among the placebo dates. Infinite where no end is found; both are where m is too small for the level.
    level : float
    """

    first: int
    dates: npt.NDArray[np.intp]
    statistic: float
    placebo: FloatArray
    p_value: float
    estimate: float
    low: float
    high: float
    level: float

    @property
    def least_p(self) -> float:
        """The smallest p-value that so many placebo dates can give."""
        return 1.0 / (1.0 + len(self.dates))


@dataclass(frozen=True, slots=True)
class Steps:
    """A series, the design it has without the step, and the dates at which a step may be.

    Attributes
    ----------
    data : SeriesData
    design : (n, p) float
    firsts : (m,) int
        First period after each date.
    split : bool
        Whether the period before belongs to neither side, for the date falls inside it.
    theta : float
    """

    data: SeriesData
    design: FloatArray
    firsts: npt.NDArray[np.intp]
    split: bool
    theta: float

    def step(self, first: int) -> FloatArray:
        """Return the step (n,) at one date."""
        return (np.arange(len(self.design)) >= first).astype(np.float64)

    def scores(self, extra: FloatArray) -> FloatArray:
        """Return the standardised score (m,) of a step at each date, with `extra` (n,) added to the offset."""
        return self.scores_of(fit_mean(self.data, self.design, extra, self.theta))

    def scores_of(self, mean: Mean) -> FloatArray:
        """Return the standardised scores (m,) at a fitted mean.

        Rao's score of one more column, the others projected out. Where a period is split it has a column of its own,
        which takes it out of the sums.
        """
        X, n = self.design, len(self.design)
        steps = (np.arange(n)[:, None] >= self.firsts).astype(np.float64)
        information = X.T @ (mean.weight[:, None] * X)
        cross = X.T @ (mean.weight[:, None] * steps)
        own = mean.weight @ steps
        score = mean.residual @ steps
        if self.split:
            left = self.firsts - 1
            rows = X[left]
            information = information - mean.weight[left, None, None] * (rows[:, :, None] * rows[:, None, :])
            taken = -(rows * mean.residual[left, None])
            solved = np.linalg.solve(information, np.stack([cross.T, taken], axis=2))
            score = score - np.einsum("mp,mp->m", cross.T, solved[:, :, 1])
            variance = own - np.einsum("mp,mp->m", cross.T, solved[:, :, 0])
        else:
            variance = own - np.einsum("pm,pm->m", cross, np.linalg.solve(information, cross))
        usable = variance > 1e-9 * np.maximum(own, 1e-12)
        return np.where(usable, score / np.sqrt(np.where(usable, variance, 1.0)), 0.0)


def placebo_dates(
    periods: int, margin: int | None = None, exclude: tuple[int, ...] = ()
) -> npt.NDArray[np.intp]:
    """Return the first periods of all dates with at least `margin` periods on each side.

    The margin is a tenth of the series and at least 6 when left out: nearer to the ends a step rests on too little.
    """
    edge = max(6, periods // 10) if margin is None else margin
    dates = np.arange(edge, periods - edge + 1)
    return dates[~np.isin(dates, exclude)].astype(np.intp)


def placebo_rank(
    counts: npt.ArrayLike,
    design: npt.ArrayLike,
    first: int,
    offset: npt.ArrayLike | None = None,
    *,
    against: npt.ArrayLike | None = None,
    keep: npt.ArrayLike | None = None,
    split: bool = False,
    margin: int | None = None,
    exclude: tuple[int, ...] = (),
    theta: float = np.inf,
    level: float = 0.95,
    interval: bool = True,
) -> PlaceboRank:
    """Rank the step at a date among the steps at all other dates of the series.

    Parameters
    ----------
    counts, offset, against, keep
        As in `interrupted`.
    design : (n, p) float
        Without the step.
    first : int
        First period after the date, 1 to n − 1.
    split : bool
        The date falls inside period first − 1, which then belongs to neither side, at placebo dates too.
    margin : int, optional
        See `placebo_dates`.
    exclude : tuple of int
        Dates at which something is known to have happened; they are no placebos.
    theta : float
        Of the negative binomial, taken as known; infinity for the Poisson and its quasi-likelihood.
    level : float
    interval : bool
        Also find the estimate and its interval.

    Raises
    ------
    MethodError
        On what `interrupted` refuses, a date outside the series, or a series without any placebo date.
    """
    steps = take_steps(counts, design, first, offset, against, keep, split, margin, exclude, theta)
    nothing = np.zeros(len(steps.design))
    scores = steps.scores(nothing)
    estimate = low = high = float("nan")
    if interval:
        estimate = step_estimate(steps, first)
        low, high = _invert(steps, first, estimate, 1.0 - level)
    return PlaceboRank(
        first=first,
        dates=steps.firsts[1:],
        statistic=float(scores[0]),
        placebo=scores[1:],
        p_value=rank_first(scores),
        estimate=estimate,
        low=low,
        high=high,
        level=level,
    )


def take_steps(
    counts: npt.ArrayLike,
    design: npt.ArrayLike,
    first: int,
    offset: npt.ArrayLike | None,
    against: npt.ArrayLike | None,
    keep: npt.ArrayLike | None,
    split: bool,
    margin: int | None,
    exclude: tuple[int, ...],
    theta: float,
) -> Steps:
    """Return the series with the date and its placebo dates, the date first; or say what is wrong.

    Raises
    ------
    MethodError
    """
    data = check_series(counts, offset, against, keep)
    X = check_design(design, len(data.counts))
    n = len(data.counts)
    if not 1 + split <= first <= n - 1:
        raise MethodError(f"the change is at period {first} of {n}; expected periods on both sides of it")
    dates = placebo_dates(n, margin, (first, *exclude))
    dates = dates[dates > split]
    if len(dates) == 0:
        raise MethodError(f"{n} periods leave no placebo date; expected a longer series or a smaller margin")
    if int(data.keep.sum()) <= X.shape[1] + 1 + split:
        raise MethodError(
            f"{int(data.keep.sum())} periods for {X.shape[1] + 1} columns; expected more periods than columns"
        )
    return Steps(data, X, np.concatenate([[first], dates]).astype(np.intp), split, theta)


def rank_first(scores: FloatArray) -> float:
    """Return the p-value of the first score among the others; the same score counts against it."""
    size = np.abs(scores)
    return float((1 + (size[1:] >= size[0] - 1e-9).sum()) / len(size))


def step_estimate(steps: Steps, first: int) -> float:
    """Return the log ratio at which the score of the step vanishes: its maximum-likelihood estimate."""
    step = steps.step(first)
    data = steps.data
    used = data.keep.copy()
    if steps.split:
        used[first - 1] = False
    for side, sign in ((used & (step == 0), 1.0), (used & (step == 1), -1.0)):
        if not data.counts[side].any():
            return sign * np.inf
        if data.against is not None and not data.against[side].any():
            return -sign * np.inf
    own = Steps(data, steps.design, np.array([first], dtype=np.intp), steps.split, steps.theta)

    def score(delta: float) -> float:
        return float(own.scores(delta * step)[0])

    return _root(score)


def _root(score: Callable[[float], float]) -> float:
    """Return where a falling function crosses 0, between −FARTHEST and FARTHEST."""
    low, high, middle = -FARTHEST, FARTHEST, 0.0
    if score(low) <= 0:
        return -np.inf
    if score(high) >= 0:
        return np.inf
    width = 1.0
    while score(-width) * score(width) > 0 and width < FARTHEST:
        width = min(2.0 * width, FARTHEST)
    low, high = -width, width
    ends = score(low), score(high)
    for _ in range(60):
        middle = low + (high - low) * ends[0] / (ends[0] - ends[1])
        middle = min(max(middle, low + 0.05 * (high - low)), high - 0.05 * (high - low))
        value = score(middle)
        if abs(value) < 1e-9 or high - low < 1e-9:
            break
        if value > 0:
            low, ends = middle, (value, ends[1])
        else:
            high, ends = middle, (ends[0], value)
    return middle


def _invert(steps: Steps, first: int, estimate: float, alpha: float) -> tuple[float, float]:
    """Return the outermost steps whose removal leaves one that does not stand out (p above alpha)."""
    if 1.0 / len(steps.firsts) > alpha:
        return -np.inf, np.inf
    step = steps.step(first)

    def stands(delta: float) -> bool:
        return rank_first(steps.scores(delta * step)) > alpha

    ends = [_outermost(stands, estimate, sign, steps, step) for sign in (-1.0, 1.0)]
    return ends[0], ends[1]


def _outermost(
    stands: Callable[[float], bool], estimate: float, sign: float, steps: Steps, step: FloatArray
) -> float:
    """Search outward from the estimate in growing strides; halve the last one until the end is known to 0.001."""
    if np.isinf(estimate):
        if np.sign(estimate) == sign:
            return float(estimate)
        start = float(estimate > 0) * 2 * FARTHEST - FARTHEST
        if not stands(start):
            return float(start)
    else:
        start = estimate
    stride = max(0.25 / np.sqrt(max(_information(steps, step), 1e-6)), 0.01)
    inside, delta, rejected, outside = start, start, 0, None
    while abs(delta) < FARTHEST or np.sign(delta) != sign:
        delta += sign * stride
        if stands(delta):
            inside, rejected, outside = delta, 0, None
        else:
            outside = delta if outside is None else outside
            rejected += 1
            if rejected >= _REJECTED_IN_A_ROW:
                break
        stride *= 1.08
    if outside is None:
        return float(sign * np.inf)
    while abs(outside - inside) > 0.001:
        middle = (inside + outside) / 2.0
        inside, outside = (middle, outside) if stands(middle) else (inside, middle)
    return float(outside)


def _information(steps: Steps, step: FloatArray) -> float:
    """Return the information of the step by itself, a scale for strides."""
    mean = fit_mean(steps.data, steps.design, np.zeros(len(step)), steps.theta)
    ones, total = float(mean.weight @ step), float(mean.weight.sum())
    return ones * (total - ones) / max(total, 1e-12) / 4.0
