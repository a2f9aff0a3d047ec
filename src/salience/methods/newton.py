"""A safe-guarded Newton method for regression on cells, with one-way group effects eliminated.

With an effect for each group the Hessian is an arrow: a small block for the common parameters, a diagonal
for the groups and a border between them. Its Schur complement is as small as the model without groups, so
a step costs O(n p²) however many groups there are (Greene 2004, Econometrics Journal 7, section 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from salience.methods.cells import Cells, FloatArray
from salience.methods.families import Family, Likelihood

_MOST_STEPS = 200
_MOST_HALVINGS = 40
# Twice the gain in log-likelihood, per typical cell, that the next step promises. It is the last if it is
# below this; the error left behind is of the size of the square.
_DECREMENT = 1e-12
_MOST_LAST_STEPS = 4
# Gradient at the end, as a share of the sum of the absolute terms that cancel in it.
_GRADIENT = 1e-7
# Cells whose products are formed at once: they stay in the processor's cache.
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Point:
    """A parameter value with everything that follows from it.

    `tau` is the logarithm of the dispersion and is 0 and unused for families without one.
    """

    beta: FloatArray
    alpha: FloatArray | None
    tau: float
    eta: FloatArray
    likelihood: Likelihood
    log_likelihood: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """Gradient and negative Hessian of the log-likelihood; q common parameters, G groups.

    Attributes
    ----------
    gradient : (q,) float
    block : (q, q) float
    group_gradient, diagonal, size : (G,) float or None
        `size` sums the absolute terms of the diagonal.
    border : (G, q) float or None
    """

    gradient: FloatArray
    block: FloatArray
    group_gradient: FloatArray | None
    diagonal: FloatArray | None
    size: FloatArray | None
    border: FloatArray | None

    def concentrated(self) -> FloatArray:
        """Return the Schur complement (q, q): the information on the common parameters alone."""
        if self.border is None or self.diagonal is None:
            return self.block
        return self.block - self.border.T @ (self.border / self.diagonal[:, None])


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the search ended.

    Attributes
    ----------
    point : Point
    arrow : Arrow
        At that point.
    converged : bool
        The decrement and the gradient both vanished, at a point that a step was taken from.
    iterations : int
    gradient_norm : float
        Largest element of the gradient over the sum of its absolute terms; 1 means that nothing cancels.
    left : str
        "low" or "high" when tau crossed its bounds, else "".
    """

    point: Point
    arrow: Arrow
    converged: bool
    iterations: int
    gradient_norm: float
    left: str


def maximise(
    family: Family,
    cells: Cells,
    start: Point | None = None,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Maximum:
    """Maximise the weighted log-likelihood over coefficients, group effects and log dispersion.

    Newton steps on the exact Hessian; where it is not positive definite a Levenberg ridge is added; steps
    are halved until the log-likelihood rises (Nocedal & Wright 2006, sections 3.1 and 3.4).

    Parameters
    ----------
    family : Family
        Bound to the outcomes of `cells`.
    cells : Cells
    start : Point, optional
        Where to start; a point with the overall mean by default.
    bounds : tuple of float
        The search ends when tau leaves them.
    """
    point = start if start is not None else starting_point(family, cells)
    arrow = derive(family, cells, point)
    tolerance = _DECREMENT * cells.total / len(cells.outcome)
    ridge, left, iterations, last_steps, norm = 0.0, "", 0, 0, np.inf
    while iterations < _MOST_STEPS and last_steps < _MOST_LAST_STEPS:
        iterations += 1
        direction, ridge = _ascent_direction(arrow, ridge)
        if direction is None:
            break
        common, groups, decrement = direction
        last = ridge == 0.0 and decrement <= tolerance
        following = _step(family, cells, point, common, groups, 0.0 if last else decrement)
        if following is None:
            # No rise along an ascent direction: the digits are used up, or the direction is a poor one.
            if ridge > 1e6:
                break
            ridge = max(10.0 * ridge, 1e-6)
            continue
        point, arrow = following, derive(family, cells, following)
        ridge = ridge / 10.0 if ridge > 1e-8 else 0.0
        if not bounds[0] <= point.tau <= bounds[1]:
            left = "low" if point.tau < bounds[0] else "high"
            break
        if last:
            last_steps += 1
            norm = _relative_gradient(family, cells, point, arrow)
            if norm < _GRADIENT:
                return Maximum(point, arrow, True, iterations, norm, left)
    return Maximum(point, arrow, False, iterations, _relative_gradient(family, cells, point, arrow), left)


def starting_point(family: Family, cells: Cells, tau: float = 0.0) -> Point:
    """Return the point nearest to one mean for all cells, or for all cells of a group."""
    w, y = cells.weights, cells.outcome
    p = cells.design.shape[1]
    overall = float(w @ y / w.sum())
    if cells.group is None:
        level = family.predictor_of_mean(np.array([overall]))[0]
        X = cells.design
        beta = np.linalg.lstsq(X.T @ X, level * X.sum(axis=0), rcond=1e-12)[0]
        return evaluate(family, cells, beta, None, tau)
    sums, sizes = cells.by_group(w * y), cells.by_group(w)
    # Half a row of the overall mean keeps the effect of a small group finite.
    alpha = family.predictor_of_mean((sums + 0.5 * overall) / (sizes + 0.5))
    return evaluate(family, cells, np.zeros(p), alpha, tau)


def evaluate(family: Family, cells: Cells, beta: FloatArray, alpha: FloatArray | None, tau: float) -> Point:
    """Return the point with these parameters."""
    eta = cells.design @ beta
    if alpha is not None and cells.group is not None:
        eta = eta + alpha[cells.group]
    likelihood = family.evaluate(eta, tau)
    return Point(beta, alpha, tau, eta, likelihood, float(cells.weights @ likelihood.value))


def derive(family: Family, cells: Cells, point: Point) -> Arrow:
    """Return gradient and negative Hessian at a point."""
    X, w, likelihood = cells.design, cells.weights, point.likelihood
    score, curvature = w * likelihood.eta, -w * likelihood.eta_eta
    gradient, block, cross = X.T @ score, _cross_product(X, curvature), None
    if family.has_dispersion:
        cross = -w * _given(likelihood.eta_tau)
        gradient = np.append(gradient, w @ _given(likelihood.tau))
        side = X.T @ cross
        corner = -float(w @ _given(likelihood.tau_tau))
        block = np.block([[block, side[:, None]], [side[None, :], np.array([[corner]])]])
    if cells.group is None:
        return Arrow(gradient, block, None, None, None, None)
    border = cells.by_group(curvature[:, None] * X)
    if cross is not None:
        border = np.column_stack([border, cells.by_group(cross)])
    size = cells.by_group(np.abs(curvature))
    return Arrow(gradient, block, cells.by_group(score), cells.by_group(curvature), size, border)


def _cross_product(X: FloatArray, weights: FloatArray) -> FloatArray:
    """Return X' diag(weights) X, a block of cells at a time."""
    product = np.zeros((X.shape[1], X.shape[1]))
    for first in range(0, len(X), _BLOCK):
        part = X[first : first + _BLOCK]
        product += part.T @ (weights[first : first + _BLOCK, None] * part)
    return product


def _ascent_direction(
    arrow: Arrow, ridge: float
) -> tuple[tuple[FloatArray, FloatArray | None, float] | None, float]:
    """Solve for a step along which the log-likelihood rises, adding ridge until one is found."""
    while ridge < 1e12:
        direction = _solve(arrow, ridge)
        if direction is not None:
            return direction, ridge
        ridge = max(10.0 * ridge, 1e-6)
    return None, ridge


def _solve(arrow: Arrow, ridge: float) -> tuple[FloatArray, FloatArray | None, float] | None:
    """Return the step of the common parameters, of the groups, and the squared Newton decrement."""
    spread = np.maximum(np.abs(np.diagonal(arrow.block)), 1e-300)
    block = arrow.block + np.diag(ridge * spread)
    gradient = arrow.gradient
    grouped = arrow.border is not None
    if grouped:
        diagonal, size = _given(arrow.diagonal), _given(arrow.size)
        diagonal = np.where(diagonal > 1e-8 * size, diagonal, size) + ridge * size
        diagonal = np.maximum(diagonal, 1e-300)
        border, group_gradient = _given(arrow.border), _given(arrow.group_gradient)
        block = block - border.T @ (border / diagonal[:, None])
        gradient = gradient - border.T @ (group_gradient / diagonal)
    scale = 1.0 / np.sqrt(spread)
    try:
        factor = cho_factor(block * scale[:, None] * scale, lower=True)
    except (np.linalg.LinAlgError, ValueError):
        return None
    if len(scale) and np.diagonal(factor[0]).min() < 1e-8:
        return None
    common = scale * cho_solve(factor, scale * gradient)
    decrement = float(arrow.gradient @ common)
    groups = None
    if grouped:
        groups = (group_gradient - border @ common) / diagonal
        decrement += float(group_gradient @ groups)
    return (common, groups, decrement) if np.isfinite(decrement) and decrement >= 0 else None


def _step(
    family: Family,
    cells: Cells,
    point: Point,
    common: FloatArray,
    groups: FloatArray | None,
    decrement: float,
) -> Point | None:
    """Go as far along the direction as the log-likelihood keeps its promise, or return None.

    A decrement of 0 stands for the last step, whose gain is below what the sum can show: it is taken whole.
    """
    p = len(point.beta)
    move = cells.design @ common[:p]
    if groups is not None and cells.group is not None:
        move = move + groups[cells.group]
    slack = 1e-12 * (abs(point.log_likelihood) + cells.total)
    length = min(1.0, 20.0 / max(float(np.abs(move).max(initial=0.0)), 1e-300))
    if family.has_dispersion:
        length = min(length, 3.0 / max(abs(float(common[p])), 1e-300))
    for _ in range(_MOST_HALVINGS):
        eta = point.eta + length * move
        tau = point.tau + length * float(common[p]) if family.has_dispersion else 0.0
        likelihood = family.evaluate(eta, tau)
        value = float(cells.weights @ likelihood.value)
        if value >= point.log_likelihood + 1e-4 * length * decrement - slack:
            alpha = None if point.alpha is None or groups is None else point.alpha + length * groups
            return Point(point.beta + length * common[:p], alpha, tau, eta, likelihood, value)
        length /= 2.0
    return None


def _relative_gradient(family: Family, cells: Cells, point: Point, arrow: Arrow) -> float:
    """Return the largest element of the gradient over the sum of its absolute terms."""
    X, likelihood, y = np.abs(cells.design), point.likelihood, cells.outcome
    terms = cells.weights * np.abs(likelihood.eta)
    # A perfect fit has no terms left to cancel: rounding is then measured against the outcomes.
    floor = 1e-8 * cells.weights * (1.0 + np.abs(y))
    shares = [np.abs(arrow.gradient[: X.shape[1]]) / np.maximum(X.T @ (terms + floor), 1e-300)]
    if family.has_dispersion:
        absolute = cells.weights @ np.abs(_given(likelihood.tau)) + floor.sum()
        shares.append(np.abs(arrow.gradient[-1:]) / absolute)
    if cells.group is not None:
        shares.append(np.abs(_given(arrow.group_gradient)) / cells.by_group(terms + floor))
    worst = float(np.concatenate(shares).max(initial=0.0))
    return worst if np.isfinite(worst) and np.isfinite(point.log_likelihood) else float("inf")


def _given(values: FloatArray | None) -> FloatArray:
    """Narrow the type of an array that this family always has."""
    assert values is not None
    return values
