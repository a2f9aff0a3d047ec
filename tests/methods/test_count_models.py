"""Fits of counts: closed forms, groups eliminated against dummies, cells against rows, no maximum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from statsmodels.discrete.truncated_model import TruncatedLFPoisson

from salience.errors import MethodError
from salience.methods.binary import fit_logit
from salience.methods.counts import fit_poisson, fit_zero_truncated

FAMILIES = ["poisson", "negative_binomial"]


@pytest.fixture
def grouped(draw_truncated):
    """600 rows in 25 groups; theta of 1.5."""
    rng = np.random.default_rng(5)
    group = rng.integers(0, 25, 600)
    x = rng.normal(size=(600, 2))
    mu = np.exp(0.3 + x @ [0.5, -0.3] + rng.normal(0, 0.5, 25)[group])
    return draw_truncated(mu, rng, theta=1.5), x, group


def with_constant(x: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(x)), x])


def with_dummies(x: np.ndarray, group: np.ndarray) -> np.ndarray:
    return np.column_stack([x, group[:, None] == np.unique(group)]).astype(float)


def test_constant_alone_solves_the_mean_equation() -> None:
    # The sample mean equals mu/(1 − exp(−mu)) (Johnson, Kemp & Kotz 2005, section 4.10).
    counts, weights = np.array([1, 2, 3, 4, 9]), np.array([50, 20, 8, 3, 1])
    mean = counts @ weights / weights.sum()
    mu = brentq(lambda m: m / -np.expm1(-m) - mean, 1e-9, 100, xtol=1e-14)
    fit = fit_zero_truncated(counts, np.ones((5, 1)), weights)
    assert fit.converged
    assert fit.coefficients[0] == pytest.approx(np.log(mu), abs=1e-12)
    # Information n m (1 + mu − m), with m the truncated mean.
    assert fit.covariance[0, 0] == pytest.approx(1 / (82 * mean * (1 + mu - mean)), rel=1e-10)


def test_poisson_matches_statsmodels_truncated_poisson(draw_truncated) -> None:
    # The oracle is run with Newton steps, where it converges; tolerance is that of its own stopping rule.
    rng = np.random.default_rng(8)
    X = with_constant(rng.normal(size=(400, 3)))
    y = draw_truncated(np.exp(X @ [0.5, 0.4, -0.2, 0.1]), rng)
    oracle = TruncatedLFPoisson(y, X, truncation=0).fit(method="newton", disp=0)
    fit = fit_zero_truncated(y, X)
    assert oracle.mle_retvals["converged"]
    np.testing.assert_allclose(fit.coefficients, oracle.params, atol=1e-8)
    assert fit.log_likelihood == pytest.approx(oracle.llf, abs=1e-8)
    np.testing.assert_allclose(fit.standard_errors, oracle.bse, rtol=1e-4)  # its Hessian is numerical


@pytest.mark.parametrize("family", FAMILIES)
def test_eliminated_groups_equal_dummies(grouped, family) -> None:
    y, x, group = grouped
    within = fit_zero_truncated(y, with_constant(x), family=family, groups=group)
    dummied = fit_zero_truncated(y, with_dummies(x, group), family=family)
    assert within.converged
    assert within.absorbed == (0,)
    assert np.isnan(within.coefficients[0])
    np.testing.assert_allclose(within.coefficients[1:], dummied.coefficients[:2], atol=1e-8)
    np.testing.assert_allclose(within.covariance[1:, 1:], dummied.covariance[:2, :2], atol=1e-8)
    np.testing.assert_allclose(within.groups.values, dummied.coefficients[2:], atol=1e-8)
    assert within.log_likelihood == pytest.approx(dummied.log_likelihood, abs=1e-8)
    if family == "negative_binomial":
        assert within.dispersion == pytest.approx(dummied.dispersion, abs=1e-8)


def test_eliminated_groups_equal_statsmodels_with_dummies(grouped) -> None:
    y, x, group = grouped
    oracle = TruncatedLFPoisson(y, with_dummies(x, group), truncation=0).fit(method="newton", disp=0)
    assert oracle.mle_retvals["converged"]
    fit = fit_zero_truncated(y, x, groups=group)
    np.testing.assert_allclose(fit.coefficients, oracle.params[:2], atol=1e-7)
    assert fit.log_likelihood == pytest.approx(oracle.llf, abs=1e-7)


def test_eliminated_groups_equal_dummies_in_poisson_and_logit(grouped) -> None:
    y, x, group = grouped
    for fit_model, outcome in ((fit_poisson, y - 1), (fit_logit, y >= 2)):
        within = fit_model(outcome, x, groups=group, vcov="hessian")
        dummied = fit_model(outcome, with_dummies(x, group), vcov="hessian")
        np.testing.assert_allclose(within.coefficients, dummied.coefficients[:2], atol=1e-8)
        np.testing.assert_allclose(within.covariance, dummied.covariance[:2, :2], atol=1e-8)
        assert within.log_likelihood == pytest.approx(dummied.log_likelihood, abs=1e-8)


@pytest.mark.parametrize("family", FAMILIES)
def test_groups_of_ones_are_dropped_and_counted(grouped, family) -> None:
    y, x, group = grouped
    lonely = np.isin(group, [3, 7])
    y = np.where(lonely, 1, y)
    fit = fit_zero_truncated(y, x, family=family, groups=group)
    rest = fit_zero_truncated(y[~lonely], x[~lonely], family=family, groups=group[~lonely])
    assert (fit.dropped_groups, fit.dropped_weight) == (2, lonely.sum())
    assert fit.n == (~lonely).sum()
    assert set(fit.groups.levels) == set(range(25)) - {3, 7}
    np.testing.assert_allclose(fit.coefficients, rest.coefficients, atol=1e-12)
    assert np.isnan(fit.linear_predictor[lonely]).all()
    assert np.isfinite(fit.linear_predictor[~lonely]).all()


def test_column_without_rows_in_informative_groups_is_absorbed(grouped) -> None:
    y, x, group = grouped
    y = np.where(group == 3, 1, y)
    X = np.column_stack([x, (group == 3) & (x[:, 0] > 0)]).astype(float)
    fit = fit_zero_truncated(y, X, groups=group)
    assert fit.converged
    assert fit.absorbed == (2,)
    assert np.isnan(fit.coefficients[2])
    only_groups = fit_zero_truncated(y, np.ones((600, 1)), groups=group)
    assert only_groups.converged
    # The likelihood equation of a group alone: its truncated mean equals the observed one.
    mu = np.exp(only_groups.groups.values)
    means = [y[group == level].mean() for level in only_groups.groups.levels]
    np.testing.assert_allclose(mu / -np.expm1(-mu), means, rtol=1e-10)


def cells_and_rows(draw_truncated):
    """A few hundred rows on a coarse grid, as cells with weights and written out in random order."""
    rng = np.random.default_rng(21)
    rows = np.column_stack([rng.integers(0, 3, 500), rng.integers(0, 2, 500), rng.integers(0, 6, 500)])
    y = draw_truncated(np.exp(0.2 + rows[:, :2] @ [0.4, -0.5]), rng, theta=2.0)
    cells, weights = np.unique(np.column_stack([y, rows]), axis=0, return_counts=True)
    return cells, weights, np.column_stack([y, rows])


@pytest.mark.parametrize("groups", [False, True])
@pytest.mark.parametrize("clusters", [None, "auto", "CRV1", "robust"])
@pytest.mark.parametrize("model", ["poisson", "negative_binomial", "extra", "logit"])
def test_weighted_cells_equal_rows_written_out(draw_truncated, model, clusters, groups) -> None:
    cells, weights, rows = cells_and_rows(draw_truncated)

    def fit(table, w):
        options = {"weights": w, "groups": table[:, 3].astype(int) // 2 if groups else None}
        if clusters in ("auto", "CRV1"):
            options |= {"clusters": table[:, 3].astype(int), "vcov": clusters}
        elif clusters:
            options["vcov"] = clusters
        y, X = table[:, 0], with_constant(table[:, 1:3])
        if model == "extra":
            return fit_poisson(y - 1, X, **options)
        if model == "logit":
            return fit_logit(y >= 2, X, **options)
        return fit_zero_truncated(y, X, family=model, **options)

    few, many = fit(cells, weights), fit(rows, None)
    assert len(cells) < len(rows) / 2
    assert few.converged and many.converged
    np.testing.assert_allclose(few.coefficients, many.coefficients, atol=1e-10)
    np.testing.assert_allclose(few.covariance, many.covariance, atol=1e-10)
    assert few.log_likelihood == pytest.approx(many.log_likelihood, abs=1e-9)
    assert few.n == many.n == 500
    assert few.covariance_kind == many.covariance_kind


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), scale=st.floats(0.01, 1e4), family=st.sampled_from(FAMILIES))
def test_order_and_scale_of_weights_do_not_matter(seed: int, scale: float, family: str) -> None:
    rng = np.random.default_rng(seed)
    X = with_constant(rng.normal(size=(60, 2)))
    y = 1 + rng.poisson(rng.gamma(1.0, np.exp(0.3 * X[:, 1])))
    weights = rng.integers(1, 9, 60)
    fit = fit_zero_truncated(y, X, weights, family)
    order = rng.permutation(60)
    moved = fit_zero_truncated(y[order], X[order], scale * weights[order], family)
    assert fit.converged and moved.converged
    np.testing.assert_allclose(moved.coefficients, fit.coefficients, atol=1e-7)
    np.testing.assert_allclose(moved.covariance * scale, fit.covariance, rtol=1e-5, atol=1e-9)
    assert moved.boundary == fit.boundary
    assert moved.poisson_enough == fit.poisson_enough


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_fit_does_not_depend_on_the_units_of_a_column(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = with_constant(rng.normal(size=(60, 2)))
    y = 1 + rng.poisson(np.exp(0.3 * X[:, 1]))
    units = np.array([1.0, 1e5, 1e-5])
    fit, rescaled = fit_zero_truncated(y, X), fit_zero_truncated(y, X * units)
    np.testing.assert_allclose(rescaled.coefficients * units, fit.coefficients, rtol=1e-7, atol=1e-9)


def test_counts_without_overdispersion_need_no_theta() -> None:
    # Less spread than a Poisson of their mean: the likelihood falls as theta leaves infinity.
    y = np.repeat([1, 2, 3], [5, 90, 5])
    X = np.ones((100, 1))
    fit = fit_zero_truncated(y, X, family="negative_binomial")
    poisson = fit_zero_truncated(y, X)
    assert fit.converged and fit.poisson_enough and not fit.boundary
    assert fit.dispersion == np.inf
    np.testing.assert_array_equal(fit.coefficients, poisson.coefficients)


def test_theta_at_its_lower_boundary_is_said_to_be_so() -> None:
    # Frequencies of j^−1.3 · .97^j have a longer tail than Fisher's logarithmic series, which theta = 0 gives.
    j = np.arange(1, 60)
    weights = np.round(1e4 * 0.97**j / j**1.3)
    fit = fit_zero_truncated(j, np.ones((59, 1)), weights, "negative_binomial")
    assert fit.converged and fit.boundary and not fit.poisson_enough
    assert fit.dispersion == 0.0
    assert "mean is not identified" in fit.message
    # The series' own estimate: the mean equals −p / ((1 − p) log(1 − p)) (Johnson, Kemp & Kotz 2005, ch. 7).
    mean = j @ weights / weights.sum()
    p = brentq(lambda q: -q / ((1 - q) * np.log1p(-q)) - mean, 1e-6, 1 - 1e-9, xtol=1e-15)
    assert fit.coefficients[0] == pytest.approx(np.log(p / (1 - p)), abs=1e-9)


def test_slope_survives_a_theta_near_its_boundary(draw_truncated) -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=3000)
    y = draw_truncated(1e-4 * np.exp(0.5 + 0.7 * x), rng, theta=1e-4)
    fit = fit_zero_truncated(y, with_constant(x[:, None]), family="negative_binomial")
    assert fit.converged
    assert fit.dispersion < 0.1
    assert abs(fit.coefficients[1] - 0.7) < 3.5 * fit.standard_errors[1]


def test_dummy_of_ones_only_is_separated() -> None:
    # All counts of level 2 are 1: its mean runs to 0 and no estimate exists (Correia et al. 2019).
    y = np.array([1, 2, 4, 1, 3, 1, 1, 1])
    level = np.array([0, 0, 0, 1, 1, 2, 2, 2])
    X = np.column_stack([np.ones(8), level == 1, level == 2]).astype(float)
    for family in FAMILIES:
        fit = fit_zero_truncated(y, X, family=family)
        assert not fit.converged
        assert fit.separated == (2,)
        np.testing.assert_array_equal(fit.separated_cells, [5, 6, 7])
        assert fit.coefficients[2] == -np.inf
        assert np.isnan(fit.covariance).all()
        assert fit.covariance_kind == "none"
        assert "[2]" in fit.message
    # Without the column and its cells the rest is estimated.
    rest = fit_zero_truncated(y[:5], X[:5, :2])
    assert rest.converged


def test_separation_along_a_continuous_column_is_found() -> None:
    # Counts of 2 and more occur at x = 0 only; at x > 0 all counts are 1.
    x = np.array([0, 0, 0, 0, 1.5, 0.2, 3.7])
    y = np.array([1, 2, 5, 3, 1, 1, 1])
    fit = fit_zero_truncated(y, with_constant(x[:, None]))
    assert not fit.converged
    assert fit.separated == (1,)
    np.testing.assert_array_equal(fit.separated_cells, [4, 5, 6])


def test_separation_within_groups_is_found(grouped) -> None:
    y, x, group = grouped
    flag = (np.arange(600) % 10 == 0).astype(float)
    y = np.where(flag > 0, 1, y)
    X = np.column_stack([x, flag])
    for fit in (fit_zero_truncated(y, X, groups=group), fit_poisson(y - 1, X, groups=group)):
        assert not fit.converged
        assert fit.separated == (2,)
        assert set(fit.separated_cells) == set(np.flatnonzero(flag))


def test_nearly_separated_column_is_not_called_separated() -> None:
    # One count of 2 among 200 of the level: a low mean, and an estimate.
    y = np.concatenate([np.tile([1, 2, 4], 50), np.ones(199), [2]])
    level = np.repeat([0.0, 1.0], [150, 200])
    fit = fit_zero_truncated(y, with_constant(level[:, None]))
    assert fit.converged
    assert fit.separated == ()


def test_large_counts_converge() -> None:
    rng = np.random.default_rng(2)
    X = with_constant(rng.normal(size=(200, 1)))
    y = np.maximum(rng.poisson(np.exp(10 + 0.8 * X[:, 1])), 1)
    fit = fit_zero_truncated(y, X)
    assert fit.converged
    assert y.max() > 1e5
    np.testing.assert_allclose(fit.coefficients, [10.0, 0.8], atol=5e-3)


def test_same_input_gives_the_same_bits(grouped) -> None:
    y, x, group = grouped
    first, second = (
        fit_zero_truncated(y, x, family="negative_binomial", groups=group, clusters=group) for _ in range(2)
    )
    np.testing.assert_array_equal(first.coefficients, second.coefficients)
    np.testing.assert_array_equal(first.covariance, second.covariance)


def test_result_says_nothing_of_the_unseen(grouped) -> None:
    y, x, group = grouped
    fit = fit_zero_truncated(y, x, groups=group)
    assert not [name for name in dir(fit) if "unseen" in name or "hidden" in name or "missing" in name]


ONES = np.ones((4, 1))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([], np.ones((0, 1))), "counts is empty"),
        (([1, 0, 2, 3], ONES), "counts is 0 in cell 1; expected 1 or more"),
        (([1, 2.5, 2, 3], ONES), "counts is 2.5 in cell 1; expected a whole number"),
        (([1, np.nan, 2, 3], ONES), "counts is nan in cell 1; expected a finite number"),
        ((["a", "b", "c", "d"], ONES), "counts holds something that is not a number"),
        (([[1, 2], [3, 4]], ONES), r"counts has shape \(2, 2\)"),
        (([1, 2, 3], ONES), "design has 4 rows; expected 3"),
        (([1, 2, 3, 4], np.ones(4)), r"design has shape \(4,\)"),
        (([1, 2, 3, 4], np.ones((4, 0))), "design has no columns"),
        (([1, 2, 3, 4], [[1], [1], [np.inf], [1]]), "design is inf in cell 2, column 0"),
        (([1, 2, 3, 4], ONES, [1, -1, 1, 1]), "weights is -1 in cell 1"),
        (([1, 2, 3, 4], ONES, [1, 1]), "weights has 2 values; expected 4"),
        (([1, 2, 3, 4], ONES, [0, 0, 0, 0]), "all weights are 0"),
        (([1, 1, 1, 1], ONES), "all counts are 1"),
        (([1, 1, 1, 2], ONES, [1, 1, 1, 0]), "all counts with a positive weight are 1"),
        (([1, 2, 3, 4], ONES, None, "gamma"), "family is 'gamma'"),
        (([1, 2, 3, 4], ONES, None, "poisson", [1, 2]), r"groups has shape \(2,\)"),
        (([1, 2, 3, 4], ONES, None, "poisson", [1, np.nan, 1, 2]), "groups is nan in cell 1"),
        (([1, 1, 1, 1], ONES, None, "poisson", [1, 1, 2, 2]), "all counts are 1"),
        (([1, 2, 3, 4], np.ones((4, 2))), r"columns \[1\] are linear combinations"),
        (([1, 2], [[1, 2, 3], [1, 5, 6]]), "3 columns for 2 cells"),
    ],
)
def test_bad_input_is_named(arguments, said) -> None:
    with pytest.raises(MethodError, match=said):
        fit_zero_truncated(*arguments)


def test_collinear_columns_are_named_by_the_callers_index(grouped) -> None:
    y, x, group = grouped
    X = np.column_stack([np.ones(600), x, x[:, 0] - 2 * x[:, 1] + 3])
    with pytest.raises(MethodError, match=r"columns \[\d\] are linear combinations"):
        fit_zero_truncated(y, X)
    constant_in_group = (group % 2).astype(float)
    X = np.column_stack([np.ones(600), x, constant_in_group])
    with pytest.raises(MethodError, match=r"columns \[3\] .* do not vary within any group"):
        fit_zero_truncated(y, X, groups=group)


def test_extra_reports_need_some() -> None:
    with pytest.raises(MethodError, match="all counts are 0"):
        fit_poisson([0, 0, 0], np.ones((3, 1)))
    with pytest.raises(MethodError, match="counts is -1 in cell 2; expected 0 or more"):
        fit_poisson([0, 3, -1], np.ones((3, 1)))
