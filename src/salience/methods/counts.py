"""Regression models for counts: sources per event, and extra reports of events already seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import Cells, FloatArray, check_vector, take_cells
from salience.methods.clusters import Vcov, choose_covariance
from salience.methods.families import (
    LogSeries,
    Poisson,
    ZeroTruncatedNegativeBinomial,
    ZeroTruncatedPoisson,
    rising_below,
)
from salience.methods.newton import Maximum, Point, evaluate, maximise
from salience.methods.regression import Fit, summarise

# Beyond these the negative binomial is its limit to all digits that a likelihood can show.
_THETA_BOUNDS = (1e-6, 1e7)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountFit(Fit):
    """A fitted model of counts.

    Attributes
    ----------
    dispersion : float or None
        theta of the negative binomial, variance mu + mu²/theta: infinity when the Poisson is enough, 0 at
        the lower boundary. None for Poisson models.
    boundary : bool
        theta ran to 0. Only the tail of the counts is described: coefficients are still those of log mu
        but for the constant (or group effects), which is log(mu/theta). The mean is not identified.
    poisson_enough : bool
        theta ran to infinity: the coefficients are those of the Poisson model.
    """

    dispersion: float | None
    boundary: bool
    poisson_enough: bool


def fit_zero_truncated(
    counts: npt.ArrayLike,
    design: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    family: Literal["poisson", "negative_binomial"] = "poisson",
    groups: npt.ArrayLike | None = None,
    *,
    clusters: npt.ArrayLike | None = None,
    vcov: Vcov = "auto",
) -> CountFit:
    """Fit a zero-truncated regression of counts that are only seen when they are 1 or more.

    log mu = design · coefficients (+ an effect for each group), where mu is the mean before truncation.
    Grogger & Carson 1991, "Models for truncated counts"; NB2 as in Cameron & Trivedi 2013, section 4.3.

    The result says nothing of how many events have a count of 0, and must not be used for it: that number
    rests on the shape of the distribution below what was seen.

    Parameters
    ----------
    counts : (cells,) int
        1 or more.
    design : (cells, p) float
        With a constant column, which `groups` absorb.
    weights : (cells,) float, optional
        Rows that a cell stands for.
    family : {"poisson", "negative_binomial"}
    groups : (cells,) codes, optional
        One-way fixed effects, eliminated. Groups in which all counts are 1 carry no information and are
        dropped. With few rows in a group the negative binomial is biased, as theta is then: in simulation
        a slope of .50 came out as .43, .46 and .49 with 2, 5 and 20 rows; the Poisson kept .50.
    clusters : (cells,) codes, optional
        Rows of one cluster may depend on each other.
    vcov : {"auto", "hessian", "robust", "CRV1", "CRV3"}
        "auto" is the inverse Hessian without clusters, else CRV3 under 40 clusters and CRV1 from there.

    Returns
    -------
    CountFit
        `converged` is False, with the reason in `message`, when a column has no finite coefficient.

    Raises
    ------
    MethodError
        On wrong shapes or values, collinear columns, or counts that are all 1: no estimate exists.
    """
    if family not in ("poisson", "negative_binomial"):
        raise MethodError(f"family is {family!r}; expected 'poisson' or 'negative_binomial'")
    y = _check_counts(counts, 1, whole=True)
    rising = rising_below(y, 1.0)
    if rising.all():
        raise MethodError("all counts are 1: a truncated model has no estimate; expected some of 2 or more")
    cells = take_cells(y, design, weights, groups, clusters, rising)
    rising = rising[cells.kept]
    if rising.all():
        raise MethodError("all counts with a positive weight are 1; expected some of 2 or more")
    kind = choose_covariance(vcov, _number(cells), "hessian")
    shape = (len(y), np.shape(design)[1])
    return _fit_truncated(cells, rising, kind, shape, overdispersed=family == "negative_binomial")


def fit_poisson(
    counts: npt.ArrayLike,
    design: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    *,
    clusters: npt.ArrayLike | None = None,
    vcov: Vcov = "auto",
) -> CountFit:
    """Fit a Poisson pseudo-likelihood regression: consistent for the mean whatever the distribution.

    Gourieroux, Monfort & Trognon 1984; with group effects Wooldridge 1999.

    Parameters
    ----------
    counts : (cells,) float
        0 or more, such as the reports of an event beyond the first.
    design, weights, groups, clusters
        As in `fit_zero_truncated`; groups in which all counts are 0 are dropped.
    vcov : {"auto", "hessian", "robust", "CRV1", "CRV3"}
        "auto" is robust (HC1) without clusters, else CRV3 under 40 clusters and CRV1 from there.

    Returns
    -------
    CountFit
        With `dispersion` None.

    Raises
    ------
    MethodError
        On wrong shapes or values, collinear columns, or counts that are all 0: no estimate exists.
    """
    y = _check_counts(counts, 0, whole=False)
    rising = rising_below(y, 0.0)
    if rising.all():
        raise MethodError("all counts are 0: the model has no estimate; expected some above 0")
    cells = take_cells(y, design, weights, groups, clusters, rising)
    rising = rising[cells.kept]
    if rising.all():
        raise MethodError("all counts with a positive weight are 0; expected some above 0")
    kind = choose_covariance(vcov, _number(cells), "robust")
    family = Poisson(cells.outcome)
    maximum = maximise(family, cells)
    fields = summarise(family, cells, maximum, rising, kind, (len(y), np.shape(design)[1]))
    return _count_fit("Poisson", fields, None)


def _check_counts(counts: npt.ArrayLike, lowest: int, *, whole: bool) -> FloatArray:
    y = check_vector(counts, "counts")
    if (y < lowest).any():
        bad = int(np.flatnonzero(y < lowest)[0])
        raise MethodError(f"counts is {y[bad]:g} in cell {bad}; expected {lowest} or more")
    if whole and (y != np.floor(y)).any():
        bad = int(np.flatnonzero(y != np.floor(y))[0])
        raise MethodError(f"counts is {y[bad]:g} in cell {bad}; expected a whole number")
    return y


def _number(cells: Cells) -> int | None:
    return None if cells.cluster is None else int(cells.cluster.max()) + 1


def _fit_truncated(
    cells: Cells, rising: npt.NDArray[np.int8], kind: str, shape: tuple[int, int], *, overdispersed: bool
) -> CountFit:
    """Fit the Poisson, and from there the negative binomial unless the Poisson is its maximum."""
    family = ZeroTruncatedPoisson(cells.outcome)
    maximum = maximise(family, cells)
    if overdispersed and maximum.converged and _overdispersion_score(cells, maximum.point) > 0:
        return _fit_overdispersed(cells, maximum, rising, kind, shape)
    fields = summarise(family, cells, maximum, rising, kind, shape)
    if not overdispersed:
        return _count_fit("zero-truncated Poisson", fields, None)
    dispersion = float("inf") if fields["converged"] else float("nan")
    return _count_fit("zero-truncated negative binomial", fields, dispersion)


def _overdispersion_score(cells: Cells, point: Point) -> float:
    """Return the derivative of the log-likelihood in 1/theta at 0, where the model is Poisson.

    ((y − mu)² − y)/2 for each row, plus mu²/2 · P(0)/(1 − P(0)) from the truncation (Gurmu 1991). Not
    positive: the likelihood falls as theta leaves infinity, and the Poisson model is its maximum.
    """
    mu = np.exp(np.minimum(point.eta, 300.0))
    y = cells.outcome
    small = mu < 1e-3
    # mu²/expm1(mu) tends to mu
    unseen = np.where(small, mu * (1 - mu / 2), mu**2 / np.expm1(np.where(small, 1.0, np.minimum(mu, 600.0))))
    return float(cells.weights @ (((y - mu) ** 2 - y + unseen) / 2.0))


def _fit_overdispersed(
    cells: Cells, poisson: Maximum, rising: npt.NDArray[np.int8], kind: str, shape: tuple[int, int]
) -> CountFit:
    """Fit the negative binomial from the Poisson estimate, or the limit that theta runs to."""
    model = "zero-truncated negative binomial"
    family = ZeroTruncatedNegativeBinomial(cells.outcome)
    point = poisson.point
    starts = [
        evaluate(family, cells, point.beta, point.alpha, tau) for tau in np.log([0.1, 1.0, 10.0, 100.0])
    ]
    low, high = np.log(_THETA_BOUNDS)
    best = maximise(family, cells, max(starts, key=lambda start: start.log_likelihood), (low, high))
    if best.left == "high":
        fields = summarise(ZeroTruncatedPoisson(cells.outcome), cells, poisson, rising, kind, shape)
        return _count_fit(model, fields, float("inf"))
    if best.left == "low":
        limit = LogSeries(cells.outcome)
        fields = summarise(limit, cells, maximise(limit, cells), rising, kind, shape)
        note = "theta ran to 0: only the tail is described, the mean is not identified"
        fields["message"] = "; ".join(filter(None, (fields["message"], note)))
        return _count_fit(model, fields, 0.0)
    fields = summarise(family, cells, best, rising, kind, shape)
    return _count_fit(model, fields, float(np.exp(best.point.tau)))


def _count_fit(model: str, fields: dict[str, Any], dispersion: float | None) -> CountFit:
    return CountFit(
        model=model,
        dispersion=dispersion,
        boundary=dispersion == 0.0,
        poisson_enough=dispersion == float("inf"),
        **fields,
    )
