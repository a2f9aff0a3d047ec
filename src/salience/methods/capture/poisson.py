"""Many Poisson log-linear models of one table of capture patterns, fitted side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from salience.methods.cells import FloatArray

Flags = npt.NDArray[np.bool_]

_STEPS = 40
_CONVERGED = 1e-11


@dataclass(frozen=True, slots=True)
class Fits:
    """Maximum-likelihood fits of several models.

    Attributes
    ----------
    coefficients : (models, q) float
        0 where a column is not in the model.
    means : (models, cells) float
    inverse : (models, q, q) float
        Inverse information.
    log_likelihood : (models,) float
        With the factorials.
    converged : (models,) bool
    """

    coefficients: FloatArray
    means: FloatArray
    inverse: FloatArray
    log_likelihood: FloatArray
    converged: Flags


def fit_models(design: FloatArray, counts: FloatArray, columns: Flags, active: Flags) -> Fits:
    """Fit Poisson models with the log link by Newton's method, all at once.

    Parameters
    ----------
    design : (cells, q) float
    counts : (models, cells) float
        0 or more.
    columns : (models, q) bool
        Columns of the design that each model has. They must be independent on the active cells.
    active : (models, cells) bool
        Cells with a mean above 0; the others have a count of 0 and say nothing.
    """
    models, q = columns.shape
    squares = np.einsum("ci,cj->cij", design, design).reshape(len(design), q * q)
    fixed = np.zeros((models, q, q))
    index = np.arange(q)
    fixed[:, index, index] = ~columns
    both = (columns[:, :, None] & columns[:, None, :]).reshape(models, q * q)
    size = np.maximum(counts.sum(axis=1), 1.0)

    def information(weights: FloatArray) -> FloatArray:
        return np.asarray((weights @ squares * both).reshape(models, q, q) + fixed)

    start = np.where(active, counts + 0.5, 0.0)
    beta = _solve(information(start), (start * np.log(np.where(active, start, 1.0))) @ design * columns)
    value, means = _evaluate(design, counts, active, beta)
    converged = np.zeros(models, dtype=bool)
    for _ in range(_STEPS):
        score = (counts * active - means) @ design * columns
        converged = np.abs(score).max(axis=1) < _CONVERGED * size
        if converged.all():
            break
        step = _solve(information(means), score)
        # Far from the maximum a full step overshoots: shorten it, for each model, until the likelihood rises.
        length = np.ones(models)
        for _ in range(20):
            trial = beta + length[:, None] * step
            new, new_means = _evaluate(design, counts, active, trial)
            worse = ~(new >= value - 1e-12 * np.abs(value))
            if not worse.any():
                break
            length[worse] *= 0.5
        better = ~worse
        beta[better], value[better], means[better] = trial[better], new[better], new_means[better]
        if worse.all():
            break
    inverse = _invert(information(means)) * both.reshape(models, q, q)
    full = value - gammaln(counts + 1.0).sum(axis=1)
    return Fits(beta, means, inverse, full, converged)


def _evaluate(
    design: FloatArray, counts: FloatArray, active: Flags, beta: FloatArray
) -> tuple[FloatArray, FloatArray]:
    eta = np.minimum(beta @ design.T, 200.0)
    means = np.where(active, np.exp(eta), 0.0)
    return (np.where(active, counts * eta, 0.0) - means).sum(axis=1), means


def _solve(matrix: FloatArray, right: FloatArray) -> FloatArray:
    try:
        return np.asarray(np.linalg.solve(matrix, right[..., None])[..., 0])
    except np.linalg.LinAlgError:
        return np.asarray((np.linalg.pinv(matrix, hermitian=True) @ right[..., None])[..., 0])


def _invert(matrix: FloatArray) -> FloatArray:
    try:
        return np.asarray(np.linalg.inv(matrix))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(matrix, hermitian=True))
