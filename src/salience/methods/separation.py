"""Does the maximum exist? Directions along which a likelihood rises for ever.

A likelihood of counts or of yes and no has no maximum when some combination of columns lowers (or raises)
the predictor only where that is always welcome: in truncated counts the cells with a count of 1, in counts
those with 0, in yes-or-no outcomes either side (Albert & Anderson 1984; Correia, Guimarães & Zylkin 2019,
"Verifying the existence of maximum likelihood estimates for generalized linear models", proposition 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, vstack

from salience.errors import MethodError
from salience.methods.cells import Cells, FloatArray


@dataclass(frozen=True, slots=True)
class Separation:
    """A direction of endless rise.

    Attributes
    ----------
    direction : (p,) float
        Of the coefficients; all 0 when there is none.
    cells : (n,) bool
        The cells whose predictor runs off along it.
    """

    direction: FloatArray
    cells: npt.NDArray[np.bool_]

    @property
    def columns(self) -> npt.NDArray[np.intp]:
        """Columns whose coefficient runs off."""
        return np.flatnonzero(self.direction)


def find_separation(cells: Cells, rising: npt.NDArray[np.int8]) -> Separation:
    """Find the direction that separates as many cells as possible, by linear programming.

    Parameters
    ----------
    cells : Cells
    rising : (n,) int8
        +1 or −1 where the likelihood of the cell keeps rising with or against its predictor, else 0.

    Raises
    ------
    MethodError
        When the linear program fails.
    """
    scale = np.maximum(np.abs(cells.design).max(axis=0), 1e-300)
    X = cells.design / scale
    bounded = rising == 0
    if bounded.any():
        direction, predictor = _direction_with_cells_at_rest(cells, X, rising, bounded)
    else:
        direction, predictor = _direction_of_all(cells, X, rising)
    away = rising * predictor > 1e-6
    if not away.any():
        return Separation(np.zeros_like(direction), away)
    return Separation(np.where(np.abs(direction) > 1e-6, direction / scale, 0.0), away)


def _direction_with_cells_at_rest(
    cells: Cells, X: FloatArray, rising: npt.NDArray[np.int8], bounded: npt.NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray]:
    """Search where the predictor of bounded cells stays where it is: few directions, or none, are left.

    Every group holds a bounded cell, or it was dropped; so its effect follows from the coefficients.
    """
    if cells.group is not None:
        held = bounded.astype(np.float64)
        means = cells.by_group(held[:, None] * X) / cells.by_group(held)[:, None]
        X = X - means[cells.group]
    _, values, vectors = np.linalg.svd(np.linalg.qr(X[bounded], mode="r"))
    values = np.append(values, np.zeros(len(vectors) - len(values)))
    basis = vectors[values <= 1e-9 * max(float(values.max()), 1e-300)].T
    if basis.shape[1] == 0:
        return np.zeros(X.shape[1]), np.zeros(len(X))
    moves = X @ basis
    direction = basis @ _most_separated(csr_array(rising[~bounded, None] * moves[~bounded]))
    return direction, X @ direction


def _direction_of_all(
    cells: Cells, X: FloatArray, rising: npt.NDArray[np.int8]
) -> tuple[FloatArray, FloatArray]:
    """Search over all coefficients and group effects."""
    p = X.shape[1]
    matrix: Any = csr_array(X)
    if cells.group is not None:
        rows = np.arange(len(X))
        matrix = hstack([matrix, csr_array((np.ones(len(X)), (rows, cells.group)))], format="csr")
    solution = _most_separated(csr_array(matrix.multiply(rising[:, None])))
    return solution[:p], np.asarray(matrix @ solution)


def _most_separated(signed: Any) -> FloatArray:
    """Maximise the sum of the signed predictors, each held between 0 and 1."""
    m, k = signed.shape
    result = linprog(
        -np.asarray(signed.sum(axis=0), dtype=np.float64).ravel(),
        A_ub=vstack([signed, -signed], format="csr"),
        b_ub=np.concatenate([np.ones(m), np.zeros(m)]),
        bounds=[(None, None)] * k,
        method="highs",
    )
    if result.x is None:
        raise MethodError(f"the search for separated columns failed: {result.message}")
    return np.asarray(result.x, dtype=np.float64)
