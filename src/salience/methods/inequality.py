"""How unequally something is spread: events over places, accounts over sources."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray, check_vector, check_weights


@dataclass(frozen=True, slots=True)
class Concentration:
    """Measures of concentration.

    Attributes
    ----------
    gini : float
        0 when all units hold the same, near 1 when one holds all.
    herfindahl : float
        Chance that two pieces drawn at random (with replacement) belong to one unit.
    effective_number : float
        1/herfindahl: units of equal size that would be as concentrated (Laakso & Taagepera 1979).
    units, total : float
        Units, and what they hold together.
    """

    gini: float
    herfindahl: float
    effective_number: float
    units: float
    total: float


@dataclass(frozen=True, slots=True)
class Lorenz:
    """Points of the Lorenz curve.

    Attributes
    ----------
    units : (m + 1,) float
        Share of units, the smallest first, from 0 to 1.
    held : (m + 1,) float
        Share of the total that they hold.
    """

    units: FloatArray
    held: FloatArray


def concentration(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Concentration:
    """Measure how concentrated a total is over its units.

    The Gini coefficient is half the mean absolute difference of two units over their mean (Dorfman 1979).

    Parameters
    ----------
    values : (m,) float
        What each unit holds, 0 or more. Units that hold nothing count for the Gini coefficient.
    weights : (m,) float, optional
        Units that an entry stands for.

    Raises
    ------
    MethodError
        On wrong shapes, negative values, or a total of 0.
    """
    x, w = _units(values, weights)
    curve = lorenz(x, w)
    area = np.diff(curve.units) @ (curve.held[1:] + curve.held[:-1])
    total = float(w @ x)
    herfindahl = float(w @ (x / total) ** 2)
    gini = max(0.0, 1.0 - float(area))
    return Concentration(gini, herfindahl, 1.0 / herfindahl, float(w.sum()), total)


def lorenz(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Lorenz:
    """Return the Lorenz curve: the share that the smallest units hold together (Lorenz 1905).

    Parameters
    ----------
    values, weights
        As in `concentration`.
    """
    x, w = _units(values, weights)
    order = np.argsort(x, kind="stable")
    units, held = np.cumsum(w[order]), np.cumsum((w * x)[order])
    return Lorenz(np.append(0.0, units / units[-1]), np.append(0.0, held / held[-1]))


def top_share(values: npt.ArrayLike, share: float, weights: npt.ArrayLike | None = None) -> float:
    """Return the share of the total that the largest `share` of the units hold.

    Parameters
    ----------
    values, weights
        As in `concentration`.
    share : float
        Share of units, 0 to 1. A unit that the line cuts through counts in part.
    """
    if not 0 <= share <= 1:
        raise MethodError(f"share is {share}; expected a share of units between 0 and 1")
    curve = lorenz(values, weights)
    return 1.0 - float(np.interp(1.0 - share, curve.units, curve.held))


def _units(values: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    x = check_vector(values, "values")
    w = check_weights(weights, len(x))
    if (x < 0).any():
        bad = int(np.flatnonzero(x < 0)[0])
        raise MethodError(f"values is {x[bad]:g} in entry {bad}; expected 0 or more")
    x, w = x[w > 0], w[w > 0]
    if not len(x) or w @ x <= 0:
        raise MethodError("values sum to 0: there is nothing to be concentrated; expected a total above 0")
    return x, w
