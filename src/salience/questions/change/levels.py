"""What the windows before and after a date hold: counts as they stand in the record, and the levels drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salience.methods import series as methods
from salience.questions.change.series import Series

Floats = npt.NDArray[np.float64]
Kept = npt.NDArray[np.bool_]


def sum_windows(values: Floats, rank: methods.PlaceboRank, keep: Kept, split: bool) -> tuple[int, int]:
    """Return the sums of the kept periods in the windows before and after."""
    before, after = (round(float(values[side][keep[side]].sum())) for side in _sides(rank, split))
    return before, after


def levels_of(
    series: Series, rank: methods.PlaceboRank, offset: Floats, keep: Kept, split: bool
) -> tuple[Floats, Floats | None]:
    """Return the level in the windows before and after, and after it had there been no step; nan outside."""
    n, exposure = len(series.counts), np.exp(offset)
    base = exposure if series.against is None else series.counts + series.against
    fitted = np.full(n, np.nan)
    for side in _sides(rank, split):
        held = keep[side] & (base[side] > 0)
        if held.any():
            level = series.counts[side][held].sum() / base[side][held].sum()
            fitted[side] = np.where(held, level * base[side], np.nan)
    if series.against is not None or not np.isfinite(rank.estimate):
        return fitted, None
    without = np.full(n, np.nan)
    without[rank.first : rank.first + rank.after] = fitted[rank.first : rank.first + rank.after] / np.exp(
        rank.estimate
    )
    return fitted, without


def _sides(rank: methods.PlaceboRank, split: bool) -> tuple[slice, slice]:
    """Return the windows before and after; a period that holds the date is in neither."""
    last = rank.first - int(split)
    return slice(max(last - rank.before, 0), last), slice(rank.first, rank.first + rank.after)
