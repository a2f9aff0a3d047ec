"""Regression of a count series on a design that holds a change: interrupted time series.

Bernal, Cummins & Gasparrini 2017, "Interrupted time series regression for the evaluation of public health
interventions", International Journal of Epidemiology 46(1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import Cells, FloatArray, check_design, check_vector, take_cells
from salience.methods.families import Binary, Family, Likelihood, NegativeBinomial, Poisson
from salience.methods.intervals import critical_value
from salience.methods.newton import Maximum, Point, evaluate, maximise
from salience.methods.regression import summarise

SeriesFamily = Literal["poisson", "quasi_poisson", "negative_binomial"]
FAMILIES = ("poisson", "quasi_poisson", "negative_binomial")
# Beyond these the negative binomial is its limit to all digits that a likelihood can show.
_THETA_BOUNDS = (1e-6, 1e7)


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A fitted count series.

    Attributes
    ----------
    family : str
        "poisson", "quasi_poisson" or "negative_binomial"; with another series to hold it against, what is modelled
        is this series' share of the two (binomial), and "quasi_poisson" scales its variance alike.
    coefficients : (p,) float
        On the log scale (log odds with another series); ±inf where the likelihood rises for ever.
    covariance : (p, p) float
        Of the family: expected information, times the dispersion for "quasi_poisson"; theta is taken as known, as in
        R's `glm.nb`. nan where a coefficient has no finite estimate.
    hac_covariance : (p, p) float
        Newey & West (1987) with Bartlett weights over `lags` periods, factor n / (n − p).
    lags : int
    dispersion : float
        Pearson's chi-square over n − p; 1 when the variance is the mean.
    theta : float
        Of the negative binomial, infinity when the Poisson is enough and for other families.
    log_likelihood : float
        Of the counts; of the Poisson for "quasi_poisson".
    fitted : (n,) float
        Expected counts, of periods left out too.
    residuals : (n,) float
        Pearson's, on the family's variance before scaling; nan for periods left out.
    autocorrelation : float
        Of neighbouring residuals.
    degrees_of_freedom : float
        n − p.
    converged : bool
        False when some coefficient has no finite estimate; `message` says which.
    message : str
    """

    family: str
    coefficients: FloatArray
    covariance: FloatArray
    hac_covariance: FloatArray
    lags: int
    dispersion: float
    theta: float
    log_likelihood: float
    fitted: FloatArray
    residuals: FloatArray
    autocorrelation: float
    degrees_of_freedom: float
    converged: bool
    message: str

    @property
    def standard_errors(self) -> FloatArray:
        """Standard errors (p,) of the family's own covariance; they hold when periods are independent."""
        return np.sqrt(np.diagonal(self.covariance))

    @property
    def hac_errors(self) -> FloatArray:
        """Standard errors (p,) that allow for autocorrelation over `lags` periods."""
        return np.sqrt(np.maximum(np.diagonal(self.hac_covariance), 0.0))

    def interval(self, level: float = 0.95, *, hac: bool = False) -> FloatArray:
        """Return normal intervals (p, 2) of the coefficients."""
        half = critical_value(level) * (self.hac_errors if hac else self.standard_errors)
        return np.column_stack([self.coefficients - half, self.coefficients + half])


@dataclass(frozen=True, slots=True)
class Mean:
    """A fitted mean; all arrays (n,).

    `weight` is the information on the linear predictor, `residual` the score; both are 0 for periods left out.
    """

    fitted: FloatArray
    weight: FloatArray
    residual: FloatArray


class GivenOffset:
    """A family whose predictor has a known part."""

    def __init__(self, family: Family, offset: FloatArray) -> None:
        self._family, self._offset = family, offset
        self.has_dispersion = family.has_dispersion

    def evaluate(self, eta: FloatArray, tau: float) -> Likelihood:
        """Return the log-likelihood of each cell and its derivatives."""
        return self._family.evaluate(eta + self._offset, tau)

    def predictor_of_mean(self, mean: FloatArray) -> FloatArray:
        """Return a predictor whose expected outcome is about this mean."""
        return self._family.predictor_of_mean(mean)


@dataclass(frozen=True, slots=True)
class SeriesData:
    """A checked series: counts and offset (n,), what it is held against, and which periods count."""

    counts: FloatArray
    offset: FloatArray
    against: FloatArray | None
    keep: npt.NDArray[np.bool_]


def interrupted(
    counts: npt.ArrayLike,
    design: npt.ArrayLike,
    offset: npt.ArrayLike | None = None,
    family: SeriesFamily = "quasi_poisson",
    *,
    against: npt.ArrayLike | None = None,
    keep: npt.ArrayLike | None = None,
    lags: int | None = None,
) -> Interrupted:
    """Fit log mean = offset + design · coefficients to a series of counts.

    Parameters
    ----------
    counts : (n,) float
        0 or more, in the order of time; whole for "negative_binomial" and with `against`.
    design : (n, p) float
        With a constant, the change (0 before, 1 after), and what else moves the series; see `step_design`.
    offset : (n,) float, optional
        Log of the exposure, such as days in the month.
    family : {"poisson", "quasi_poisson", "negative_binomial"}
    against : (n,) int, optional
        A control series: what is modelled is log(mean of counts / mean of control), so that all that moves both
        cancels. The binomial likelihood of the counts given their sum, which is the Poisson model with an effect of
        each period (McCullagh & Nelder 1989, section 6.4).
    keep : (n,) bool, optional
        Periods that are fitted; the others are gaps.
    lags : int, optional
        Of the Newey-West covariance; 4 (n / 100)^(2/9), rounded down, when left out.

    Raises
    ------
    MethodError
        On wrong shapes or values, counts that are all 0, collinear columns, or no more periods than columns.
    """
    if family not in FAMILIES:
        raise MethodError(f"family is {family!r}; expected one of {', '.join(FAMILIES)}")
    data = check_series(counts, offset, against, keep, whole=family == "negative_binomial")
    X = check_design(design, len(data.counts))
    if family == "negative_binomial" and data.against is not None:
        raise MethodError("family is 'negative_binomial' with a control series; expected 'quasi_poisson'")
    n, p = int(data.keep.sum()), X.shape[1]
    if n <= p:
        raise MethodError(f"{n} periods for {p} columns; expected more periods than columns")
    kind, cells, maximum, rising, theta = _fit(data, X, family)
    told = summarise(kind, cells, maximum, rising, "hessian", (len(cells.outcome), p))
    beta = np.asarray(told["coefficients"])
    mean = mean_at(data, X @ maximum.point.beta[:p], theta)
    kept_residuals = np.full(len(X), np.nan)
    safe = mean.weight > 0
    kept_residuals[safe] = mean.residual[safe] / np.sqrt(mean.weight[safe])
    dispersion = float(np.nansum(kept_residuals**2)) / (n - p)
    bread = _inverse(X.T @ (mean.weight[:, None] * X)) if told["converged"] else np.full((p, p), np.nan)
    chosen = int(4 * (n / 100) ** (2 / 9)) if lags is None else lags
    return Interrupted(
        family=family,
        coefficients=beta,
        covariance=bread * (dispersion if family == "quasi_poisson" else 1.0),
        hac_covariance=bread @ _long_run(X * mean.residual[:, None], chosen) @ bread * n / (n - p),
        lags=chosen,
        dispersion=dispersion,
        theta=theta,
        log_likelihood=maximum.point.log_likelihood,
        fitted=mean.fitted,
        residuals=kept_residuals,
        autocorrelation=_autocorrelation(kept_residuals),
        degrees_of_freedom=float(n - p),
        converged=bool(told["converged"]),
        message=str(told["message"]),
    )


def check_series(
    counts: npt.ArrayLike,
    offset: npt.ArrayLike | None,
    against: npt.ArrayLike | None,
    keep: npt.ArrayLike | None,
    *,
    whole: bool = False,
) -> SeriesData:
    """Return a series whose values can be fitted, or say what is wrong with it.

    Raises
    ------
    MethodError
    """
    y = _counts(counts, "counts", whole=whole or against is not None)
    kept = np.ones(len(y), dtype=bool) if keep is None else np.asarray(keep, dtype=bool)
    if kept.shape != y.shape:
        raise MethodError(f"keep has shape {kept.shape}; expected ({len(y)},), one for each period")
    control = None if against is None else _counts(against, "against", whole=True, length=len(y))
    if control is not None:
        kept = kept & (y + control > 0)
        if not control[kept].any():
            raise MethodError("the control series is 0 throughout; expected some counts above 0")
    if not y[kept].any():
        raise MethodError("all counts are 0: nothing can be said of a change; expected some above 0")
    shift = np.zeros(len(y)) if offset is None else _offset(offset, len(y), kept)
    return SeriesData(y, shift, control, kept)


def _counts(values: npt.ArrayLike, name: str, *, whole: bool, length: int | None = None) -> FloatArray:
    y = check_vector(values, name, length)
    if (y < 0).any():
        bad = int(np.flatnonzero(y < 0)[0])
        raise MethodError(f"{name} is {y[bad]:g} in period {bad}; expected 0 or more")
    if whole and (y != np.floor(y)).any():
        bad = int(np.flatnonzero(y != np.floor(y))[0])
        raise MethodError(f"{name} is {y[bad]:g} in period {bad}; expected a whole number")
    return y


def _offset(offset: npt.ArrayLike, length: int, keep: npt.NDArray[np.bool_]) -> FloatArray:
    values = np.asarray(offset, dtype=np.float64)
    if values.shape != (length,):
        raise MethodError(f"offset has shape {values.shape}; expected ({length},), one for each period")
    bad = np.flatnonzero(~np.isfinite(values) & keep)
    if len(bad):
        raise MethodError(
            f"offset is {values[bad[0]]} in period {bad[0]}; expected the log of an exposure above 0 "
            "(leave periods without exposure out by `keep`)"
        )
    return np.where(np.isfinite(values), values, 0.0)


def _fit(
    data: SeriesData, X: FloatArray, family: str
) -> tuple[Family, Cells, Maximum, npt.NDArray[np.int8], float]:
    """Return the family, its cells, the maximum, which cells rise for ever, and theta."""
    y, design, weights, offset = _stacked(data, X)
    rising = np.where(y == 0, -1, 0).astype(np.int8)
    if data.against is not None:
        rising = np.where(y == 0, -1, 1).astype(np.int8)
    cells = take_cells(y, design, weights, None, None, rising)
    if len(cells.columns) < X.shape[1]:  # pragma: no cover - columns are only dropped with groups
        raise MethodError("design columns were dropped")
    kind: Family = Binary(y) if data.against is not None else Poisson(y)
    shifted: Family = GivenOffset(kind, offset)
    maximum = maximise(shifted, cells, _start(shifted, cells, data))
    if family != "negative_binomial" or not maximum.converged:
        return shifted, cells, maximum, rising, float("inf")
    mu = np.exp(np.minimum(maximum.point.eta + offset, 300.0))
    if float(((y - mu) ** 2 - y).sum()) <= 0:
        return shifted, cells, maximum, rising, float("inf")
    wide = GivenOffset(NegativeBinomial(y), offset)
    starts = [
        evaluate(wide, cells, maximum.point.beta, None, tau)
        for tau in np.log([0.3, 1.0, 10.0, 100.0, 1000.0])
    ]
    best = maximise(
        wide,
        cells,
        max(starts, key=lambda s: s.log_likelihood),
        (float(np.log(_THETA_BOUNDS[0])), float(np.log(_THETA_BOUNDS[1]))),
    )
    if best.left == "high":
        return shifted, cells, maximum, rising, float("inf")
    return wide, cells, best, rising, float(np.exp(best.point.tau))


def _stacked(data: SeriesData, X: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return outcome, design, weights and offset of the kept periods; with a control, yes and no in turn."""
    k = data.keep
    if data.against is None:
        return data.counts[k], X[k], np.ones(int(k.sum())), data.offset[k]
    y, c = data.counts[k], data.against[k]
    outcome = np.concatenate([np.ones(len(y)), np.zeros(len(c))])
    weights = np.concatenate([y, c])
    held = weights > 0
    twice, offset = np.concatenate([X[k], X[k]]), np.concatenate([data.offset[k], data.offset[k]])
    return outcome[held], twice[held], weights[held], offset[held]


def _start(family: Family, cells: Cells, data: SeriesData) -> Point:
    """Return the point nearest to one level for all periods."""
    k = data.keep
    if data.against is None:
        level = np.log(data.counts[k].sum() / np.exp(data.offset[k]).sum())
    else:
        level = np.log((data.counts[k].sum() + 0.5) / (data.against[k].sum() + 0.5))
    X = cells.design
    beta = np.linalg.lstsq(X, np.full(len(X), level), rcond=1e-12)[0]
    return evaluate(family, cells, beta, None, 0.0)


def mean_at(data: SeriesData, predictor: FloatArray, theta: float) -> Mean:
    """Return the mean, information and score at a linear predictor (n,) without its offset."""
    eta = np.clip(predictor + data.offset, -300.0, 300.0)
    if data.against is None:
        mu = np.exp(eta)
        shrink = 1.0 / (1.0 + mu / theta)
        weight, residual = mu * shrink, (data.counts - mu) * shrink
    else:
        total = data.counts + data.against
        share = 1.0 / (1.0 + np.exp(-eta))
        mu = total * share
        weight, residual = mu * (1.0 - share), data.counts - mu
    return Mean(mu, np.where(data.keep, weight, 0.0), np.where(data.keep, residual, 0.0))


def _inverse(information: FloatArray) -> FloatArray:
    scale = 1.0 / np.sqrt(np.diagonal(information))
    return np.asarray(np.linalg.inv(information * scale[:, None] * scale) * scale[:, None] * scale)


def _long_run(scores: FloatArray, lags: int) -> FloatArray:
    """Sum the products of scores (n, p) up to `lags` periods apart, Bartlett's weights falling to 0."""
    total = scores.T @ scores
    for lag in range(1, min(lags, len(scores) - 1) + 1):
        cross = scores[lag:].T @ scores[:-lag]
        total = total + (1.0 - lag / (lags + 1.0)) * (cross + cross.T)
    return np.asarray(total)


def _autocorrelation(residuals: FloatArray) -> float:
    """Return the correlation of neighbouring residuals, both known."""
    first, second = residuals[:-1], residuals[1:]
    both = np.isfinite(first) & np.isfinite(second)
    spread = float(np.nanmean(residuals**2)) if np.isfinite(residuals).any() else 0.0
    if both.sum() < 3 or spread == 0.0:
        return float("nan")
    return float((first[both] * second[both]).mean() / spread)
