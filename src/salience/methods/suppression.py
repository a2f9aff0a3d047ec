"""Keeping small counts of a table from being worked out from its totals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Suppressed:
    """What of a table of counts must be kept back.

    Attributes
    ----------
    cells : (rows, columns) bool
    row_totals : (rows,) bool
    column_totals : (columns,) bool
    whole : bool
        Whether the total of all is kept back too.
    small : int
        How many counts and totals are kept back because they are small; the others protect them.
    """

    cells: Flags
    row_totals: Flags
    column_totals: Flags
    whole: bool
    small: int


def suppress(counts: npt.ArrayLike, smallest: int) -> Suppressed:
    """Choose which counts and totals to keep back, so that for each small one what is shown allows `smallest` or more.

    Counts and totals from 1 to `smallest` - 1 are kept back. For each of them, counts are then kept back with which a
    table can be written that agrees with all that is shown, has no count below one where one is kept back, and has
    `smallest` in this place (complementary suppression: Hundepool et al. 2012, Statistical Disclosure Control, ch. 4;
    a rectangle of cells whose counts change in turn: Gusfield 1988, SIAM J. Comput. 17(3)). So nobody can tell even
    that it is small. Of all such rectangles the one that keeps back the smallest sum of counts is taken; rows of the
    table may be as few as one, for totals are corners too.

    Zeros are shown: whether anything was counted in a place is not hidden.

    Parameters
    ----------
    counts : (rows, columns) int
        Not negative; shown with the totals of rows, of columns and of all.
    smallest : int
        1 keeps nothing back.

    Returns
    -------
    Suppressed

    Raises
    ------
    MethodError
        The table is no table of counts, or `smallest` is below 1.
    """
    table = _with_totals(counts, smallest)
    kept = (table > 0) & (table < smallest)
    small = [(int(i), int(j)) for i, j in zip(*np.nonzero(kept), strict=True)]
    for i, j in small:
        for corner in _cheapest_rectangle(table, kept, i, j, smallest - int(table[i, j])):
            kept[corner] = True
    return Suppressed(kept[:-1, :-1], kept[:-1, -1], kept[-1, :-1], bool(kept[-1, -1]), len(small))


def _with_totals(counts: npt.ArrayLike, smallest: int) -> Counts:
    found = np.asarray(counts)
    if found.ndim != 2 or not np.issubdtype(found.dtype, np.integer) or (found.size and found.min() < 0):
        raise MethodError("counts must be a table (rows, columns) of whole numbers that are not negative")
    if smallest < 1:
        raise MethodError(f"smallest is {smallest}; expected 1 or more")
    table = found.astype(np.int64)
    rows = np.column_stack([table, table.sum(axis=1)])
    return np.vstack([rows, rows.sum(axis=0)])


def _cheapest_rectangle(
    table: Counts, kept: Flags, i: int, j: int, more: int
) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Return the other corners of the rectangle through which (i, j) can hold `more` at the least cost.

    In a row the counts add up to its total: with one count raised, another falls or the total rises; likewise down a
    column. So a corner's change has a sign, and one that falls must have enough to stay at one.
    """
    across = np.where(np.arange(table.shape[1]) == table.shape[1] - 1, -1, 1)
    down = np.where(np.arange(table.shape[0]) == table.shape[0] - 1, -1, 1)
    # The change at (i, b) is -across[j] / across[b], at (a, j) alike, at (a, b) their product.
    along, beside = -across[j] * across, -down[i] * down
    sign = np.outer(beside, along)
    sign[i], sign[:, j] = along, beside
    able = (table > 0) & ((sign > 0) | (table - more >= 1))
    cost = np.where(able, np.where(kept, 0, table), np.inf)
    total = cost + cost[i][None, :] + cost[:, j][:, None]
    total[i], total[:, j] = np.inf, np.inf
    a, b = np.unravel_index(int(np.argmin(total)), total.shape)
    return (i, int(b)), (int(a), j), (int(a), int(b))
