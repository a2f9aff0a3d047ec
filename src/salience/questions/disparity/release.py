"""Small counts of persons are not shown in what may leave the machine."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]


def hide_small(counts: npt.ArrayLike, smallest: int) -> Flags:
    """Return which cells of a table must not be shown, where its row and column sums are shown as well.

    Counts from 1 to `smallest` - 1 are hidden, and then as many more as it takes that no hidden cell can be had by
    subtraction (complementary suppression: Hundepool et al. 2012, Statistical Disclosure Control, chapter 4).

    Parameters
    ----------
    counts : (rows, columns) int
    smallest : int
        1 hides nothing.

    Returns
    -------
    ndarray of bool, shape (rows, columns)
    """
    table = np.asarray(counts, dtype=np.float64)
    hidden = (table > 0) & (table < smallest)
    while True:
        before = int(hidden.sum())
        for axis in (0, 1):
            for line in np.flatnonzero(hidden.sum(axis=1 - axis) == 1):
                row, mask = (table[line], hidden[line]) if axis == 0 else (table[:, line], hidden[:, line])
                shown = np.flatnonzero(~mask)
                if len(shown):
                    # The smallest that is not zero tells least when it is gone; a zero serves where there is no other.
                    order = np.where(row[shown] > 0, row[shown], np.inf)
                    mask[shown[int(np.argmin(order))]] = True
        if int(hidden.sum()) == before:
            return hidden


def is_small(count: float, smallest: int) -> bool:
    """Return whether a count of persons, and any ratio that gives it away, must not be shown."""
    return 0 < count < smallest


def show_count(count: float, smallest: int, *, hidden: bool | None = None) -> str:
    """Write a count of persons, or that it is small."""
    small = is_small(count, smallest) if hidden is None else hidden
    if not small:
        return f"{count:,.0f}"
    return f"under {smallest}" if count < smallest else "not shown"
