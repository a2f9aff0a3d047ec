"""A fitted regression on cells: what every model of counts or of yes and no hands back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from salience.methods.cells import Cells, FloatArray
from salience.methods.clusters import Steps, jackknife_steps, robust_steps, sandwich_steps
from salience.methods.families import Family
from salience.methods.intervals import critical_value
from salience.methods.newton import Arrow, Maximum
from salience.methods.separation import Separation, find_separation

_KINDS = {"hessian": "inverse Hessian", "robust": "robust (HC1)", "CRV1": "CRV1", "CRV3": "CRV3"}


@dataclass(frozen=True, slots=True)
class GroupEffects:
    """The eliminated effects and how they move with the common parameters.

    Attributes
    ----------
    levels : (G,)
        The caller's codes, of the groups that were not dropped.
    values : (G,) float
        Effects on the scale of the linear predictor.
    slopes : (G, q) float
        Derivative of each effect in the common parameters (estimated coefficients, then log theta).
    own_variance : (G,) float
        Variance of each effect given the common parameters, under the inverse Hessian.
    steps : Steps or None
        Movement with each cluster, or row, under a robust covariance.
    """

    levels: npt.NDArray[Any]
    values: FloatArray
    slopes: FloatArray
    own_variance: FloatArray
    steps: Steps | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A regression fitted by maximum (pseudo-)likelihood.

    Attributes
    ----------
    model : str
        "zero-truncated Poisson", "zero-truncated negative binomial", "logarithmic series", "Poisson" or
        "logit".
    coefficients : (p,) float
        On the scale of the linear predictor, in the order of the design's columns. nan for columns that
        group effects absorb, plus or minus infinity for separated ones.
    covariance : (p, p) float
        Of the coefficients, over the uncertainty of dispersion and group effects too; nan where there is
        none.
    covariance_kind : str
        "inverse Hessian", "robust (HC1)", "CRV1", "CRV3" or "none".
    degrees_of_freedom : float
        Of the t distribution for intervals: clusters − 1, or infinity for the normal.
    log_likelihood : float
    converged : bool
        False for every fit whose numbers must not be used; `message` says why.
    iterations : int
    gradient_norm : float
        Largest element of the gradient at the end over the sum of its absolute terms.
    n : float
        Rows fitted: the sum of the weights of cells that carry information.
    clusters : int or None
    singular_clusters : int
        Clusters without which some coefficient cannot be estimated. CRV3 then understates the doubt about
        that coefficient.
    separated : tuple of int
        Columns along which the likelihood rises for ever.
    separated_cells : (m,) int
        The caller's cells that those columns fit perfectly.
    absorbed : tuple of int
        Columns that are constant over the cells that carry information, and so part of the group effects.
    dropped_groups : int
        Groups with a constant outcome at its bound, which carry no information.
    dropped_weight : float
        Rows in them.
    estimated : (k,) int
        Columns with a finite estimate.
    joint_covariance : (q, q) float
        Of the estimated coefficients and, last, log theta where the model has one.
    linear_predictor : (cells,) float
        Of the caller's cells; nan where dropped.
    groups : GroupEffects or None
    message : str
        Empty when all is well.
    """

    model: str
    coefficients: FloatArray
    covariance: FloatArray
    covariance_kind: str
    degrees_of_freedom: float
    log_likelihood: float
    converged: bool
    iterations: int
    gradient_norm: float
    n: float
    clusters: int | None
    singular_clusters: int
    separated: tuple[int, ...]
    separated_cells: npt.NDArray[np.intp]
    absorbed: tuple[int, ...]
    dropped_groups: int
    dropped_weight: float
    estimated: npt.NDArray[np.intp]
    joint_covariance: FloatArray
    linear_predictor: FloatArray
    groups: GroupEffects | None
    message: str

    @property
    def standard_errors(self) -> FloatArray:
        """Standard errors (p,) of the coefficients."""
        return np.sqrt(np.diagonal(self.covariance))

    def interval(self, level: float = 0.95) -> FloatArray:
        """Return the interval (p, 2) of each coefficient, from t or the normal distribution."""
        half = critical_value(level, self.degrees_of_freedom) * self.standard_errors
        return np.column_stack([self.coefficients - half, self.coefficients + half])


def summarise(
    family: Family,
    cells: Cells,
    maximum: Maximum,
    rising: npt.NDArray[np.int8],
    vcov: str,
    shape: tuple[int, int],
) -> dict[str, Any]:
    """Turn the end of a search into the fields of a `Fit`.

    Parameters
    ----------
    family, cells, maximum
        What was fitted, and how it ended.
    rising : (n,) int8
        For the kept cells, see `find_separation`.
    vcov : str
        "hessian", "robust", "CRV1" or "CRV3".
    shape : tuple of int
        Cells and columns of the caller's design.
    """
    separation = _separation(cells, maximum, rising)
    converged = maximum.converged and not separation.cells.any()
    p = cells.design.shape[1]
    q = p + int(family.has_dispersion)
    steps, joint = None, np.full((q, q), np.nan)
    if converged:
        steps, joint = _joint_covariance(type(family), cells, maximum, vcov)
    off = cells.columns[separation.columns]
    coefficients = np.full(shape[1], np.nan)
    coefficients[cells.columns] = maximum.point.beta
    coefficients[off] = np.sign(separation.direction[separation.columns]) * np.inf
    covariance = np.full((shape[1], shape[1]), np.nan)
    covariance[np.ix_(cells.columns, cells.columns)] = joint[:p, :p]
    eta = np.full(shape[0], np.nan)
    eta[cells.kept] = maximum.point.eta
    clusters = None if cells.cluster is None else int(cells.cluster.max()) + 1
    return {
        "coefficients": coefficients,
        "covariance": covariance,
        "covariance_kind": _KINDS[vcov] if converged else "none",
        "degrees_of_freedom": float("inf") if clusters is None else clusters - 1.0,
        "log_likelihood": maximum.point.log_likelihood,
        "converged": converged,
        "iterations": maximum.iterations,
        "gradient_norm": maximum.gradient_norm,
        "n": cells.total,
        "clusters": clusters,
        "singular_clusters": 0 if steps is None else steps.singular,
        "separated": tuple(int(j) for j in off),
        "separated_cells": np.sort(cells.kept[separation.cells]),
        "absorbed": cells.absorbed,
        "dropped_groups": cells.dropped_groups,
        "dropped_weight": cells.dropped_weight,
        "estimated": np.setdiff1d(cells.columns, off),
        "joint_covariance": joint,
        "linear_predictor": eta,
        "groups": _group_effects(cells, maximum, steps),
        "message": _message(cells, maximum, separation),
    }


def _separation(cells: Cells, maximum: Maximum, rising: npt.NDArray[np.int8]) -> Separation:
    """Search for a direction of endless rise, if the end of the search looks like there is one."""
    if _runs_off(maximum):
        return find_separation(cells, rising)
    return Separation(np.zeros(cells.design.shape[1]), np.zeros(len(cells.outcome), dtype=np.bool_))


def _runs_off(maximum: Maximum) -> bool:
    """Tell whether predictors or information look as they do when there is no maximum."""
    if not maximum.converged:
        return True
    eta, information = maximum.point.eta, maximum.arrow.concentrated()
    if np.abs(eta).max() > 12.0:
        return True
    scale = np.sqrt(np.diagonal(information))
    return bool(len(scale)) and bool(np.linalg.eigvalsh(information / scale[:, None] / scale).min() < 1e-9)


def _message(cells: Cells, maximum: Maximum, separation: Separation) -> str:
    if separation.cells.any():
        named = [int(cells.columns[j]) for j in separation.columns]
        rows = cells.weights[separation.cells].sum()
        return f"no maximum: the likelihood rises for ever along columns {named}, which fit {rows:g} rows perfectly"
    if not maximum.converged:
        return f"no maximum found in {maximum.iterations} steps (gradient {maximum.gradient_norm:.1e})"
    return ""


def _joint_covariance(
    family: Callable[[FloatArray], Family], cells: Cells, maximum: Maximum, vcov: str
) -> tuple[Steps | None, FloatArray]:
    """Return the covariance of the common parameters and the steps behind it."""
    point, arrow = maximum.point, maximum.arrow
    if vcov == "hessian":
        return None, _inverse(arrow)
    if vcov == "CRV3":
        steps = jackknife_steps(cells, point, arrow, family)
    else:
        steps = (sandwich_steps if vcov == "CRV1" else robust_steps)(cells, point, arrow)
    return steps, steps.covariance()


def _inverse(arrow: Arrow) -> FloatArray:
    """Return the inverse of the concentrated information, through its correlation form."""
    information = arrow.concentrated()
    scale = 1.0 / np.sqrt(np.diagonal(information))
    inverse = np.linalg.inv(information * scale[:, None] * scale) * scale[:, None] * scale
    return (inverse + inverse.T) / 2.0


def _group_effects(cells: Cells, maximum: Maximum, steps: Steps | None) -> GroupEffects | None:
    arrow, alpha = maximum.arrow, maximum.point.alpha
    if alpha is None or cells.levels is None or arrow.border is None or arrow.diagonal is None:
        return None
    return GroupEffects(
        cells.levels, alpha, -arrow.border / arrow.diagonal[:, None], 1.0 / arrow.diagonal, steps
    )
