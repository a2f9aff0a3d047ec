"""Do the lists depend on each other, and does one lie within another? The main danger of any such estimate."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from salience.errors import MethodError
from salience.methods import capture
from salience.methods.intervals import critical_value
from salience.questions.hidden.lists import Patterns

# From this share of the smaller list on, it may be a copy of the larger.
WITHIN = 0.9
# A list of fewer is too small for "within" to mean anything.
LEAST = 10


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lists.

    Attributes
    ----------
    first, second : str
        The larger first.
    sizes : (int, int)
    both : int
    within : float
        Share of the smaller that the larger holds too.
    odds_ratio : (value, low, high) or None
        Of being on both, among what a third list holds: there, what no list holds plays no part.
    joined : float or None
        Probability that they depend on each other, averaged over decomposable graphs.
    alone : float or None
        What Chapman's estimate says from these two alone; much lower than from other pairs where they draw on each
        other.
    """

    first: str
    second: str
    sizes: tuple[int, int]
    both: int
    within: float
    odds_ratio: tuple[float, float, float] | None
    joined: float | None
    alone: float | None

    @property
    def copying(self) -> bool:
        """Whether the smaller lies within the larger, all but a tenth."""
        return self.within >= WITHIN and min(self.sizes) >= LEAST


def compare_pairs(patterns: Patterns, graphs: object, level: float) -> list[Pair]:
    """Compare every two lists; those that share most of the smaller come first.

    Parameters
    ----------
    patterns : Patterns
    graphs : Decomposable or other
        The answer of the decomposable graphs, when there is one.
    level : float
        Of the odds ratios' intervals.
    """
    joined = graphs.edge_probability if isinstance(graphs, capture.Decomposable) else None
    pairs = []
    sizes = patterns.held.T @ patterns.counts
    for i, j in combinations(range(len(patterns.lists)), 2):
        a, b = patterns.held[:, i], patterns.held[:, j]
        both = int(patterns.counts[a & b].sum())
        smaller = int(min(sizes[i], sizes[j]))
        try:
            alone = capture.chapman(int(sizes[i]), int(sizes[j]), both).estimate if both else None
        except MethodError:
            alone = None
        pairs.append(
            Pair(
                first=patterns.lists[i].name,
                second=patterns.lists[j].name,
                sizes=(int(sizes[i]), int(sizes[j])),
                both=both,
                within=both / smaller if smaller else 0.0,
                odds_ratio=_odds_ratio(patterns, i, j, level),
                joined=None if joined is None else joined[i][j],
                alone=alone,
            )
        )
    return sorted(pairs, key=lambda pair: (-pair.within, pair.first, pair.second))


def _odds_ratio(patterns: Patterns, i: int, j: int, level: float) -> tuple[float, float, float] | None:
    """Return the odds ratio among records that a third list holds, half a record added to each cell (Haldane 1955)."""
    others = [k for k in range(len(patterns.lists)) if k not in (i, j)]
    third = patterns.held[:, others].any(axis=1)
    if not others or not patterns.counts[third].sum():
        return None
    a, b, n = patterns.held[third, i], patterns.held[third, j], patterns.counts[third]
    cells = np.array(
        [float(n[x & y].sum()) + 0.5 for x, y in ((a, b), (a, ~b), (~a, b), (~a, ~b))], dtype=np.float64
    )
    log_ratio = float(np.log(cells[0] * cells[3] / (cells[1] * cells[2])))
    half = critical_value(level) * float(np.sqrt((1.0 / cells).sum()))
    return float(np.exp(log_ratio)), float(np.exp(log_ratio - half)), float(np.exp(log_ratio + half))
