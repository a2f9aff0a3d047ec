"""The smallest change that a series could have shown: so that "no change" is never mere lack of data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray, check_vector
from salience.methods.series.placebo import Windows, rank_first, take_windows
from salience.methods.series.segments import chance_of_no_change, check_exposure

_MOST_DATES_PLANTED = 40
_STRIDE, _LARGEST = 0.15, float(np.log(50.0))
# Undated changes are tried in series of at most so many periods; longer ones are added up in blocks.
_MOST_PERIODS = 72
_SERIES = 40


def smallest_change(
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
    power: float = 0.8,
    estimate: float = 0.0,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the smallest fall and rise, as log ratios, that the placebo rank would have shown with the given power.

    The step found is taken out of the series; then a step of known size is planted at other dates in turn and ranked
    among the remaining ones. A fall is planted by leaving out each count after the date with chance 1 − ratio, a rise
    by leaving out counts before it: thinning keeps whatever makes months hang together, and needs no model of it.

    Parameters
    ----------
    counts, first, offset, against, keep, split, window, drift, exclude, level
        As in `placebo_rank`.
    power : float
    estimate : float
        The step found, which is offset; infinite ones are left in.
    seed : int

    Returns
    -------
    fall, rise : float
        −inf and inf where not even a ratio of 50 would have been shown, or there are too few placebo dates.

    Raises
    ------
    MethodError
        As `placebo_rank`.
    """
    windows = take_windows(counts, first, offset, against, keep, split, window, drift, exclude)
    alpha, dates = 1.0 - level, windows.firsts[1:]
    if 1.0 / len(windows.firsts) > alpha + 1e-12:
        return -np.inf, np.inf
    after = np.arange(len(windows.data.counts)) >= first
    taken = np.where(after, estimate, 0.0) if np.isfinite(estimate) else np.zeros(len(after))
    spread = np.unique(np.linspace(0, len(dates) - 1, min(len(dates), _MOST_DATES_PLANTED)).astype(int))
    fall, rise = (_least(windows, dates[spread], taken, sign, alpha, power, seed) for sign in (-1.0, 1.0))
    return fall, rise


def _least(
    windows: Windows,
    planted: npt.NDArray[np.intp],
    taken: FloatArray,
    sign: float,
    alpha: float,
    power: float,
    seed: int,
) -> float:
    """Try growing sizes, and halve the last stride: very large falls leave too few counts to be told apart again."""

    def shown(size: float) -> bool:
        rng = np.random.default_rng([seed, int(sign > 0)])  # the same draws for every size
        found = [_is_shown(windows, int(f), sign * size, taken, alpha, rng) for f in planted]
        return float(np.mean(found)) >= power

    low, high = 0.0, _STRIDE
    while not shown(high):
        low, high = high, high + _STRIDE
        if high > _LARGEST:
            return float(sign * np.inf)
    while high - low > 0.02:
        middle = (low + high) / 2.0
        low, high = (low, middle) if shown(middle) else (middle, high)
    return float(sign * high)


def _is_shown(
    windows: Windows, first: int, size: float, taken: FloatArray, alpha: float, rng: np.random.Generator
) -> bool:
    after = np.arange(len(taken)) >= first
    thinned = after if size < 0 else ~after
    whole = np.rint(windows.data.counts).astype(np.int64)
    counts = np.where(thinned, rng.binomial(whole, np.exp(-abs(size))), whole).astype(np.float64)
    others = windows.firsts[windows.firsts != first]
    firsts = np.concatenate([[first], others]).astype(np.intp)
    apart = np.abs(firsts - first) >= windows.before + windows.after + windows.split
    trial = replace(windows, data=replace(windows.data, counts=counts), firsts=firsts, apart=apart)
    return rank_first(trial.scores(taken)) <= alpha


def smallest_undated_change(
    counts: npt.ArrayLike,
    exposure: npt.ArrayLike | None = None,
    *,
    dispersion: float = 1.0,
    shown_at: float = 0.05,
    power: float = 0.8,
    no_change: float = 0.5,
    seed: int = 0,
) -> float:
    """Return the smallest ratio of levels, half-way through, that change points would show with the given power.

    Series with one change in the middle and the same mean are drawn, and the share of those is counted whose
    probability of no change is at most `shown_at`. The variance is `dispersion` times the mean: counts of a Poisson
    distribution with 1 / dispersion of the mean say as much. Rises and falls are alike.

    Parameters
    ----------
    counts, exposure, dispersion, no_change
        As in `change_points`.
    shown_at, power : float
    seed : int

    Returns
    -------
    float
        Above 1; infinity where a ratio of 50 would not have been shown.

    Raises
    ------
    MethodError
        As `change_points`.
    """
    y = check_vector(counts, "counts")
    e = check_exposure(y, exposure)
    if len(y) < 2 or not dispersion > 0:
        raise MethodError("expected two periods or more and a dispersion above 0")
    block = -(-len(y) // _MOST_PERIODS)
    periods = max(len(y) // block, 2)
    mean = float(y.sum()) / periods / dispersion
    after = np.arange(periods) >= periods // 2

    def shown(log_ratio: float) -> float:
        rng = np.random.default_rng(seed)
        shape = np.where(after, np.exp(log_ratio), 1.0)
        expected = mean * shape / shape.mean()
        number = 0
        for _ in range(_SERIES):
            drawn = rng.poisson(expected)
            if drawn.any():
                number += chance_of_no_change(drawn, no_change=no_change) <= shown_at
        return number / _SERIES

    low, high = 0.0, float(np.log(50.0))
    if not e.any() or shown(high) < power:
        return float("inf")
    while high - low > 0.06:
        middle = (low + high) / 2.0
        low, high = (low, middle) if shown(middle) >= power else (middle, high)
    return float(np.exp(high))
