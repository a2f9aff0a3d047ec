"""Logit regression: whether an event was carried or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import check_vector, check_weights, take_cells
from salience.methods.clusters import Vcov, choose_covariance
from salience.methods.families import Binary
from salience.methods.newton import maximise
from salience.methods.regression import Fit, summarise


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryFit(Fit):
    """A fitted logit model; see `Fit` for its attributes."""


def fit_logit(
    outcome: npt.ArrayLike,
    design: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    *,
    trials: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    vcov: Vcov = "auto",
) -> BinaryFit:
    """Fit a logit regression of a yes-or-no outcome.

    Parameters
    ----------
    outcome : (cells,) float
        0 or 1; with `trials`, the number of successes in the cell.
    design : (cells, p) float
        With a constant column, which `groups` absorb.
    weights : (cells,) float, optional
        Rows that a cell stands for (with `trials`: times that its trials were repeated).
    groups : (cells,) codes, optional
        One-way fixed effects, eliminated. Groups in which all outcomes are equal are dropped. With few
        rows in a group the coefficients are biased away from 0, by half with two rows each (Neyman &
        Scott 1948; Abrevaya 1997).
    trials : (cells,) float, optional
        Rows of the cell, of which `outcome` are successes.
    clusters : (cells,) codes, optional
        Rows of one cluster may depend on each other.
    vcov : {"auto", "hessian", "robust", "CRV1", "CRV3"}
        "auto" is the inverse Hessian without clusters, else CRV3 under 40 clusters and CRV1 from there.

    Returns
    -------
    BinaryFit
        With `trials`, `linear_predictor` and `separated_cells` refer to the successes of the cells, then
        to their failures.

    Raises
    ------
    MethodError
        On wrong shapes or values, collinear columns, or an outcome that is constant.
    """
    y = check_vector(outcome, "outcome")
    if trials is not None:
        return _fit_successes(y, trials, design, weights, groups, clusters, vcov)
    if ((y != 0) & (y != 1)).any():
        bad = int(np.flatnonzero((y != 0) & (y != 1))[0])
        raise MethodError(f"outcome is {y[bad]:g} in cell {bad}; expected 0 or 1 (or give trials)")
    rising = np.where(y > 0, 1, -1).astype(np.int8)
    _check_varies(y, check_weights(weights, len(y)))
    cells = take_cells(y, design, weights, groups, clusters, rising)
    number = None if cells.cluster is None else int(cells.cluster.max()) + 1
    kind = choose_covariance(vcov, number, "hessian")
    family = Binary(cells.outcome)
    maximum = maximise(family, cells)
    fields = summarise(family, cells, maximum, rising[cells.kept], kind, (len(y), np.shape(design)[1]))
    return BinaryFit(model="logit", **fields)


def _check_varies(y: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> None:
    present = y[weights > 0]
    if len(present) and (present == present[0]).all():
        raise MethodError(
            f"the outcome is {present[0]:g} in all cells with a positive weight: no estimate exists; "
            "expected both 0 and 1"
        )


def _fit_successes(
    successes: npt.NDArray[np.float64],
    trials: npt.ArrayLike,
    design: npt.ArrayLike,
    weights: npt.ArrayLike | None,
    groups: npt.ArrayLike | None,
    clusters: npt.ArrayLike | None,
    vcov: Vcov,
) -> BinaryFit:
    """Write every cell as its successes and its failures."""
    size = len(successes)
    total = check_vector(trials, "trials", size)
    bad = np.flatnonzero((successes < 0) | (successes > total))
    if len(bad):
        raise MethodError(
            f"outcome is {successes[bad[0]]:g} of {total[bad[0]]:g} trials in cell {bad[0]}; "
            "expected between 0 and the trials"
        )
    w = check_weights(weights, size)
    return fit_logit(
        np.repeat([1.0, 0.0], size),
        np.concatenate([np.asarray(design, dtype=np.float64)] * 2),
        np.concatenate([w * successes, w * (total - successes)]),
        None if groups is None else np.tile(np.asarray(groups), 2),
        clusters=None if clusters is None else np.tile(np.asarray(clusters), 2),
        vcov=vcov,
    )
