"""What a fitted model says in the units of the outcome: average predictions and average effects.

Each prediction is averaged over the rows' own values of all other columns ("predictive margins", Graubard &
Korn 1999); uncertainty by the delta method over coefficients, dispersion and group effects together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.binary import BinaryFit
from salience.methods.cells import FloatArray, check_design, check_vector, check_weights
from salience.methods.counts import CountFit
from salience.methods.families import (
    Binary,
    Expectation,
    LogSeries,
    Poisson,
    ZeroTruncatedNegativeBinomial,
    ZeroTruncatedPoisson,
)
from salience.methods.intervals import critical_value
from salience.methods.regression import Fit, GroupEffects

Setting = Mapping[int, float | npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Effect:
    """One number with its interval."""

    value: float
    standard_error: float
    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True)
class Margins:
    """Average predictions under several settings, and how they vary together.

    Attributes
    ----------
    values : (m,) float
        Average prediction under each setting.
    covariance : (m, m) float
    low, high : (m,) float
        Intervals that stay within what is possible: computed on the log scale for counts (above their
        least value) and on the logit scale for probabilities.
    level : float
    degrees_of_freedom : float
    rows : float
        Rows averaged over.
    least : float
        Least possible value: 1 for counts known to be 1 or more, else 0; plus the shift.
    """

    values: FloatArray
    covariance: FloatArray
    low: FloatArray
    high: FloatArray
    level: float
    degrees_of_freedom: float
    rows: float
    least: float

    @property
    def standard_errors(self) -> FloatArray:
        """Standard errors (m,)."""
        return np.sqrt(np.diagonal(self.covariance))

    def difference(self, first: int, second: int) -> Effect:
        """Return setting `first` less setting `second`."""
        contrast = np.zeros(len(self.values))
        contrast[first] += 1.0
        contrast[second] -= 1.0
        return self.combine(contrast)

    def combine(self, contrast: npt.ArrayLike) -> Effect:
        """Return the sum of the predictions times `contrast` (m,), with a symmetric interval."""
        c = check_vector(contrast, "contrast", len(self.values))
        error = float(np.sqrt(max(float(c @ self.covariance @ c), 0.0)))
        value, half = float(c @ self.values), critical_value(self.level, self.degrees_of_freedom) * error
        return Effect(value, error, value - half, value + half, self.level)

    def ratio(self, first: int, second: int) -> Effect:
        """Return setting `first` over setting `second`, with an interval from the log scale."""
        a, b = self.values[first], self.values[second]
        contrast = np.zeros(len(self.values))
        contrast[first] += 1.0 / a
        contrast[second] -= 1.0 / b
        error = float(np.sqrt(max(float(contrast @ self.covariance @ contrast), 0.0)))
        value, half = float(a / b), critical_value(self.level, self.degrees_of_freedom) * error
        return Effect(value, value * error, value * np.exp(-half), value * np.exp(half), self.level)


@dataclass(frozen=True, slots=True)
class MarginalEffects:
    """Average marginal effects of single columns.

    Attributes
    ----------
    columns : (m,) int
    values, standard_errors, low, high : (m,) float
        In units of the outcome: probability, or count.
    discrete : (m,) bool
        The effect is the change from 0 to 1, not a derivative.
    covariance : (m, m) float
    level : float
    """

    columns: npt.NDArray[np.intp]
    values: FloatArray
    standard_errors: FloatArray
    low: FloatArray
    high: FloatArray
    discrete: npt.NDArray[np.bool_]
    covariance: FloatArray
    level: float


def predictive_margins(
    fit: Fit,
    design: npt.ArrayLike,
    settings: Sequence[Setting],
    weights: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    *,
    shift: float = 0.0,
    level: float = 0.95,
) -> Margins:
    """Average the expected outcome over the rows with some columns set to given values.

    The expected outcome is a probability for logit, the mean for Poisson, and the mean *given 1 or more* for
    truncated models.

    Parameters
    ----------
    fit : CountFit or BinaryFit
    design : (cells, p) float
        Rows to average over, with the columns of the fit: usually those fitted, or some of them.
    settings : sequence of {column: value}
        A term that enters through several columns is set by naming them all; a value is one number, or one
        for each cell. An empty mapping leaves all as it is.
    weights : (cells,) float, optional
    groups : (cells,) codes
        Needed when the fit has group effects. Cells of dropped groups are left out of the average.
    shift : float
        Added to every prediction: 1 turns extra reports into reports.
    level : float

    Raises
    ------
    MethodError
        When the fit did not converge, or design, settings or groups do not suit it.
    """
    X, w, index = _rows(fit, design, weights, groups)
    if not settings:
        raise MethodError("settings is empty; expected at least one mapping of column to value")
    for column in sorted({column for setting in settings for column in setting}):
        _check_columns([column], X.shape[1])
        _check_estimated(fit, column)
    parts = [_average(fit, _set_columns(X, setting), w, index) for setting in settings]
    values = np.array([part[0] for part in parts])
    covariance = _delta(fit, np.array([p[1] for p in parts]), np.array([p[2] for p in parts]))
    least = 1.0 if _is_truncated(fit) else 0.0
    errors = np.sqrt(np.diagonal(covariance))
    half = critical_value(level, fit.degrees_of_freedom) * errors
    low, high = _bounded_interval(values, half, least, probability=isinstance(fit, BinaryFit))
    return Margins(
        values + shift,
        covariance,
        low + shift,
        high + shift,
        level,
        fit.degrees_of_freedom,
        float(w.sum()),
        least + shift,
    )


def average_marginal_effects(
    fit: Fit,
    design: npt.ArrayLike,
    columns: Sequence[int],
    weights: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    *,
    kind: Literal["auto", "derivative", "discrete"] = "auto",
    level: float = 0.95,
) -> MarginalEffects:
    """Average the effect of single columns over the rows (Bartus 2005).

    For a continuous column the mean of p (1 − p) b (logit) or mu b (Poisson); for a column of 0 and 1 the
    mean change of the prediction from 0 to 1. A term of several columns needs `predictive_margins`.

    Parameters
    ----------
    fit, design, weights, groups, level
        As in `predictive_margins`; not for truncated models.
    columns : sequence of int
    kind : {"auto", "derivative", "discrete"}
        "auto" takes a column as discrete when it holds nothing but 0 and 1.

    Raises
    ------
    MethodError
        As `predictive_margins`, and for truncated models.
    """
    if _is_truncated(fit):
        raise MethodError(f"no marginal effects for a {fit.model} fit; use predictive_margins")
    if kind not in ("auto", "derivative", "discrete"):
        raise MethodError(f"kind is {kind!r}; expected 'auto', 'derivative' or 'discrete'")
    X, w, index = _rows(fit, design, weights, groups)
    parts, discrete = [], []
    for column in columns:
        _check_columns([column], X.shape[1])
        _check_estimated(fit, column)
        two_valued = bool(np.isin(X[:, column], (0.0, 1.0)).all())
        discrete.append(kind == "discrete" or (kind == "auto" and two_valued))
        if discrete[-1]:
            up = _average(fit, _set_columns(X, {column: 1.0}), w, index)
            down = _average(fit, _set_columns(X, {column: 0.0}), w, index)
            parts.append((up[0] - down[0], up[1] - down[1], up[2] - down[2]))
        else:
            parts.append(_average_slope(fit, X, column, w, index))
    values = np.array([part[0] for part in parts])
    covariance = _delta(fit, np.array([p[1] for p in parts]), np.array([p[2] for p in parts]))
    errors = np.sqrt(np.diagonal(covariance))
    half = critical_value(level, fit.degrees_of_freedom) * errors
    return MarginalEffects(
        np.array(columns, dtype=np.intp),
        values,
        errors,
        values - half,
        values + half,
        np.array(discrete),
        covariance,
        level,
    )


def _rows(
    fit: Fit, design: npt.ArrayLike, weights: npt.ArrayLike | None, groups: npt.ArrayLike | None
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.intp] | None]:
    """Check what to average over; return it with the position of each row's group effect."""
    if not fit.converged:
        raise MethodError(f"the fit has no estimates to predict from: {fit.message}")
    X = check_design(design, len(np.asarray(design)))
    if X.shape[1] != len(fit.coefficients):
        raise MethodError(f"design has {X.shape[1]} columns; the fit has {len(fit.coefficients)}")
    w = check_weights(weights, len(X))
    index = None
    if fit.groups is not None:
        if groups is None:
            raise MethodError("the fit has group effects; give the groups of the cells")
        index, known = _positions(fit.groups, np.asarray(groups))
        if len(index) != len(X):
            raise MethodError(f"groups has {len(index)} codes; expected {len(X)}, one for each cell")
        X, w, index = X[known], w[known], index[known]
    elif groups is not None:
        raise MethodError("groups are given, but the fit has no group effects")
    if w.sum() <= 0:
        raise MethodError("no row to average over: all weights are 0 or all groups were dropped")
    return X, w, index


def _positions(
    effects: GroupEffects, groups: npt.NDArray[np.generic]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    levels = effects.levels
    order = np.argsort(levels)
    index = order[np.minimum(np.searchsorted(levels, groups, sorter=order), len(levels) - 1)]
    return index, np.asarray(levels[index] == groups)


def _set_columns(X: FloatArray, setting: Setting) -> FloatArray:
    changed = X.copy()
    for column, value in setting.items():
        changed[:, column] = value
    if not np.isfinite(changed).all():
        raise MethodError(f"a setting of columns {sorted(setting)} holds values that are not finite")
    return changed


def _check_columns(columns: Sequence[int], p: int) -> None:
    for column in columns:
        if not 0 <= column < p:
            raise MethodError(f"column {column} does not exist; expected 0 to {p - 1}")


def _check_estimated(fit: Fit, column: int) -> None:
    if column not in fit.estimated:
        raise MethodError(f"column {column} has no estimate in this fit: the group effects absorb it")


def _average(
    fit: Fit, X: FloatArray, w: FloatArray, index: npt.NDArray[np.intp] | None
) -> tuple[float, FloatArray, FloatArray]:
    """Return the average prediction and its gradient in common parameters and in group effects."""
    share = w / w.sum()
    expected = _expectation(fit, X, index)
    slope = share * expected.eta
    gradient = X[:, fit.estimated].T @ slope
    if isinstance(fit, CountFit) and _has_theta(fit):
        gradient = np.append(gradient, 0.0 if expected.tau is None else share @ expected.tau)
    return float(share @ expected.value), gradient, _group_gradient(fit, slope, index)


def _average_slope(
    fit: Fit, X: FloatArray, column: int, w: FloatArray, index: npt.NDArray[np.intp] | None
) -> tuple[float, FloatArray, FloatArray]:
    """Return the average derivative of the prediction in a column, and the gradient of that."""
    share, b = w / w.sum(), float(fit.coefficients[column])
    expected = _expectation(fit, X, index)
    assert expected.eta_eta is not None
    bend = b * share * expected.eta_eta
    gradient = X[:, fit.estimated].T @ bend
    gradient[np.flatnonzero(fit.estimated == column)] += share @ expected.eta
    return b * float(share @ expected.eta), gradient, _group_gradient(fit, bend, index)


def _group_gradient(fit: Fit, slope: FloatArray, index: npt.NDArray[np.intp] | None) -> FloatArray:
    if fit.groups is None or index is None:
        return np.zeros(0)
    summed = np.bincount(index, weights=slope, minlength=len(fit.groups.values))
    return np.asarray(summed, dtype=np.float64)


def _expectation(fit: Fit, X: FloatArray, index: npt.NDArray[np.intp] | None) -> Expectation:
    eta = X[:, fit.estimated] @ fit.coefficients[fit.estimated]
    if fit.groups is not None and index is not None:
        eta = eta + fit.groups.values[index]
    if isinstance(fit, BinaryFit):
        return Binary.expectation(eta, 0.0)
    if not isinstance(fit, CountFit) or fit.model == "Poisson":
        return Poisson.expectation(eta, 0.0)
    if fit.boundary:
        return LogSeries.expectation(eta, 0.0)
    if fit.dispersion is not None and _has_theta(fit):
        return ZeroTruncatedNegativeBinomial.expectation(eta, float(np.log(fit.dispersion)))
    return ZeroTruncatedPoisson.expectation(eta, 0.0)


def _has_theta(fit: CountFit) -> bool:
    """Tell whether log theta is among the estimated parameters."""
    return fit.dispersion is not None and not fit.boundary and not fit.poisson_enough


def _is_truncated(fit: Fit) -> bool:
    return isinstance(fit, CountFit) and fit.model != "Poisson"


def _delta(fit: Fit, common: FloatArray, effects: FloatArray) -> FloatArray:
    """Return the covariance (m, m) of quantities with these gradients (m, q) and (m, G).

    Group effects follow the common parameters along their slopes, and vary beyond that on their own.
    """
    if fit.groups is None:
        return common @ fit.joint_covariance @ common.T
    gradient = common + effects @ fit.groups.slopes
    steps = fit.groups.steps
    if steps is None:
        own = (effects * fit.groups.own_variance) @ effects.T
        return gradient @ fit.joint_covariance @ gradient.T + own
    moves = steps.common @ gradient.T
    shifts = effects[:, steps.pair_group] * steps.pair_move
    for i in range(len(common)):
        moves[:, i] += np.bincount(steps.pair_cluster, weights=shifts[i], minlength=len(moves))
    return steps.factor * (moves.T @ (steps.rows[:, None] * moves))


def _bounded_interval(
    values: FloatArray, half: FloatArray, least: float, *, probability: bool
) -> tuple[FloatArray, FloatArray]:
    """Return intervals from the logit scale, or from the log scale above the least value."""
    above = np.maximum(values - least, 1e-300)
    if not probability:
        spread = np.exp(np.minimum(half / above, 700.0))
        return least + above / spread, least + above * spread
    logit, width = np.log(values) - np.log1p(-values), half / (values * (1.0 - values))
    return 1.0 / (1.0 + np.exp(width - logit)), 1.0 / (1.0 + np.exp(-width - logit))
