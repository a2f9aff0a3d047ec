"""Covariate cells with frequency weights: checked, sorted by group, ready to be fitted.

A cell stands for `weights` rows that share outcome, covariates, group and cluster. Every method that
takes cells gives the same answer for the rows written out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import qr

from salience.errors import MethodError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

# A scaled column whose part orthogonal to the others is shorter than this is taken as a combination of them.
_RANK_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells that carry information, sorted so that each group is one run.

    Attributes
    ----------
    outcome : (n,) float
    design : (n, p) float
        Only the columns that can be estimated, see `columns`.
    weights : (n,) float
        Rows that a cell stands for, all positive.
    group : (n,) int or None
        Group of the cell, 0 to G − 1, in ascending order.
    starts : (G,) int or None
        First cell of each group.
    levels : (G,) or None
        The caller's codes of the groups.
    cluster : (n,) int or None
        Cluster of the cell, 0 to C − 1.
    kept : (n,) int
        Position of the cell in the caller's arrays.
    columns : (p,) int
        Position of the column in the caller's design.
    absorbed : tuple of int
        Columns that are constant over these cells, which the group effects contain.
    dropped_groups : int
        Groups left out, for their effect runs to minus or plus infinity.
    dropped_weight : float
        Rows in those groups.
    """

    outcome: FloatArray
    design: FloatArray
    weights: FloatArray
    group: IntArray | None
    starts: IntArray | None
    levels: npt.NDArray[Any] | None
    cluster: IntArray | None
    kept: IntArray
    columns: IntArray
    absorbed: tuple[int, ...]
    dropped_groups: int
    dropped_weight: float

    @property
    def total(self) -> float:
        """Rows that the cells stand for."""
        return float(self.weights.sum())

    def by_group(self, values: FloatArray) -> FloatArray:
        """Sum over the cells of each group: (n, ...) to (G, ...)."""
        if self.starts is None:
            raise MethodError("the cells have no groups to sum over")
        return np.add.reduceat(values, self.starts, axis=0)

    def without_cluster(self, cluster: int) -> tuple[Cells, IntArray | None]:
        """Return the cells of all other clusters, and which groups are still among them."""
        stays = np.flatnonzero(self.cluster != cluster)
        group = starts = left = None
        if self.group is not None:
            left, starts, group = np.unique(self.group[stays], return_index=True, return_inverse=True)
        part = replace(
            self,
            outcome=self.outcome[stays],
            design=self.design[stays],
            weights=self.weights[stays],
            group=group,
            starts=starts,
            levels=None if self.levels is None else self.levels[left],
            cluster=None,
            kept=self.kept[stays],
        )
        return part, left


def take_cells(
    outcome: npt.ArrayLike,
    design: npt.ArrayLike,
    weights: npt.ArrayLike | None,
    groups: npt.ArrayLike | None,
    clusters: npt.ArrayLike | None,
    rising: npt.NDArray[np.int8],
) -> Cells:
    """Check the arrays, drop what carries no information and sort the rest by group.

    Parameters
    ----------
    outcome : (cells,) float
    design : (cells, p) float
    weights : (cells,) float or None
        None stands for ones. Cells of weight 0 are left out.
    groups, clusters : (cells,) codes or None
    rising : (cells,) int8
        +1 or −1 where the cell's likelihood keeps rising as its predictor runs to plus or minus infinity,
        0 where it has a maximum. A group in which all cells rise the same way is dropped.

    Raises
    ------
    MethodError
        On wrong shapes or values, too few rows, or columns that are combinations of others.
    """
    y = check_vector(outcome, "outcome")
    X = check_design(design, len(y))
    w = check_weights(weights, len(y))
    group_codes = _check_codes(groups, "groups", len(y))
    cluster_codes = _check_codes(clusters, "clusters", len(y))
    keep = w > 0
    dropped_groups, dropped_weight = 0, 0.0
    if group_codes is not None:
        informative = _informative_groups(group_codes, rising, keep)
        lost = keep & ~informative[group_codes]
        dropped_groups, dropped_weight = len(np.unique(group_codes[lost])), float(w[lost].sum())
        keep &= informative[group_codes]
    kept = np.flatnonzero(keep)
    if len(kept) == 0:
        why = (
            f"all {dropped_groups} groups have a constant outcome" if dropped_groups else "all weights are 0"
        )
        raise MethodError(f"no cell carries information: {why}")
    levels = group = starts = None
    if group_codes is not None:
        kept = kept[np.argsort(group_codes[kept], kind="stable")]
        _, starts, group = np.unique(group_codes[kept], return_index=True, return_inverse=True)
        levels = np.asarray(groups)[kept[starts]]
    everything = len(kept) == len(y) and group is None
    X, y, w = (X, y, w) if everything else (X[kept], y[kept], w[kept])
    columns, absorbed = _estimable_columns(X, group is not None)
    X = np.ascontiguousarray(X[:, columns]) if len(columns) < X.shape[1] else X
    cluster = None
    if cluster_codes is not None:
        cluster = np.unique(cluster_codes[kept], return_inverse=True)[1]
    dropped = (dropped_groups, dropped_weight)
    cells = Cells(y, X, w, group, starts, levels, cluster, kept, columns, absorbed, *dropped)
    _check_rank(cells)
    return cells


def check_vector(values: npt.ArrayLike, name: str, length: int | None = None) -> FloatArray:
    """Return a finite float vector, or say what is wrong with it."""
    try:
        vector = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise MethodError(f"{name} holds something that is not a number: {error}") from error
    if vector.ndim != 1:
        raise MethodError(f"{name} has shape {vector.shape}; expected one dimension, (cells,)")
    if length is not None and len(vector) != length:
        raise MethodError(f"{name} has {len(vector)} values; expected {length}, one for each cell")
    if len(vector) == 0:
        raise MethodError(f"{name} is empty; expected at least one cell")
    if not np.isfinite(vector).all():
        bad = int(np.flatnonzero(~np.isfinite(vector))[0])
        raise MethodError(f"{name} is {vector[bad]} in cell {bad}; expected a finite number")
    return vector


def check_design(values: npt.ArrayLike, length: int) -> FloatArray:
    """Return a finite (cells, p) float matrix, or say what is wrong with it."""
    try:
        X = np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise MethodError(f"design holds something that is not a number: {error}") from error
    if X.ndim != 2:
        raise MethodError(f"design has shape {X.shape}; expected two dimensions, (cells, columns)")
    if X.shape[0] != length:
        raise MethodError(f"design has {X.shape[0]} rows; expected {length}, one for each cell")
    if X.shape[1] == 0:
        raise MethodError("design has no columns; expected at least a constant")
    if not np.isfinite(X).all():
        row, column = (int(i[0]) for i in np.nonzero(~np.isfinite(X)))
        raise MethodError(
            f"design is {X[row, column]} in cell {row}, column {column}; expected a finite number"
        )
    return X


def check_weights(weights: npt.ArrayLike | None, length: int) -> FloatArray:
    """Return frequency weights, ones where None is given, or say what is wrong with them."""
    if weights is None:
        return np.ones(length)
    w = check_vector(weights, "weights", length)
    if (w < 0).any():
        bad = int(np.flatnonzero(w < 0)[0])
        raise MethodError(f"weights is {w[bad]:g} in cell {bad}; expected 0 or more rows")
    return w


def _check_codes(codes: npt.ArrayLike | None, name: str, length: int) -> IntArray | None:
    """Return codes as 0 … K − 1 in the order of the caller's codes."""
    if codes is None:
        return None
    array = np.asarray(codes)
    if array.shape != (length,):
        raise MethodError(f"{name} has shape {array.shape}; expected ({length},), one code for each cell")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        bad = int(np.flatnonzero(~np.isfinite(array))[0])
        raise MethodError(
            f"{name} is {array[bad]} in cell {bad}; expected a code (give missing ones their own)"
        )
    if array.dtype.kind not in "iufbUS":
        array = array.astype(str)
    return np.unique(array, return_inverse=True)[1].astype(np.intp, copy=False)


def _informative_groups(
    group: IntArray, rising: npt.NDArray[np.int8], keep: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Tell which groups have a finite effect: not all their cells rise the same way."""
    size = int(group.max()) + 1
    cells = np.bincount(group[keep], minlength=size)
    up = np.bincount(group[keep], weights=rising[keep] > 0, minlength=size)
    down = np.bincount(group[keep], weights=rising[keep] < 0, minlength=size)
    informative: npt.NDArray[np.bool_] = (up < cells) & (down < cells)
    return informative


def _estimable_columns(X: FloatArray, grouped: bool) -> tuple[IntArray, tuple[int, ...]]:
    """Set constant columns aside where group effects contain them."""
    columns = np.arange(X.shape[1])
    if not grouped:
        return columns, ()
    constant = (X[0] == X).all(axis=0)
    return columns[~constant], tuple(int(i) for i in columns[constant])


def _check_rank(cells: Cells) -> None:
    """Raise when columns are combinations of others, naming them by the caller's index.

    The R factor of the scaled design has the column geometry of the design itself, so the pivoted
    decomposition that names the columns works on p × p numbers only.
    """
    X, n = cells.design, len(cells.outcome)
    p = X.shape[1]
    if p == 0:
        return
    groups = 0 if cells.starts is None else len(cells.starts)
    if p + groups > n:
        raise MethodError(
            f"{p} columns" + (f" and {groups} groups" if groups else "") + f" for {n} cells; expected fewer"
        )
    length = np.sqrt(np.einsum("ij,ij->j", X, X))
    scaled = X / np.where(length > 0, length, 1.0)
    if cells.group is not None and cells.starts is not None:
        sizes = np.diff(np.append(cells.starts, n))
        scaled = scaled - (cells.by_group(scaled) / sizes[:, None])[cells.group]
    reduced = np.linalg.qr(scaled, mode="r")
    triangle, order = qr(reduced, mode="r", pivoting=True)
    short = np.abs(np.diagonal(triangle)) < _RANK_TOLERANCE
    if short.any():
        named = sorted(int(cells.columns[j]) for j in order[short])
        where = " or do not vary within any group" if cells.group is not None else ""
        raise MethodError(
            f"design columns {named} are linear combinations of the others{where} "
            f"(in the {n} cells that carry information); leave them out"
        )
