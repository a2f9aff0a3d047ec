"""Random effects: one mean of estimates that differ by more than their errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from salience.errors import MethodError
from salience.methods.cells import FloatArray
from salience.methods.intervals import critical_value


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """A mean of estimates.

    Attributes
    ----------
    value, standard_error, low, high : float
    between : float
        tau², the variance of true effects.
    weights : (n,) float
        What each estimate counts for; sum 1.
    level : float
    """

    value: float
    standard_error: float
    low: float
    high: float
    between: float
    weights: FloatArray
    level: float


def random_effects(
    effects: npt.ArrayLike,
    variances: npt.ArrayLike,
    *,
    method: Literal["REML", "DL", "fixed"] = "REML",
    hartung_knapp: bool = False,
    level: float = 0.95,
) -> RandomEffects:
    """Return the precision-weighted mean of estimates with known variances.

    Parameters
    ----------
    effects, variances : (n,) float
    method : str
        How tau² is found: restricted maximum likelihood, the moment estimator of DerSimonian & Laird (1986,
        Controlled Clinical Trials 7), or "fixed", which takes it as 0.
    hartung_knapp : bool
        Scale the standard error by what is left over and use Student's t with n − 1 degrees of freedom (Hartung &
        Knapp 2001, Statistics in Medicine 20).
    level : float

    Raises
    ------
    MethodError
        On arrays of other shapes, variances that are not positive, or fewer than two estimates where tau² or the
        scale is to be found.
    """
    y, v = np.asarray(effects, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if y.ndim != 1 or y.shape != v.shape or not len(y) or not np.isfinite(y).all() or not (v > 0).all():
        raise MethodError("effects must be finite, and variances positive and as many")
    if len(y) < 2 and (method != "fixed" or hartung_knapp):
        raise MethodError("one estimate does not show how far estimates differ; expected two or more")
    between = 0.0
    if method != "fixed":
        between = _restricted(y, v) if method == "REML" else _moments(y, v)
    weight = 1.0 / (v + between)
    share = weight / weight.sum()
    mean = float(share @ y)
    variance, freedom = 1.0 / float(weight.sum()), np.inf
    if hartung_knapp:
        freedom = len(y) - 1.0
        variance = float(share @ (y - mean) ** 2) / freedom
    error = float(np.sqrt(variance))
    reach = critical_value(level, freedom) * error
    return RandomEffects(mean, error, mean - reach, mean + reach, between, share, level)


def _moments(y: FloatArray, v: FloatArray) -> float:
    w = 1.0 / v
    apart = float(w @ (y - w @ y / w.sum()) ** 2)
    return max(0.0, (apart - len(y) + 1) / float(w.sum() - (w @ w) / w.sum()))


def _restricted(y: FloatArray, v: FloatArray) -> float:
    """Solve the restricted score equation; 0 when it has no root above."""

    def score(between: float) -> float:
        w = 1.0 / (v + between)
        apart = y - w @ y / w.sum()
        return float((w**2) @ apart**2 - w.sum() + (w @ w) / w.sum())

    if score(0.0) <= 0:
        return 0.0
    top = float(np.var(y)) + 1e-12
    while score(top) > 0:
        top *= 2
    return float(brentq(score, 0.0, top, xtol=1e-14, rtol=1e-14))
