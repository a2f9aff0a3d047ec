"""Does a fitted truncated count model describe the counts? Residuals, PIT histogram, frequencies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, gammainc, ndtri

from salience.errors import MethodError
from salience.methods.cells import FloatArray, check_vector, check_weights
from salience.methods.counts import CountFit
from salience.methods.families import exp_predictor

# Stands for theta = 0: the logarithmic series to eight digits.
_NO_THETA = 1e-9


@dataclass(frozen=True, slots=True)
class PitHistogram:
    """Histogram of the probability integral transform; flat when the model describes the counts.

    Attributes
    ----------
    edges : (bins + 1,) float
        From 0 to 1.
    heights : (bins,) float
        Share of rows in each bin, 1/bins when all is well. A U says that the counts vary more than the
        model lets them, a hump that they vary less, a slope that the model is biased.
    """

    edges: FloatArray
    heights: FloatArray


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Rows with each count, as observed and as the model expects them.

    Attributes
    ----------
    counts : (m,) int
        1, 2, …; the last stands for itself and more.
    observed, expected : (m,) float
        Rows; both sum to the rows fitted.
    """

    counts: npt.NDArray[np.intp]
    observed: FloatArray
    expected: FloatArray


def quantile_residuals(
    fit: CountFit,
    counts: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    rng: np.random.Generator,
    size: int = 2000,
) -> FloatArray:
    """Draw randomised quantile residuals: standard normal when the model is right (Dunn & Smyth 1996).

    Parameters
    ----------
    fit : CountFit
        Of `fit_zero_truncated`.
    counts, weights : (cells,)
        As they were fitted.
    rng : numpy.random.Generator
    size : int
        Rows to draw, with replacement and in proportion to the weights.

    Returns
    -------
    (size,) float

    Raises
    ------
    MethodError
        When the fit did not converge or is not a truncated model, or the arrays are not those fitted.
    """
    y, w, eta = _fitted_cells(fit, counts, weights)
    if size < 1:
        raise MethodError(f"size is {size}; expected 1 or more")
    drawn = rng.choice(len(y), size=size, p=w / w.sum())
    above, at_least = _tail(fit, y[drawn], eta[drawn]), _tail(fit, y[drawn] - 1.0, eta[drawn])
    position = above + rng.uniform(size=size) * (at_least - above)
    return -ndtri(np.clip(position, 1e-300, 1.0 - 1e-16))


def pit_histogram(
    fit: CountFit, counts: npt.ArrayLike, weights: npt.ArrayLike | None = None, *, bins: int = 10
) -> PitHistogram:
    """Return the non-randomised PIT histogram (Czado, Gneiting & Held 2009, equation 2).

    Parameters
    ----------
    fit, counts, weights
        As in `quantile_residuals`.
    bins : int

    Raises
    ------
    MethodError
        As `quantile_residuals`.
    """
    y, w, eta = _fitted_cells(fit, counts, weights)
    if bins < 1:
        raise MethodError(f"bins is {bins}; expected 1 or more")
    edges = np.linspace(0.0, 1.0, bins + 1)
    upper, lower = 1.0 - _tail(fit, y, eta), 1.0 - _tail(fit, y - 1.0, eta)
    width = np.maximum(upper - lower, 1e-300)
    share = w / w.sum()
    reached = np.array([share @ np.clip((u - lower) / width, 0.0, 1.0) for u in edges[1:-1]])
    return PitHistogram(edges, np.diff(np.concatenate([[0.0], reached, [1.0]])))


def frequencies(
    fit: CountFit, counts: npt.ArrayLike, weights: npt.ArrayLike | None = None, *, last: int = 6
) -> Frequencies:
    """Compare observed and expected rows with counts of 1, 2, … and `last` or more.

    Parameters
    ----------
    fit, counts, weights
        As in `quantile_residuals`.
    last : int
        First count of the open class.

    Raises
    ------
    MethodError
        As `quantile_residuals`.
    """
    y, w, eta = _fitted_cells(fit, counts, weights)
    if last < 2:
        raise MethodError(f"last is {last}; expected 2 or more")
    classes = np.arange(1, last + 1)
    observed = np.array([w @ (y == k) for k in range(1, last)] + [w @ (y >= last)])
    more = [w @ _tail(fit, np.full(len(y), float(k)), eta) for k in range(1, last)]
    expected = -np.diff(np.concatenate([[w.sum()], more, [0.0]]))
    return Frequencies(classes, observed, expected)


def _fitted_cells(
    fit: CountFit, counts: npt.ArrayLike, weights: npt.ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return counts, weights and predictors of the cells that were fitted."""
    if not fit.converged:
        raise MethodError(f"the fit has no estimates to compare with: {fit.message}")
    if fit.model == "Poisson":
        raise MethodError("residuals are for truncated models; this is a Poisson pseudo-likelihood fit")
    y = check_vector(counts, "counts", len(fit.linear_predictor))
    w = check_weights(weights, len(y))
    kept = np.isfinite(fit.linear_predictor) & (w > 0)
    if (y[kept] < 1).any() or not np.isclose(w[kept].sum(), fit.n):
        raise MethodError(f"counts and weights are not those fitted: expected {fit.n:g} rows of 1 or more")
    return y[kept], w[kept], fit.linear_predictor[kept]


def _tail(fit: CountFit, counts: FloatArray, eta: FloatArray) -> FloatArray:
    """Return the chance of more than `counts`, given 1 or more."""
    mu = exp_predictor(eta)
    if fit.dispersion is None or np.isinf(fit.dispersion):
        return np.where(counts < 1, 1.0, gammainc(counts + 1.0, mu) / -np.expm1(-mu))
    theta = _NO_THETA if fit.boundary else fit.dispersion
    c = mu if fit.boundary else mu / theta
    seen = -np.expm1(-theta * np.log1p(c))
    return np.where(counts < 1, 1.0, betainc(counts + 1.0, theta, c / (1.0 + c)) / seen)
