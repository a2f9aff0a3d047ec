"""Whether a log-linear model of capture patterns has an estimate of those on no list.

Fienberg & Rinaldo 2012, "Maximum likelihood estimation in log-linear models", Annals of Statistics 40(2); Chan,
Silverman & Vincent 2021, "Multiple systems estimation for sparse capture data: inferential challenges when there are
nonoverlapping lists", Journal of the American Statistical Association 116.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from salience.errors import MethodError
from salience.methods.cells import FloatArray

Flags = npt.NDArray[np.bool_]
Status = Literal["exists", "exists at the boundary", "no finite estimate", "not identified"]

_TOLERANCE = 1e-8


def facial_set(design: FloatArray, counts: FloatArray) -> Flags:
    """Return the cells whose mean is positive in the (extended) maximum-likelihood fit.

    They are the largest support of any t ≥ 0 with the sufficient statistics of the data, design' t ∝ design' n
    (Fienberg & Rinaldo 2012, section 3): one linear program finds it, for such t can be added.

    Parameters
    ----------
    design : (cells, p) float
        With a constant column.
    counts : (cells,) float
    """
    seen = counts > 0
    zero = np.flatnonzero(~seen)
    if not len(zero):
        return seen
    cells, p = design.shape
    k = len(zero)
    # Variables: t (cells), s (k) and the scale. Maximise sum s with s ≤ t on zero cells, s ≤ 1.
    objective = np.concatenate([np.zeros(cells), -np.ones(k), [0.0]])
    equal = np.concatenate([design.T, np.zeros((p, k)), -(design.T @ counts / counts.sum())[:, None]], axis=1)
    below = np.zeros((k, cells + k + 1))
    below[np.arange(k), zero] = -1.0
    below[np.arange(k), cells + np.arange(k)] = 1.0
    bounds = [(0, None)] * cells + [(0, 1)] * k + [(0, None)]
    found = linprog(
        objective, A_ub=below, b_ub=np.zeros(k), A_eq=equal, b_eq=np.zeros(p), bounds=bounds, method="highs"
    )
    if not found.success or found.x is None:
        raise MethodError(f"the check whether the estimate exists failed: {found.message}")
    face = seen.copy()
    face[zero] = found.x[cells : cells + k] > 0.5
    return face


def judge_estimate(design: FloatArray, face: Flags) -> Status:
    """Say whether the expected count on no list, the exponential of the first coefficient, can be estimated.

    It can when its row (1, 0, …, 0) lies in the row space of the design on the facial set: then neither an
    unidentified direction nor one along which the likelihood rises forever moves it.

    Parameters
    ----------
    design : (cells, p) float
        Constant column first.
    face : (cells,) bool
    """
    if not _in_row_space(design):
        return "not identified"
    if not _in_row_space(design[face]):
        return "no finite estimate"
    return "exists" if face.all() else "exists at the boundary"


def independent_columns(design: FloatArray) -> Flags:
    """Return columns that span the column space, chosen from the left."""
    kept = np.zeros(design.shape[1], dtype=bool)
    basis = np.zeros((len(design), 0))
    for j in range(design.shape[1]):
        column = design[:, j] - basis @ (basis.T @ design[:, j])
        column -= basis @ (basis.T @ column)
        length = np.linalg.norm(column)
        if length > _TOLERANCE * max(float(np.linalg.norm(design[:, j])), 1.0):
            kept[j] = True
            basis = np.concatenate([basis, column[:, None] / length], axis=1)
    return kept


def _in_row_space(design: FloatArray) -> bool:
    target = np.zeros(design.shape[1])
    target[0] = 1.0
    weights = np.linalg.lstsq(design.T, target, rcond=None)[0]
    return bool(np.abs(design.T @ weights - target).max() < _TOLERANCE)
