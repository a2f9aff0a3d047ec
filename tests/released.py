"""What somebody who has only the shown counts and totals of a table can find out about the others."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog


def find_ranges(
    cells: np.ndarray, rows: np.ndarray, columns: np.ndarray, whole: float
) -> dict[tuple[int, int], tuple]:
    """Return, for each count that is kept back, the least and the most that what is shown leaves open.

    Parameters
    ----------
    cells : (r, c) float
        nan where kept back; a count that is kept back is known not to be zero.
    rows, columns : (r,), (c,) float
        Totals; nan where kept back.
    whole : float
        The total of all, or nan.

    Returns
    -------
    dict
        By place: (i, j) for a count, (i, c) for a row's total, (r, j) for a column's, (r, c) for that of all.
    """
    table = np.block([[cells, rows[:, None]], [columns[None, :], np.array([[whole]])]])
    places = [(int(i), int(j)) for i, j in zip(*np.nonzero(np.isnan(table)), strict=True)]
    at = {place: n for n, place in enumerate(places)}
    equations, sums = [], []
    lines = [[(i, j) for j in range(table.shape[1])] for i in range(table.shape[0])]
    lines += [[(i, j) for i in range(table.shape[0])] for j in range(table.shape[1])]
    for line in lines:
        left, right = np.zeros(len(places)), 0.0
        for n, place in enumerate(line):
            sign = -1.0 if n == len(line) - 1 else 1.0
            if place in at:
                left[at[place]] = sign
            else:
                right -= sign * table[place]
        equations.append(left)
        sums.append(right)
    ranges = {}
    for place, n in at.items():
        ends = []
        for sign in (1.0, -1.0):
            aim = np.zeros(len(places))
            aim[n] = sign
            found = linprog(aim, A_eq=np.array(equations), b_eq=np.array(sums), bounds=(1, None))
            # The sums were made from a table, so the only other end is that there is no most.
            ends.append(sign * found.fun if found.status == 0 else np.inf)
        ranges[place] = (ends[0], ends[1])
    return ranges
