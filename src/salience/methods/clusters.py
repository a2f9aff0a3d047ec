"""Covariances that allow rows of one cluster to depend on each other.

CRV1 is the usual sandwich; CRV3 is the cluster jackknife, which stays close to the truth with few or
unequal clusters (MacKinnon, Nielsen & Webb 2023, "Cluster-robust inference: a guide to empirical practice",
Journal of Econometrics 232; for nonlinear models, with one Newton step in place of a refit, "Cluster-robust
jackknife and bootstrap inference for logistic regression models", 2025). Both go with t(G − 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import Cells, FloatArray, IntArray
from salience.methods.families import Family
from salience.methods.newton import Arrow, Point, evaluate, maximise

Vcov = Literal["auto", "hessian", "robust", "CRV1", "CRV3"]
# Under this many clusters CRV1 rejects true hypotheses far too often.
FEW_CLUSTERS = 40
# Squared length of a step in standard errors beyond which one Newton step is too rough.
_FAR = 0.05  # change of a linear predictor up to which one Newton step is accurate enough
_LONG_STEP = 0.25
# A predictor, or log theta, that moves farther has left for a boundary.
_FARTHEST = 12.0


@dataclass(frozen=True, slots=True)
class Steps:
    """How the estimates move with each cluster; their covariance is a weighted sum of squares.

    Attributes
    ----------
    common : (C, q) float
        Movement of the common parameters with cluster c.
    rows : (C,) float
        How many independent rows stand behind an entry (1 for a cluster).
    factor : float
        Small-sample factor of the sum.
    pair_cluster, pair_group : (P,) int
        Clusters and groups that share rows.
    pair_move : (P,) float
        Movement of the group's effect beyond what follows from the common parameters.
    singular : int
        Clusters without which some coefficient cannot be estimated: a generalised inverse was used, and
        the covariance is too small for that coefficient (Hansen 2025, "Jackknife standard errors for
        clustered regression").
    """

    common: FloatArray
    rows: FloatArray
    factor: float
    pair_cluster: IntArray
    pair_group: IntArray
    pair_move: FloatArray
    singular: int = 0

    def covariance(self) -> FloatArray:
        """Return the covariance (q, q) of the common parameters."""
        return self.factor * (self.common.T @ (self.rows[:, None] * self.common))


def choose_covariance(vcov: Vcov, clusters: int | None, otherwise: Literal["hessian", "robust"]) -> str:
    """Return the kind of covariance: CRV3 under 40 clusters, else CRV1, `otherwise` without clusters.

    Raises
    ------
    MethodError
        When clusters are needed and absent, or there is only one.
    """
    if vcov not in ("auto", "hessian", "robust", "CRV1", "CRV3"):
        raise MethodError(f"vcov is {vcov!r}; expected 'auto', 'hessian', 'robust', 'CRV1' or 'CRV3'")
    if clusters is None:
        if vcov in ("CRV1", "CRV3"):
            raise MethodError(f"vcov is {vcov!r} without clusters; give a cluster for each cell")
        return otherwise if vcov == "auto" else vcov
    if vcov in ("hessian", "robust"):
        raise MethodError(f"vcov is {vcov!r} with clusters; expected 'auto', 'CRV1' or 'CRV3'")
    if clusters < 2:
        raise MethodError("all cells belong to one cluster; expected at least 2, better 20 or more")
    if vcov == "auto":
        return "CRV3" if clusters < FEW_CLUSTERS else "CRV1"
    return vcov


def jackknife(estimates: npt.ArrayLike, centre: npt.ArrayLike | None = None) -> FloatArray:
    """Return the covariance of an estimate from its values with each cluster left out.

    (G − 1)/G times the sum of squares about `centre` (MacKinnon, Nielsen & Webb 2023); refer it to
    t with G − 1 degrees of freedom.

    Parameters
    ----------
    estimates : (G, q) float
        Row g is the estimate without cluster g.
    centre : (q,) float, optional
        The estimate with all clusters; the mean of `estimates` by default.

    Returns
    -------
    (q, q) float

    Raises
    ------
    MethodError
        With fewer than two clusters, or values that are not finite.
    """
    values = np.asarray(estimates, dtype=np.float64)
    if values.ndim != 2 or len(values) < 2:
        raise MethodError(
            f"estimates has shape {values.shape}; expected (clusters, q) with 2 clusters or more"
        )
    if not np.isfinite(values).all():
        bad = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
        raise MethodError(f"estimates without cluster {bad} are not finite; the jackknife needs all of them")
    middle = values.mean(axis=0) if centre is None else np.asarray(centre, dtype=np.float64)
    if middle.shape != values.shape[1:]:
        raise MethodError(f"centre has shape {middle.shape}; expected {values.shape[1:]}")
    off = values - middle
    return (len(values) - 1) / len(values) * (off.T @ off)


def robust_steps(cells: Cells, point: Point, arrow: Arrow) -> Steps:
    """Return the steps of the sandwich with independent rows: HC1, factor n/(n − 1)."""
    scores, own = _row_scores(cells, point)
    inverse = np.linalg.inv(arrow.concentrated())
    groups = np.zeros(0, dtype=np.intp)
    move = np.zeros(0)
    pairs = groups
    if cells.group is not None and arrow.border is not None and arrow.diagonal is not None:
        scores = scores - own[:, None] * (arrow.border / arrow.diagonal[:, None])[cells.group]
        groups, pairs = cells.group, np.arange(len(own))
        move = own / arrow.diagonal[cells.group]
    n = cells.total
    factor = n / (n - 1.0) if n > 1 else 1.0
    return Steps(scores @ inverse, cells.weights, factor, pairs, groups, move)


def sandwich_steps(cells: Cells, point: Point, arrow: Arrow) -> Steps:
    """Return the steps of CRV1: the influence of each cluster, factor G (n − 1) / ((G − 1)(n − k)).

    k counts the coefficients, without group effects that lie within one cluster each.
    """
    sums = _ClusterSums.of(cells, point, arrow)
    scores = sums.scores
    k = cells.design.shape[1]
    move = np.zeros(0)
    if arrow.border is not None and arrow.diagonal is not None:
        slopes = arrow.border / arrow.diagonal[:, None]
        _add_rows(scores, sums.pair_cluster, -sums.pair_score[:, None] * slopes[sums.pair_group])
        move = sums.pair_score / arrow.diagonal[sums.pair_group]
        k += int((np.bincount(sums.pair_group) > 1).sum())
    common = scores @ np.linalg.inv(arrow.concentrated())
    G, n = len(scores), cells.total
    if n <= k:
        raise MethodError(f"{n:g} rows for {k} parameters; a cluster covariance needs more rows")
    factor = G / (G - 1.0) * (n - 1.0) / (n - k)
    return Steps(common, np.ones(G), factor, sums.pair_cluster, sums.pair_group, move)


def jackknife_steps(
    cells: Cells, point: Point, arrow: Arrow, family: Callable[[FloatArray], Family] | None = None
) -> Steps:
    """Return the steps of CRV3: to the estimate without each cluster, factor (G − 1)/G.

    One Newton step, which is the estimate itself in a linear model; the information without the cluster is
    eliminated over the groups that remain, so that groups within, across or equal to clusters are exact.
    With `family`, a cluster that moves the estimate by more than half a standard error, and some linear predictor
    or the log dispersion by more than a twentieth, is fitted without in full: one step is too rough there, above
    all for the dispersion. Shorter steps are off by less than a twentieth of themselves.
    """
    sums = _ClusterSums.of(cells, point, arrow)
    G, q = sums.scores.shape
    full = arrow.concentrated()
    scale = 1.0 / np.sqrt(np.diagonal(full))
    moves = np.zeros(len(sums.pair_cluster))
    steps, singular = np.zeros((G, q)), 0
    bounds = np.searchsorted(sums.pair_cluster, np.arange(G + 1))
    for g in range(G):
        left, score, pairs = full - sums.blocks[g], -sums.scores[g], slice(bounds[g], bounds[g + 1])
        rest = _RestOfGroups.of(sums, arrow, pairs)
        if rest is not None:
            left, score = left + rest.information, score + rest.score
        inverse, deficient = _generalised_inverse(left, scale)
        steps[g] = inverse @ score
        singular += deficient
        refit = None
        length = score @ steps[g] + (0.0 if rest is None else rest.group_score @ rest.effects(np.zeros(q)))
        if family is not None and not deficient and length > _LONG_STEP and _moves_far(cells, steps[g]):
            refit = _refit_without(g, cells, point, family)
        if refit is not None:
            steps[g] = refit[0]
        if rest is not None:
            effects = (
                rest.effects(steps[g]) if refit is None else refit[1][sums.pair_group[pairs]][rest.stays]
            )
            moves[pairs][rest.stays] = effects - rest.slopes @ steps[g]
    factor = (G - 1.0) / G
    return Steps(steps, np.ones(G), factor, sums.pair_cluster, sums.pair_group, moves, singular)


def _moves_far(cells: Cells, step: FloatArray) -> bool:
    """Say whether a step changes a linear predictor, or the log dispersion behind it, by more than is linear.

    Group effects move too, and how far is not known before the step is solved for them: they count as far.
    """
    p = cells.design.shape[1]
    return cells.group is not None or bool(
        np.abs(step[p:]).max(initial=0.0) > _FAR or np.abs(cells.design @ step[:p]).max() > _FAR
    )


def _refit_without(
    cluster: int, cells: Cells, point: Point, family: Callable[[FloatArray], Family]
) -> tuple[FloatArray, FloatArray] | None:
    """Return the steps of common parameters (q,) and group effects (G,) to the full estimate, if it exists."""
    part, groups = cells.without_cluster(cluster)
    bound = family(part.outcome)
    alpha = None if point.alpha is None else point.alpha[groups]
    start = evaluate(bound, part, point.beta, alpha, point.tau)
    maximum = maximise(bound, part, start, (-_FARTHEST, _FARTHEST))
    if not maximum.converged or np.abs(maximum.point.eta - start.eta).max() > _FARTHEST:
        return None
    step = maximum.point.beta - point.beta
    if bound.has_dispersion:
        step = np.append(step, maximum.point.tau - point.tau)
    effects = np.zeros(0 if point.alpha is None else len(point.alpha))
    if alpha is not None and maximum.point.alpha is not None:
        effects[groups] = maximum.point.alpha - alpha
    return step, effects


@dataclass(frozen=True, slots=True)
class _RestOfGroups:
    """What the groups that share rows with a cluster still tell without it.

    `information` (q, q) and `score` (q,) correct those of the common parameters; `stays` marks the groups
    with rows elsewhere, for which the rest belongs to their border, diagonal and score.
    """

    information: FloatArray
    score: FloatArray
    stays: npt.NDArray[np.bool_]
    border: FloatArray
    diagonal: FloatArray
    group_score: FloatArray
    slopes: FloatArray

    @classmethod
    def of(cls, sums: _ClusterSums, arrow: Arrow, pairs: slice) -> _RestOfGroups | None:
        if arrow.border is None or arrow.diagonal is None:
            return None
        k = sums.pair_group[pairs]
        whole, size = arrow.border[k], arrow.diagonal[k]
        border, diagonal = whole - sums.pair_border[pairs], size - sums.pair_diagonal[pairs]
        stays = diagonal > 1e-9 * size
        border, diagonal, score = border[stays], diagonal[stays], -sums.pair_score[pairs][stays]
        information = whole.T @ (whole / size[:, None]) - border.T @ (border / diagonal[:, None])
        slopes = -whole[stays] / size[stays, None]
        return cls(information, -border.T @ (score / diagonal), stays, border, diagonal, score, slopes)

    def effects(self, step: FloatArray) -> FloatArray:
        """Return one Newton step of the effects of groups that stay, given that of the common parameters."""
        effects: FloatArray = (self.group_score - self.border @ step) / self.diagonal
        return effects


@dataclass(frozen=True, slots=True)
class _ClusterSums:
    """Scores (C, q) and informations (C, q, q) of the clusters, and what they share with each group."""

    scores: FloatArray
    blocks: FloatArray
    pair_cluster: IntArray
    pair_group: IntArray
    pair_score: FloatArray
    pair_diagonal: FloatArray
    pair_border: FloatArray

    @classmethod
    def of(cls, cells: Cells, point: Point, arrow: Arrow) -> _ClusterSums:
        assert cells.cluster is not None
        group = np.zeros(len(cells.outcome), dtype=np.intp) if cells.group is None else cells.group
        order = np.lexsort((group, cells.cluster))
        cluster, group = cells.cluster[order], group[order]
        w, likelihood = cells.weights[order], point.likelihood
        scores, own = _row_scores(cells, point)
        scores, own = w[:, None] * scores[order], w * own[order]
        columns = cells.design[order]
        curvature = -w * likelihood.eta_eta[order]
        bent = curvature[:, None] * columns
        starts = np.flatnonzero(np.diff(cluster, prepend=-1))
        ends = np.append(starts[1:], len(cluster))
        blocks = np.array([columns[i:j].T @ bent[i:j] for i, j in zip(starts, ends, strict=True)])
        if likelihood.eta_tau is not None and likelihood.tau_tau is not None:
            cross = -w * likelihood.eta_tau[order]
            bent = np.column_stack([bent, cross])
            side = np.add.reduceat(cross[:, None] * columns, starts, axis=0)
            corner = np.add.reduceat(-w * likelihood.tau_tau[order], starts)
            blocks = np.concatenate([blocks, side[:, None, :]], axis=1)
            last = np.concatenate([side, corner[:, None]], axis=1)
            blocks = np.concatenate([blocks, last[:, :, None]], axis=2)
        summed = np.add.reduceat(scores, starts, axis=0)
        if arrow.border is None:
            none = np.zeros(0, dtype=np.intp)
            return cls(summed, blocks, none, none, np.zeros(0), np.zeros(0), np.zeros((0, bent.shape[1])))
        pairs = np.flatnonzero((np.diff(cluster, prepend=-1) != 0) | (np.diff(group, prepend=-1) != 0))
        return cls(
            summed,
            blocks,
            cluster[pairs],
            group[pairs],
            np.add.reduceat(own, pairs),
            np.add.reduceat(curvature, pairs),
            np.add.reduceat(bent, pairs, axis=0),
        )


def _row_scores(cells: Cells, point: Point) -> tuple[FloatArray, FloatArray]:
    """Return the scores (n, q) of one row of each cell, and its score in its group's effect (n,)."""
    likelihood = point.likelihood
    scores = likelihood.eta[:, None] * cells.design
    if likelihood.tau is not None:
        scores = np.column_stack([scores, likelihood.tau])
    return scores, likelihood.eta


def _add_rows(target: FloatArray, index: IntArray, rows: FloatArray) -> None:
    """Add rows to the rows of target that index names, which may repeat."""
    for column in range(target.shape[1]):
        target[:, column] += np.bincount(index, weights=rows[:, column], minlength=len(target))


def _generalised_inverse(matrix: FloatArray, scale: FloatArray) -> tuple[FloatArray, int]:
    """Return the inverse over the directions with information, and 1 if some had none."""
    values, vectors = np.linalg.eigh(matrix * scale[:, None] * scale)
    informative = values > 1e-9
    inverse = np.where(informative, 1.0 / np.where(informative, values, 1.0), 0.0)
    spread = scale[:, None] * vectors
    return (spread * inverse) @ spread.T, int(not informative.all())
