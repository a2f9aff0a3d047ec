"""Scenario discovery: a box of the inputs within which something mostly holds (PRIM)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the inputs.

    Attributes
    ----------
    low, high : (inputs,) float
        −∞ and ∞ where the box has no wall.
    density : float
        Share of the cases in it for which it holds.
    coverage : float
        Share of all cases for which it holds that lie in it.
    mass : float
        Share of all cases that lie in it.
    chance : (inputs,) float
        How likely a wall that helps as much would be found by chance alone (quasi-p-value of Bryant & Lempert 2010);
        1 without a wall.
    trials : int
        Cases.
    """

    low: FloatArray
    high: FloatArray
    density: float
    coverage: float
    mass: float
    chance: FloatArray
    trials: int

    @property
    def walls(self) -> list[int]:
        """The inputs that the box restricts."""
        return [int(k) for k in np.flatnonzero(np.isfinite(self.low) | np.isfinite(self.high))]

    def holds(self, inputs: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Return which cases (cases, inputs) lie in the box."""
        x = np.asarray(inputs, dtype=np.float64)
        return np.asarray(((self.low <= x) & (x <= self.high)).all(axis=1))


def find_box(
    inputs: npt.ArrayLike,
    holds: npt.ArrayLike,
    *,
    peel: float = 0.05,
    least_mass: float = 0.05,
    density: float = 0.9,
    by_chance: float = 0.01,
) -> Box:
    """Find a box with a high share of cases for which something holds.

    The patient rule induction method: again and again the slice of `peel` of the cases on one side of one input whose
    loss leaves the highest mean is taken off, until `density` or `least_mass` is reached; then walls are moved out
    where that does not lower the density (Friedman & Fisher 1999, Statistics and Computing 9: 123-143). Walls that
    chance could have built are taken down (Bryant & Lempert 2010, Technological Forecasting & Social Change 77: 34-49).

    Parameters
    ----------
    inputs : (cases, inputs) float
    holds : (cases,) bool
    peel : float
        Share of the box's cases that one step takes off.
    least_mass : float
        Share of all cases that must stay.
    density : float
        Where to stop.
    by_chance : float
        Walls with a larger quasi-p-value are taken down.

    Returns
    -------
    Box

    Raises
    ------
    MethodError
        Shapes that do not fit, shares outside 0 to 1, or nothing that holds.
    """
    x, y = np.asarray(inputs, dtype=np.float64), np.asarray(holds, dtype=np.float64).ravel()
    if x.ndim != 2 or len(x) != len(y) or not len(y) or not np.isfinite(x).all():
        raise MethodError(f"inputs {x.shape} and holds {y.shape}; expected as many finite cases of both")
    if not (0 < peel < 0.5 and 0 < least_mass < 1 and 0 < density <= 1):
        raise MethodError("peel, least_mass and density must be shares between 0 and 1, peel below ½")
    if not y.sum():
        raise MethodError("it holds in no case")
    low, high = np.full(x.shape[1], -np.inf), np.full(x.shape[1], np.inf)
    inside: npt.NDArray[np.bool_] = np.ones(len(y), dtype=bool)
    while y[inside].mean() < density:
        step = _best_peel(x, y, inside, peel, least_mass)
        if step is None or step[3] <= 0:
            break
        column, side, wall, _ = step
        (low if side < 0 else high)[column] = wall
        beyond = x[:, column] < wall if side < 0 else x[:, column] > wall
        inside = np.logical_and(inside, ~beyond)
    _paste(x, y, low, high, peel)
    chance = _take_down(x, y, low, high, by_chance)
    inside = np.asarray(((low <= x) & (x <= high)).all(axis=1))
    return Box(
        low,
        high,
        float(y[inside].mean()),
        float(y[inside].sum() / y.sum()),
        float(inside.mean()),
        chance,
        len(y),
    )


def _best_peel(
    x: FloatArray, y: FloatArray, inside: npt.NDArray[np.bool_], peel: float, least: float
) -> tuple[int, int, float, float] | None:
    """Return the column, side, new wall and gain of the best slice to take off, if one may be."""
    here, held = x[inside], y[inside]
    mean = held.mean()
    best: tuple[int, int, float, float] | None = None
    walls = np.quantile(here, [peel, 1.0 - peel], axis=0, method="higher")
    uppers = np.quantile(here, 1.0 - peel, axis=0, method="lower")
    for column in range(x.shape[1]):
        for side, start in ((-1, float(walls[0, column])), (1, float(uppers[column]))):
            wall = start
            stays = here[:, column] >= wall if side < 0 else here[:, column] <= wall
            if stays.all():
                # Many equal values: the slice is all that equals the end.
                end = here[:, column].min() if side < 0 else here[:, column].max()
                stays = here[:, column] != end
                if not stays.any():
                    continue
                wall = float(here[stays, column].min() if side < 0 else here[stays, column].max())
            left = int(stays.sum())
            if left < least * len(y):
                continue
            # Gain for each case lost, so that a slice is not preferred for being thick.
            gain = float(held[stays].mean() - mean) * len(held) / max(len(held) - left, 1)
            if best is None or gain > best[3]:
                best = (column, side, wall, gain)
    return best


def _paste(x: FloatArray, y: FloatArray, low: FloatArray, high: FloatArray, peel: float) -> None:
    """Move walls out while that does not lower the density."""
    for column in range(x.shape[1]):
        for side, wall in ((-1, low), (1, high)):
            while np.isfinite(wall[column]):
                inside = ((low <= x) & (x <= high)).all(axis=1)
                kept = wall[column]
                wall[column] = -np.inf if side < 0 else np.inf
                wider = ((low <= x) & (x <= high)).all(axis=1) & ~inside
                if not wider.any():
                    break
                beyond = np.sort(x[wider, column])
                step = min(max(int(peel * inside.sum() / 2), 1), len(beyond))
                target = float(beyond[-step] if side < 0 else beyond[step - 1])
                added = wider & (x[:, column] >= target if side < 0 else x[:, column] <= target)
                if y[added].mean() < y[inside].mean():
                    wall[column] = kept
                    break
                wall[column] = target if len(beyond) > step else (-np.inf if side < 0 else np.inf)


def _take_down(x: FloatArray, y: FloatArray, low: FloatArray, high: FloatArray, most: float) -> FloatArray:
    """Take down walls that chance could have built, the weakest first; return the chances of those that stay."""
    from scipy.stats import binom

    while True:
        chance = np.ones(x.shape[1])
        for column in np.flatnonzero(np.isfinite(low) | np.isfinite(high)):
            inside = ((low <= x) & (x <= high)).all(axis=1)
            others = np.arange(x.shape[1]) != column
            without = ((low <= x) & (x <= high))[:, others].all(axis=1)
            rate = y[without].mean()
            chance[column] = (
                binom.sf(y[inside].sum() - 1, inside.sum(), rate) if without.sum() > inside.sum() else 1.0
            )
        walls = np.isfinite(low) | np.isfinite(high)
        if not walls.any():
            return chance
        worst = int(np.argmax(np.where(walls, chance, -1.0)))
        if chance[worst] <= most:
            return chance
        low[worst], high[worst] = -np.inf, np.inf
