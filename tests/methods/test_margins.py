"""Logit, average predictions and average effects."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import logser

from salience.errors import MethodError
from salience.methods.binary import fit_logit
from salience.methods.counts import fit_poisson, fit_zero_truncated
from salience.methods.margins import average_marginal_effects, predictive_margins


@pytest.fixture
def rows():
    """300 rows: a continuous column, a 0/1 column, and a factor of three levels."""
    rng = np.random.default_rng(12)
    level = rng.integers(0, 3, 300)
    X = np.column_stack(
        [np.ones(300), rng.normal(size=300), rng.integers(0, 2, 300), level == 1, level == 2]
    ).astype(float)
    eta = X @ [-0.5, 0.8, 0.6, -0.4, 0.3]
    return rng, X, (rng.uniform(size=300) < 1 / (1 + np.exp(-eta))).astype(float), rng.poisson(np.exp(eta))


def test_logit_and_effects_match_statsmodels(rows) -> None:
    _, X, outcome, _ = rows
    oracle = sm.Logit(outcome, X).fit(disp=0, tol=1e-12)
    fit = fit_logit(outcome, X)
    np.testing.assert_allclose(fit.coefficients, oracle.params, atol=1e-8)
    np.testing.assert_allclose(fit.covariance, oracle.cov_params(), rtol=1e-7)
    assert fit.log_likelihood == pytest.approx(oracle.llf, abs=1e-9)
    derivative = oracle.get_margeff(at="overall", method="dydx")
    ours = average_marginal_effects(fit, X, [1], kind="derivative")
    assert ours.values[0] == pytest.approx(derivative.margeff[0], abs=1e-9)
    assert ours.standard_errors[0] == pytest.approx(derivative.margeff_se[0], rel=1e-6)
    discrete = oracle.get_margeff(at="overall", method="dydx", dummy=True)
    ours = average_marginal_effects(fit, X, [1, 2])
    np.testing.assert_array_equal(ours.discrete, [False, True])
    np.testing.assert_allclose(ours.values, discrete.margeff[:2], atol=1e-9)
    np.testing.assert_allclose(ours.standard_errors, discrete.margeff_se[:2], rtol=1e-6)
    np.testing.assert_allclose(ours.high - ours.values, 1.959963985 * ours.standard_errors, rtol=1e-8)


def test_poisson_effect_is_its_mean_times_the_coefficient(rows) -> None:
    # With a constant the fitted mean is the observed one, so the average effect is mean(y) b.
    _, X, _, counts = rows
    fit = fit_poisson(counts, X)
    effect = average_marginal_effects(fit, X, [1])
    assert effect.values[0] == pytest.approx(counts.mean() * fit.coefficients[1], rel=1e-10)


def test_successes_of_trials_equal_rows(rows) -> None:
    _, _, outcome, _ = rows
    x = np.arange(300) % 4
    cells = np.column_stack([np.ones(4), np.arange(4.0)])
    successes = np.bincount(x, weights=outcome)
    one = fit_logit(successes, cells, trials=np.bincount(x), clusters=[1, 1, 2, 3], vcov="CRV1")
    other = fit_logit(outcome, cells[x], clusters=np.array([1, 1, 2, 3])[x], vcov="CRV1")
    np.testing.assert_allclose(one.coefficients, other.coefficients, atol=1e-10)
    np.testing.assert_allclose(one.covariance, other.covariance, atol=1e-10)
    assert one.n == 300


def delta_by_differences(fit, predict, settings) -> np.ndarray:
    """Return standard errors from numerical gradients of predict(parameters, setting)."""
    estimates = fit.coefficients
    if len(fit.joint_covariance) > len(estimates):
        estimates = np.append(estimates, np.log(fit.dispersion))
    gradient = np.zeros((len(settings), len(estimates)))
    for j in range(len(estimates)):
        step = np.zeros(len(estimates))
        step[j] = 1e-6
        for i, setting in enumerate(settings):
            gradient[i, j] = (predict(estimates + step, setting) - predict(estimates - step, setting)) / 2e-6
    return np.sqrt(np.diagonal(gradient @ fit.joint_covariance @ gradient.T))


def truncated_mean(mu, theta):
    return mu / (1 - (1 + mu / theta) ** -theta)


SETTINGS = [{}, {1: 0.0}, {1: 1.5}, {2: 0.0}, {2: 1.0}, {3: 0.0, 4: 1.0}]


@pytest.mark.parametrize("model", ["logit", "poisson", "truncated"])
def test_margins_equal_averages_and_numerical_delta_method(rows, draw_truncated, model) -> None:
    rng, X, outcome, counts = rows
    weights = rng.integers(1, 4, 300)
    if model == "logit":
        fit, mean = fit_logit(outcome, X, weights), lambda eta, _: 1 / (1 + np.exp(-eta))
    elif model == "poisson":
        fit, mean = fit_poisson(counts, X, weights), lambda eta, _: np.exp(eta)
    else:
        y = draw_truncated(np.exp(0.3 + 0.5 * X[:, 1]), rng, theta=1.0)
        fit = fit_zero_truncated(y, X, weights, "negative_binomial")

        def mean(eta, tail):
            return truncated_mean(np.exp(eta), np.exp(tail[0]))

    def predict(parameters, setting):
        changed = X.copy()
        for column, value in setting.items():
            changed[:, column] = value
        return np.average(mean(changed @ parameters[:5], parameters[5:]), weights=weights)

    margins = predictive_margins(fit, X, SETTINGS, weights)
    estimates = (
        np.append(fit.coefficients, np.log(fit.dispersion)) if model == "truncated" else fit.coefficients
    )
    np.testing.assert_allclose(margins.values, [predict(estimates, s) for s in SETTINGS], rtol=1e-10)
    expected = delta_by_differences(fit, predict, SETTINGS)
    np.testing.assert_allclose(margins.standard_errors, expected, rtol=1e-5)
    assert (margins.least < margins.low).all()
    assert (margins.low < margins.values).all()
    assert (margins.values < margins.high).all()
    assert margins.rows == weights.sum()


def test_differences_and_ratios_use_the_joint_covariance(rows) -> None:
    _, X, _, counts = rows
    fit = fit_poisson(counts, X)
    margins = predictive_margins(fit, X, [{2: 1.0}, {2: 0.0}])
    difference, ratio = margins.difference(0, 1), margins.ratio(0, 1)
    assert difference.value == pytest.approx(margins.values[0] - margins.values[1])
    V = margins.covariance
    assert difference.standard_error == pytest.approx(np.sqrt(V[0, 0] + V[1, 1] - 2 * V[0, 1]))
    # In a log-linear model the ratio is exp(b), and its interval that of b.
    assert ratio.value == pytest.approx(np.exp(fit.coefficients[2]))
    np.testing.assert_allclose([ratio.low, ratio.high], np.exp(fit.interval()[2]), rtol=1e-9)
    discrete = average_marginal_effects(fit, X, [2])
    assert discrete.values[0] == pytest.approx(difference.value)
    assert discrete.standard_errors[0] == pytest.approx(difference.standard_error)


def test_shift_turns_extra_reports_into_reports(rows) -> None:
    _, X, _, counts = rows
    fit = fit_poisson(counts, X)
    extra, reports = (predictive_margins(fit, X, [{1: 0.0}], shift=s) for s in (0.0, 1.0))
    assert reports.values[0] == extra.values[0] + 1
    assert (reports.low[0], reports.high[0]) == (extra.low[0] + 1, extra.high[0] + 1)
    assert reports.least == 1.0


@pytest.mark.parametrize("options", [{"vcov": "hessian"}, {"vcov": "robust"}, {"across": True}])
@pytest.mark.parametrize("model", ["poisson", "negative_binomial", "logit"])
def test_margins_with_groups_equal_margins_with_dummies(rows, draw_truncated, model, options) -> None:
    rng, X, _, _ = rows
    group, cluster = rng.integers(0, 8, 300), rng.integers(0, 10, 300)
    x = X[:, 1:3]
    y = draw_truncated(np.exp(0.4 + 0.4 * X[:, 1] + rng.normal(0, 0.3, 8)[group]), rng, theta=1.5)
    D = np.column_stack([x, group[:, None] == np.arange(8)]).astype(float)
    for vcov in ("CRV1", "CRV3") if "across" in options else (options["vcov"],):
        extra = {"vcov": vcov} | ({"clusters": cluster} if "across" in options else {})
        if model == "logit":
            within, dummied = fit_logit(y >= 2, x, groups=group, **extra), fit_logit(y >= 2, D, **extra)
        else:
            within = fit_zero_truncated(y, x, family=model, groups=group, **extra)
            dummied = fit_zero_truncated(y, D, family=model, **extra)
        part = np.arange(300) < 200  # a part of the rows, as for one actor
        settings = [{0: 0.0}, {0: 1.0, 1: 1.0}]
        ours = predictive_margins(within, x[part], settings, groups=group[part])
        theirs = predictive_margins(dummied, D[part], settings)
        np.testing.assert_allclose(ours.values, theirs.values, rtol=1e-9)
        # Without a cluster, groups that have no rows in it are moved to first order only: .3 % here.
        np.testing.assert_allclose(ours.covariance, theirs.covariance, rtol=1e-2 if vcov == "CRV3" else 1e-7)


def test_margins_leave_dropped_groups_out(rows, draw_truncated) -> None:
    rng, X, _, _ = rows
    group = np.array(["a", "b", "c"])[rng.integers(0, 3, 300)]
    y = np.where(group == "b", 1, draw_truncated(np.exp(0.5 + 0.3 * X[:, 1]), rng))
    fit = fit_zero_truncated(y, X[:, :2], groups=group)
    assert fit.absorbed == (0,)
    margins = predictive_margins(fit, X[:, :2], [{}], groups=group)
    assert margins.rows == (group != "b").sum()
    # A likelihood equation of the group effects: expected and observed totals agree.
    assert margins.values[0] == pytest.approx(y[group != "b"].mean(), rel=1e-10)


def test_margins_at_the_boundary_are_means_of_the_logarithmic_series() -> None:
    j = np.arange(1, 60)
    fit = fit_zero_truncated(j, np.ones((59, 1)), np.round(1e4 * 0.97**j / j**1.3), "negative_binomial")
    assert fit.boundary
    c = np.exp(fit.coefficients[0])
    margins = predictive_margins(fit, np.ones((1, 1)), [{}])
    assert margins.values[0] == pytest.approx(logser.mean(c / (1 + c)), rel=1e-10)


def test_perfect_prediction_is_separated() -> None:
    x = np.array([-3, -2, -1, 1, 2, 3.0])
    fit = fit_logit(x > 0, np.column_stack([np.ones(6), x]))
    assert not fit.converged
    assert 1 in fit.separated
    with pytest.raises(MethodError, match="the fit has no estimates to predict from: no maximum"):
        predictive_margins(fit, np.column_stack([np.ones(6), x]), [{}])
    # Quasi-separated: at x = 0 both occur.
    X = np.column_stack([np.ones(8), [0, 0, 0, 0, 1, 1, 1, 1]])
    fit = fit_logit([0, 1, 0, 1, 1, 1, 1, 1], X)
    assert not fit.converged
    assert fit.separated == (1,)
    assert fit.coefficients[1] == np.inf
    np.testing.assert_array_equal(fit.separated_cells, [4, 5, 6, 7])


def test_separation_in_grouped_logit_is_found(rows) -> None:
    rng, X, outcome, _ = rows
    group = rng.integers(0, 6, 300)
    flag = (np.arange(300) % 15 == 0).astype(float)
    fit = fit_logit(np.where(flag > 0, 1.0, outcome), np.column_stack([X[:, 1], flag]), groups=group)
    assert not fit.converged
    assert fit.separated == (1,)
    assert set(fit.separated_cells) == set(np.flatnonzero(flag))


def test_bad_input_is_named(rows) -> None:
    _, X, outcome, counts = rows
    with pytest.raises(MethodError, match="outcome is 2 in cell 1; expected 0 or 1"):
        fit_logit([0, 2, 1], np.ones((3, 1)))
    with pytest.raises(MethodError, match="the outcome is 1 in all cells"):
        fit_logit([1, 1, 1], np.ones((3, 1)))
    with pytest.raises(MethodError, match="the outcome is 0 in all cells with a positive weight"):
        fit_logit([0, 1, 0], np.ones((3, 1)), [1, 0, 1])
    with pytest.raises(MethodError, match="outcome is 4 of 3 trials in cell 0"):
        fit_logit([4, 1], np.ones((2, 1)), trials=[3, 3])
    fit = fit_logit(outcome, X)
    with pytest.raises(MethodError, match="design has 2 columns; the fit has 5"):
        predictive_margins(fit, X[:, :2], [{}])
    with pytest.raises(MethodError, match="column 9 does not exist; expected 0 to 4"):
        predictive_margins(fit, X, [{9: 1.0}])
    with pytest.raises(MethodError, match="settings is empty"):
        predictive_margins(fit, X, [])
    with pytest.raises(MethodError, match="values that are not finite"):
        predictive_margins(fit, X, [{1: np.nan}])
    with pytest.raises(MethodError, match="groups are given, but the fit has no group effects"):
        predictive_margins(fit, X, [{}], groups=np.zeros(300))
    with pytest.raises(MethodError, match="level is 95"):
        predictive_margins(fit, X, [{}], level=95)
    constant = fit_poisson(counts, X, groups=np.arange(300) % 3)
    with pytest.raises(
        MethodError, match="column 0 has no estimate in this fit: the group effects absorb it"
    ):
        predictive_margins(constant, X, [{0: 2.0}], groups=np.arange(300) % 3)
    grouped = fit_poisson(counts, X[:, 1:], groups=np.arange(300) % 3)
    with pytest.raises(MethodError, match="give the groups of the cells"):
        predictive_margins(grouped, X[:, 1:], [{}])
    truncated = fit_zero_truncated(counts + 1, X)
    with pytest.raises(MethodError, match="use predictive_margins"):
        average_marginal_effects(truncated, X, [1])
