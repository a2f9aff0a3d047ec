"""Is a step at a date larger than steps at other dates? Rank among placebo dates, and its interval.

The usual standard errors take periods for independent. Counts of violence are not: months of much fighting follow each
other, and a step "found" at any date has a good chance to look certain. Every other date of the same series shows how
large steps come about by themselves (randomisation inference in time; across units, Abadie, Diamond & Hainmueller 2010,
JASA 105). A step is the log ratio of the level in a window after the date to that in a window before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray
from salience.methods.series.fit import SeriesData, check_series

# Ratios beyond exp(7), about 1,100, are not told apart from none.
FARTHEST = 7.0
_REJECTED_IN_A_ROW = 8
# Fewer dates whose windows do not meet the date's own tell nothing of the usual drift.
_FEWEST_APART = 10
_PLACEBOS_WANTED = 39


@dataclass(frozen=True, slots=True)
class PlaceboRank:
    """Where a step stands among the steps at other dates.

    Attributes
    ----------
    first : int
        First period after the change.
    dates : (m,) int
        The same for each placebo date.
    before, after : int
        Periods of the windows.
    drift : float
        Log ratio that is usual at other dates, and taken off; 0 unless asked for.
    statistic : float
        Log ratio at the date, less drift, over its standard deviation.
    placebo : (m,) float
        The same at the placebo dates.
    p_value : float
        (1 + placebo dates with as large a statistic, either way) / (1 + m).
    estimate : float
        Log ratio of the level after to that before, less drift; ±inf where one side has no counts.
    low, high : float
        Interval of the log ratio: all steps that, taken out of the series, leave one at the date that does not stand
        out (see `_ends`). Infinite where one side has no counts, or m is too small for the level.
    level : float
    """

    first: int
    dates: npt.NDArray[np.intp]
    before: int
    after: int
    drift: float
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
class Windows:
    """A series, and windows before and after each date; the date asked about is the first.

    Attributes
    ----------
    data : SeriesData
    firsts : (m,) int
        First period after each date.
    split : int
        1 where the period before each date belongs to neither side, for the date falls inside it.
    before, after : int
    apart : (m,) bool
        Dates whose windows do not meet those of the date asked about.
    drifting : bool
    """

    data: SeriesData
    firsts: npt.NDArray[np.intp]
    split: int
    before: int
    after: int
    apart: npt.NDArray[np.bool_]
    drifting: bool

    def sums(self, extra: FloatArray) -> tuple[FloatArray, ...]:
        """Return counts before and after (m,), and exposures or control counts; `extra` (n,) joins the offset."""
        data = self.data
        exposure = np.exp(data.offset + extra)
        size = exposure if data.against is None else data.against * exposure
        ends = [
            self.firsts - self.split - self.before,
            self.firsts - self.split,
            self.firsts,
            self.firsts + self.after,
        ]
        totals = []
        for values in (data.counts, size, data.against if data.against is not None else np.zeros(len(size))):
            cumulative = np.concatenate([[0.0], np.cumsum(np.where(data.keep, values, 0.0))])
            totals += [cumulative[ends[1]] - cumulative[ends[0]], cumulative[ends[3]] - cumulative[ends[2]]]
        return tuple(totals)

    def steps(self, extra: FloatArray) -> tuple[FloatArray, FloatArray, float]:
        """Return the log ratio (m,) at each date, its standard deviation (m,), and the drift.

        Half a count is added to each side (Haldane 1955). The variance is what Poisson counts give, plus what steps
        vary beyond it over all dates: where counts are small the first counts most, where they are large the second.
        """
        b, a, size_b, size_a, control_b, control_a = self.sums(extra)
        usable = (size_b > 0) & (size_a > 0)
        half = 0.5 * (self.data.against is not None)
        ratio = np.log(np.where(usable, size_b, 1.0) + half) - np.log(np.where(usable, size_a, 1.0) + half)
        ratio = np.where(usable, np.log(a + 0.5) - np.log(b + 0.5) + ratio, 0.0)
        chance = 1.0 / (a + 0.5) + 1.0 / (b + 0.5)
        if self.data.against is not None:
            chance = chance + 1.0 / (control_a + 0.5) + 1.0 / (control_b + 0.5)
        drift = 0.0
        if self.drifting and (self.apart & usable).sum() >= _FEWEST_APART:
            drift = float(np.median(ratio[self.apart & usable]))
        beyond = float(np.mean(((ratio - drift) ** 2 - chance)[usable])) if usable.any() else 0.0
        return np.where(usable, ratio - drift, 0.0), np.sqrt(chance + max(beyond, 0.0)), drift

    def scores(self, extra: FloatArray) -> FloatArray:
        """Return the standardised steps (m,)."""
        ratio, deviation, _ = self.steps(extra)
        return np.asarray(ratio / deviation)


def usual_window(periods: int, year: int) -> int:
    """Return a year; in a short series an eighth of it, or what leaves 39 placebo dates; at least 4.

    With fewer than 39 none may be as large for a p-value of .05, and the dates beside the one asked about nearly always
    are; see the table of power in docs/change.md.
    """
    return max(4, min(year, periods // 8, (periods - _PLACEBOS_WANTED) // 2))


def placebo_rank(
    counts: npt.ArrayLike,
    first: int,
    offset: npt.ArrayLike | None = None,
    *,
    against: npt.ArrayLike | None = None,
    keep: npt.ArrayLike | None = None,
    split: bool = False,
    window: int = 12,
    drift: bool = False,
    exclude: tuple[int, ...] = (),
    level: float = 0.95,
) -> PlaceboRank:
    """Rank the step at a date among the steps at all other dates of the series.

    Dates near the one asked about stay among the placebos. Their windows hold a part of its step, which costs power;
    but without them a slow wave that happens to crest at the date would have nothing to be compared with, and the rank
    would lie (see docs/change.md).

    Parameters
    ----------
    counts, offset, against, keep
        As in `interrupted`. With `against`, a step is the log of the ratio of ratios.
    first : int
        First period after the date, 1 to n − 1.
    split : bool
        The date falls inside period first − 1, which then belongs to neither side, at placebo dates too.
    window : int
        Periods before and after that are compared; fewer where the series ends earlier. A year lets the season cancel.
    drift : bool
        Take off the median step of the dates whose windows do not meet the date's, if there are 10 or more: a steady
        trend.
    exclude : tuple of int
        Dates at which something else is known to have happened; they are no placebos.
    level : float

    Raises
    ------
    MethodError
        On what `interrupted` refuses, a date outside the series, or a series without any placebo date.
    """
    windows = take_windows(counts, first, offset, against, keep, split, window, drift, exclude)
    nothing = np.zeros(len(windows.data.counts))
    scores = windows.scores(nothing)
    estimate = step_estimate(windows)
    p_value = rank_first(scores)
    low, high = _ends(windows, estimate, p_value, 1.0 - level)
    return PlaceboRank(
        first=first,
        dates=windows.firsts[1:],
        before=windows.before,
        after=windows.after,
        drift=windows.steps(nothing)[2],
        statistic=float(scores[0]),
        placebo=scores[1:],
        p_value=p_value,
        estimate=estimate,
        low=low,
        high=high,
        level=level,
    )


def take_windows(
    counts: npt.ArrayLike,
    first: int,
    offset: npt.ArrayLike | None,
    against: npt.ArrayLike | None,
    keep: npt.ArrayLike | None,
    split: bool,
    window: int,
    drift: bool,
    exclude: tuple[int, ...],
) -> Windows:
    """Return the series with its windows, those of the date first; or say what is wrong.

    Raises
    ------
    MethodError
    """
    data = check_series(counts, offset, against, keep)
    n, gap = len(data.counts), int(split)
    if not 1 + gap <= first <= n - 1:
        raise MethodError(f"the change is at period {first} of {n}; expected periods on both sides of it")
    if window < 1:
        raise MethodError(f"window is {window}; expected 1 period or more")
    before, after = min(window, first - gap), min(window, n - first)
    for side, where in (
        (slice(first - gap - before, first - gap), "before"),
        (slice(first, first + after), "after"),
    ):
        if not data.keep[side].any():
            raise MethodError(f"no period {where} period {first} is to be fitted; expected some")
    dates = np.arange(before + gap, n - after + 1)
    dates = dates[~np.isin(dates, (first, *exclude))]
    if len(dates) == 0:
        raise MethodError(f"{n} periods leave no placebo date; expected a longer series or a smaller window")
    firsts = np.concatenate([[first], dates]).astype(np.intp)
    apart = np.abs(firsts - first) >= before + after + gap
    return Windows(data, firsts, gap, before, after, apart, drift)


def rank_first(scores: FloatArray) -> float:
    """Return the p-value of the first score among the others; the same score counts against it."""
    size = np.abs(scores)
    return float((1 + (size[1:] >= size[0] - 1e-9).sum()) / len(size))


def step_estimate(windows: Windows) -> float:
    """Return the log ratio at the date, without any half counts; ±inf where one side has none."""
    nothing = np.zeros(len(windows.data.counts))
    b, a, size_b, size_a, *_ = (float(x[0]) for x in windows.sums(nothing))
    if a == 0 or size_b == 0:
        return -np.inf if b > 0 and size_a > 0 else 0.0
    if b == 0 or size_a == 0:
        return np.inf
    return float(np.log(a / size_a) - np.log(b / size_b)) - windows.steps(nothing)[2]


def _ends(windows: Windows, estimate: float, p_value: float, alpha: float) -> tuple[float, float]:
    """Return the interval of the log ratio.

    Its ends are the outermost steps whose removal leaves one that does not stand out. Noise can hide where a large step
    lies by a period or two, and then every larger step stands: there the end is the estimate with the quantile of the
    placebo steps, once the step is taken out of the series.
    """
    if 1.0 / len(windows.firsts) > alpha + 1e-12:
        return -np.inf, np.inf
    after = (np.arange(len(windows.data.counts)) >= windows.firsts[0]).astype(np.float64)
    scale = float(windows.steps(np.zeros(len(after)))[1][0])

    def stands(delta: float) -> bool:
        return rank_first(windows.scores(delta * after)) > alpha

    low, high = (_outermost(stands, estimate, sign, max(scale / 12.0, 0.004)) for sign in (-1.0, 1.0))
    if np.isfinite(estimate):
        ratio, deviation, _ = windows.steps(estimate * after)
        sizes = np.sort(np.abs(ratio / deviation)[1:])
        reach = float(
            sizes[min(int(np.ceil((1.0 - alpha) * (len(sizes) + 1))) - 1, len(sizes) - 1)] * deviation[0]
        )
        low = estimate - reach if np.isinf(low) else low
        high = estimate + reach if np.isinf(high) else high
    if p_value <= alpha:  # a step of nothing was rejected: it is not in the interval
        low, high = (max(low, 0.0), high) if estimate > 0 else (low, min(high, 0.0))
    return low, high


def _outermost(stands: Callable[[float], bool], estimate: float, sign: float, stride: float) -> float:
    """Search outward from the estimate in growing strides; halve the last one until the end is known to 0.0005."""
    start = estimate
    if np.isinf(estimate):
        if np.sign(estimate) == sign:
            return float(estimate)
        start = float(np.sign(estimate)) * FARTHEST
        if not stands(start):
            return float(start)
    inside, delta, rejected, outside = start, start, 0, float("nan")
    while sign * delta < FARTHEST:
        delta += sign * stride
        if stands(delta):
            inside, rejected = delta, 0
        else:
            outside = delta if rejected == 0 else outside
            rejected += 1
            if rejected >= _REJECTED_IN_A_ROW:
                break
        stride *= 1.05
    if rejected == 0:
        return float(sign * np.inf)
    while abs(outside - inside) > 0.0005:
        middle = (inside + outside) / 2.0
        inside, outside = (middle, outside) if stands(middle) else (inside, middle)
    return float(outside)
