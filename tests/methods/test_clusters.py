"""Cluster covariances: against refits, statsmodels and written-out formulas."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from salience.errors import MethodError
from salience.methods.binary import fit_logit
from salience.methods.cells import take_cells
from salience.methods.clusters import jackknife, jackknife_steps, sandwich_steps
from salience.methods.counts import fit_poisson, fit_zero_truncated
from salience.methods.families import Likelihood, ZeroTruncatedNegativeBinomial, ZeroTruncatedPoisson
from salience.methods.newton import derive, evaluate, maximise


class Linear:
    """Least squares as a family, for which one Newton step is exact."""

    has_dispersion = False

    def __init__(self, outcome: np.ndarray) -> None:
        self.y = outcome

    def evaluate(self, eta: np.ndarray, tau: float) -> Likelihood:
        return Likelihood(-0.5 * (self.y - eta) ** 2, self.y - eta, -np.ones_like(eta))

    def predictor_of_mean(self, mean: np.ndarray) -> np.ndarray:
        return mean


@pytest.fixture
def clustered():
    """400 rows in 12 unequal clusters that share a shock; 24 groups within clusters, 7 across."""
    rng = np.random.default_rng(17)
    cluster = rng.choice(12, 400, p=np.arange(1, 13) / 78)
    x = rng.normal(size=(400, 2)) + rng.normal(size=(12, 2))[cluster]
    y = 0.5 * x[:, 0] + rng.normal(0, 0.5, 12)[cluster] + rng.normal(size=400)
    return y, x, cluster, 2 * cluster + rng.integers(0, 2, 400), rng.integers(0, 7, 400)


def linear_fit(y, X, groups, clusters):
    cells = take_cells(y, X, None, groups, clusters, np.zeros(len(y), dtype=np.int8))
    family = Linear(cells.outcome)
    maximum = maximise(family, cells)
    return cells, maximum.point, maximum.arrow


def least_squares(y, X, groups) -> np.ndarray:
    full = X if groups is None else np.column_stack([X, groups[:, None] == np.unique(groups)])
    return np.linalg.lstsq(full.astype(float), y, rcond=None)[0][: X.shape[1]]


@pytest.mark.parametrize("which", ["none", "nested", "equal", "across"])
def test_linear_crv3_equals_refits_without_each_cluster(clustered, which) -> None:
    y, x, cluster, nested, across = clustered
    groups = {"none": None, "nested": nested, "equal": cluster, "across": across}[which]
    X = np.column_stack([np.ones(400), x]) if groups is None else x
    cells, point, arrow = linear_fit(y, X, groups, cluster)
    steps = jackknife_steps(cells, point, arrow)
    centre = least_squares(y, X, groups)
    refits = np.array(
        [
            least_squares(y[cluster != g], X[cluster != g], None if groups is None else groups[cluster != g])
            for g in range(12)
        ]
    )
    np.testing.assert_allclose(point.beta, centre, atol=1e-10)
    np.testing.assert_allclose(point.beta + steps.common, refits, atol=1e-9)
    np.testing.assert_allclose(steps.covariance(), jackknife(refits, centre), rtol=1e-8)
    assert steps.singular == 0


def test_linear_crv1_equals_the_written_out_sandwich(clustered) -> None:
    y, x, cluster, _, _ = clustered
    X = np.column_stack([np.ones(400), x])
    cells, point, arrow = linear_fit(y, X, None, cluster)
    residual = y - X @ least_squares(y, X, None)
    bread = np.linalg.inv(X.T @ X)
    scores = np.array([X[cluster == g].T @ residual[cluster == g] for g in range(12)])
    # MacKinnon, Nielsen & Webb 2023, their CV1: factor G (n − 1) / ((G − 1)(n − k)).
    expected = 12 * 399 / (11 * 397) * bread @ scores.T @ scores @ bread
    np.testing.assert_allclose(sandwich_steps(cells, point, arrow).covariance(), expected, rtol=1e-10)


def test_crv1_matches_statsmodels_poisson_and_logit(clustered) -> None:
    _, x, cluster, _, _ = clustered
    rng = np.random.default_rng(4)
    X = np.column_stack([np.ones(400), x])
    y = rng.poisson(np.exp(0.2 + 0.3 * x[:, 0] + rng.normal(0, 0.3, 12)[cluster]))
    options = {"cov_type": "cluster", "cov_kwds": {"groups": cluster}}
    poisson = sm.GLM(y, X, family=sm.families.Poisson()).fit(tol=1e-12, **options)
    ours = fit_poisson(y, X, clusters=cluster, vcov="CRV1")
    np.testing.assert_allclose(ours.coefficients, poisson.params, atol=1e-9)
    np.testing.assert_allclose(ours.covariance, poisson.cov_params(), rtol=1e-7)
    logit = sm.Logit((y > 0).astype(float), X).fit(disp=0, tol=1e-12, **options)
    ours = fit_logit(y > 0, X, clusters=cluster, vcov="CRV1")
    np.testing.assert_allclose(ours.coefficients, logit.params, atol=1e-9)
    np.testing.assert_allclose(ours.covariance, logit.cov_params(), rtol=1e-7)


def test_robust_matches_statsmodels_hc1_up_to_its_factor(clustered) -> None:
    # statsmodels divides by n − k, likelihood models by n − 1.
    _, x, _, _, _ = clustered
    y = np.random.default_rng(4).poisson(np.exp(0.2 + 0.3 * x[:, 0]))
    X = np.column_stack([np.ones(400), x])
    oracle = sm.GLM(y, X, family=sm.families.Poisson()).fit(tol=1e-12, cov_type="HC0")
    ours = fit_poisson(y, X)
    assert ours.covariance_kind == "robust (HC1)"
    np.testing.assert_allclose(ours.covariance, oracle.cov_params() * 400 / 399, rtol=1e-7)


@pytest.mark.parametrize("which", ["none", "nested", "across"])
@pytest.mark.parametrize("family", [ZeroTruncatedPoisson, ZeroTruncatedNegativeBinomial])
def test_crv3_step_is_one_newton_step_without_the_cluster(clustered, draw_truncated, family, which) -> None:
    _, x, cluster, nested, across = clustered
    groups = {"none": None, "nested": nested, "across": across}[which]
    y = draw_truncated(np.exp(0.5 + 0.4 * x[:, 0]), np.random.default_rng(2), theta=2.0)
    free = np.zeros(400, dtype=np.int8)
    X = x if groups is not None else np.column_stack([np.ones(400), x])
    cells = take_cells(y, X, None, groups, cluster, free)
    point = maximise(family(cells.outcome), cells).point
    found = jackknife_steps(cells, point, derive(family(cells.outcome), cells, point)).common
    for g in range(12):
        rest = cluster != g
        left = take_cells(y[rest], X[rest], None, None if groups is None else groups[rest], None, free[rest])
        alpha = None
        if point.alpha is not None:
            alpha = point.alpha[np.searchsorted(cells.levels, left.levels)]
        there = evaluate(family(left.outcome), left, point.beta, alpha, point.tau)
        arrow = derive(family(left.outcome), left, there)
        score = arrow.gradient
        if alpha is not None:
            score = score - arrow.border.T @ (arrow.group_gradient / arrow.diagonal)
        step = np.linalg.solve(arrow.concentrated(), score)
        np.testing.assert_allclose(found[g], step, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("model", ["truncated", "overdispersed", "extra", "logit"])
@pytest.mark.parametrize("nested", [False, True])
def test_crv3_is_near_full_refits(clustered, draw_truncated, model, nested) -> None:
    # Clusters that move the estimate far are refitted, the others take one Newton step.
    _, x, cluster, group, _ = clustered
    rng = np.random.default_rng(9)
    mu = np.exp(0.4 + 0.4 * x[:, 0] - 0.2 * x[:, 1] + rng.normal(0, 0.3, 12)[cluster])
    y = draw_truncated(mu, rng, theta=3.0)

    def fit(rows, **options):
        X = x[rows] if nested else np.column_stack([np.ones(rows.sum()), x[rows]])
        groups = group[rows] if nested else None
        if model == "extra":
            return fit_poisson(y[rows] - 1, X, groups=groups, **options)
        if model == "logit":
            return fit_logit(y[rows] >= 2, X, groups=groups, **options)
        family = "poisson" if model == "truncated" else "negative_binomial"
        return fit_zero_truncated(y[rows], X, family=family, groups=groups, **options)

    whole = fit(np.ones(400, dtype=bool), clusters=cluster, vcov="CRV3")
    refits = [fit(cluster != g) for g in range(12)]
    assert all(refit.converged for refit in refits)
    expected = jackknife([refit.coefficients for refit in refits], whole.coefficients)
    np.testing.assert_allclose(whole.standard_errors, np.sqrt(np.diagonal(expected)), rtol=0.05)


@pytest.mark.parametrize("vcov", ["CRV1", "CRV3"])
@pytest.mark.parametrize("which", ["nested", "equal", "across"])
def test_groups_with_clusters_equal_dummies_with_clusters(clustered, draw_truncated, which, vcov) -> None:
    _, x, cluster, nested, across = clustered
    rng = np.random.default_rng(6)
    y = draw_truncated(np.exp(0.6 + 0.4 * x[:, 0]), rng)
    group = {"nested": nested, "equal": cluster, "across": across}[which]
    X = np.column_stack([x, group[:, None] == np.unique(group)]).astype(float)
    method = {"CRV1": sandwich_steps, "CRV3": jackknife_steps}[vcov]

    def steps(design, groups):
        cells = take_cells(y, design, None, groups, cluster, np.zeros(400, dtype=np.int8))
        maximum = maximise(ZeroTruncatedPoisson(cells.outcome), cells)
        return method(cells, maximum.point, maximum.arrow)

    within, dummied = steps(x, group), steps(X, None)
    expected = dummied.covariance()[:2, :2]
    if vcov == "CRV1" and which != "across":
        # Group effects within one cluster do not count as parameters.
        expected = expected * (400 - X.shape[1]) / (400 - 2)
    np.testing.assert_allclose(within.covariance(), expected, rtol=1e-8)
    # Dummies of a cluster cannot be estimated without it: the generalised inverse leaves them where they are.
    singular = 12 if vcov == "CRV3" and which != "across" else 0
    assert (within.singular, dummied.singular) == (0, singular)


@pytest.mark.parametrize("vcov", ["CRV1", "CRV3"])
def test_fit_with_groups_across_clusters_equals_dummies(clustered, draw_truncated, vcov) -> None:
    _, x, cluster, _, across = clustered
    y = draw_truncated(np.exp(0.6 + 0.4 * x[:, 0]), np.random.default_rng(6), theta=2.0)
    X = np.column_stack([x, across[:, None] == np.arange(7)]).astype(float)
    options = {"family": "negative_binomial", "clusters": cluster, "vcov": vcov}
    within, dummied = fit_zero_truncated(y, x, groups=across, **options), fit_zero_truncated(y, X, **options)
    np.testing.assert_allclose(within.covariance, dummied.covariance[:2, :2], rtol=1e-8)


def test_column_of_one_cluster_is_reported(clustered) -> None:
    _, x, cluster, _, _ = clustered
    y = np.random.default_rng(1).poisson(np.exp(0.3 * x[:, 0] + 0.5))
    X = np.column_stack([np.ones(400), x, cluster == 11])
    fit = fit_poisson(y, X, clusters=cluster)
    assert fit.converged
    assert fit.covariance_kind == "CRV3"
    assert fit.singular_clusters == 1


def test_kind_is_chosen_by_the_number_of_clusters() -> None:
    rng = np.random.default_rng(0)
    y, X = rng.poisson(1.0, 400), np.column_stack([np.ones(400), rng.normal(size=400)])
    few, many = (
        fit_poisson(y, X, clusters=np.arange(400) % 39),
        fit_poisson(y, X, clusters=np.arange(400) % 40),
    )
    assert (few.covariance_kind, few.degrees_of_freedom) == ("CRV3", 38)
    assert (many.covariance_kind, many.degrees_of_freedom) == ("CRV1", 39)
    # t(38) at .975 (table of Student's t).
    half = (few.interval()[1, 1] - few.interval()[1, 0]) / 2
    assert half / few.standard_errors[1] == pytest.approx(2.024394, abs=1e-6)
    assert fit_poisson(y, X).degrees_of_freedom == np.inf


def test_one_row_each_makes_crv1_the_robust_covariance() -> None:
    rng = np.random.default_rng(0)
    y, X = rng.poisson(1.0, 100), np.column_stack([np.ones(100), rng.normal(size=100)])
    clustered, robust = fit_poisson(y, X, clusters=np.arange(100), vcov="CRV1"), fit_poisson(y, X)
    # Factors n (n − 1)/((n − 1)(n − 2)) and n/(n − 1).
    np.testing.assert_allclose(clustered.covariance, robust.covariance * 99 / 98, rtol=1e-12)


def test_jackknife_of_means_is_the_variance_of_a_mean() -> None:
    # Leaving one out of n values, the jackknife of the mean is s²/n exactly (Tukey 1958).
    values = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])
    left_out = np.array([[np.delete(values, i).mean()] for i in range(6)])
    assert jackknife(left_out)[0, 0] == pytest.approx(values.var(ddof=1) / 6, rel=1e-12)


def test_bad_clusters_are_named() -> None:
    y, X = np.array([1, 2, 3, 4]), np.ones((4, 1))
    with pytest.raises(MethodError, match="all cells belong to one cluster; expected at least 2"):
        fit_zero_truncated(y, X, clusters=["a"] * 4)
    with pytest.raises(MethodError, match=r"clusters has shape \(3,\); expected \(4,\)"):
        fit_zero_truncated(y, X, clusters=[1, 2, 3])
    with pytest.raises(MethodError, match="vcov is 'CRV3' without clusters"):
        fit_zero_truncated(y, X, vcov="CRV3")
    with pytest.raises(MethodError, match="vcov is 'hessian' with clusters"):
        fit_zero_truncated(y, X, clusters=[1, 1, 2, 2], vcov="hessian")
    with pytest.raises(MethodError, match="vcov is 'CRV9'"):
        fit_zero_truncated(y, X, vcov="CRV9")
    with pytest.raises(MethodError, match="with 2 clusters or more"):
        jackknife([[1.0, 2.0]])
    with pytest.raises(MethodError, match="without cluster 1 are not finite"):
        jackknife([[1.0], [np.nan], [2.0]])
