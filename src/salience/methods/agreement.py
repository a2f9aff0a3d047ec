"""How far coders agree beyond chance: Krippendorff's alpha for categories, with missing values.

Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, University of Pennsylvania, section C; Krippendorff
(2019), Content Analysis, 4th ed., chapter 12. The interval resamples units: they, not single codes, were drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError

Floats = npt.NDArray[np.float64]
BLOCK = 20_000_000  # resampled weights held at once


@dataclass(frozen=True, slots=True)
class Agreement:
    """Krippendorff's alpha with its interval.

    Attributes
    ----------
    alpha : float
        1 when all agree, 0 when they agree as chance would have it, below 0 when less; nan when all values are one and
        the same, for then chance and agreement cannot be told apart.
    low, high : float
        Percentile interval by resampling units; nan when alpha is, or with fewer than two units.
    level : float
        Its coverage.
    observed, expected : float
        Disagreement found, and disagreement expected by chance (shares of pairs).
    units : int
        Units that at least two coders coded; the others say nothing of agreement.
    values : int
        Codes in these units.
    coders : int
        Coders with a code in these units.
    undefined : float
        Share of resamples in which all values were one and the same; they are left out of the interval.
    """

    alpha: float
    low: float
    high: float
    level: float
    observed: float
    expected: float
    units: int
    values: int
    coders: int
    undefined: float


def nominal_alpha(
    codes: npt.ArrayLike, *, draws: int = 2_000, level: float = 0.95, seed: int = 0
) -> Agreement:
    """Return Krippendorff's alpha for nominal codes.

    Parameters
    ----------
    codes : (coders, units) float
        Numbers of categories; nan where a coder did not code a unit.
    draws : int
        Resamples of units.
    level : float
        Coverage of the interval.
    seed : int
        Of the resampling.

    Raises
    ------
    MethodError
        Not two-dimensional, infinite, or no unit has two codes.
    """
    table = np.asarray(codes, float)
    if table.ndim != 2:
        raise MethodError(f"codes of shape {table.shape}: a table of coders by units is expected")
    if np.isinf(table).any():
        raise MethodError("codes must be numbers of categories, or nan where there is none")
    if not 0 < level < 1 or draws < 1:
        raise MethodError(f"draws {draws} must be at least 1 and level {level} between 0 and 1")
    present = ~np.isnan(table)
    pairable = present.sum(axis=0) >= 2
    if not pairable.any():
        raise MethodError("no unit was coded by two coders; agreement needs units in common")
    counts = _counts(table[:, pairable])
    ones = np.ones((1, counts.shape[0]))
    alpha, observed, expected = (float(x[0]) for x in _alpha(counts, ones))
    low, high, undefined = _interval(counts, alpha, draws, level, np.random.default_rng(seed))
    return Agreement(
        alpha, low, high, level, observed, expected, int(pairable.sum()), int(counts.sum()),
        int(present[:, pairable].any(axis=1).sum()), undefined,
    )  # fmt: skip


def _counts(table: Floats) -> Floats:
    """Return how often each unit was given each category: (units, categories)."""
    found = np.unique(table[~np.isnan(table)])
    return np.stack([(table == category).sum(axis=0) for category in found], axis=1).astype(float)


def _alpha(counts: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Return alpha, observed and expected disagreement for each row of unit weights: (draws, units)."""
    coded = counts.sum(axis=1)
    unlike = (coded**2 - (counts**2).sum(axis=1)) / (coded - 1)
    total = weights @ coded
    observed = weights @ unlike / total
    expected = (total**2 - ((weights @ counts) ** 2).sum(axis=1)) / (total * (total - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha = np.where(expected > 0, 1 - observed / expected, np.nan)
    return alpha, observed, expected


def _interval(
    counts: Floats, alpha: float, draws: int, level: float, rng: np.random.Generator
) -> tuple[float, float, float]:
    units = counts.shape[0]
    if np.isnan(alpha) or units < 2:
        return np.nan, np.nan, np.nan
    found = []
    block = max(1, BLOCK // units)
    for start in range(0, draws, block):
        size = min(block, draws - start)
        weights = rng.multinomial(units, np.full(units, 1 / units), size=size).astype(float)
        found.append(_alpha(counts, weights)[0])
    resampled = np.concatenate(found)
    kept = resampled[~np.isnan(resampled)]
    if not kept.size:
        return np.nan, np.nan, 1.0
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high), float(1 - kept.size / draws)
